"""Reads all logs and metric pages of a cluster for what must not be in them (I25)."""

import sys

from evidence.log_scan import LogScan

# Where cluster/hosts lets nodes serve their metrics.
PORT = 9464
READ = """
import sys, urllib.request
sys.stdout.write(urllib.request.urlopen(sys.argv[1], timeout=4).read().decode())
"""
# A lead's phone is the prefix of the run and nine digits.
DIGITS = 9


def scan_round(cluster, database, secrets):
    """The hits. The simulators' request logs are no logs of Sluice: they hold recipients on purpose."""
    devices = database.run("SELECT phone FROM user_devices").split()
    literals = {what: texts for what, texts in secrets.items() if what != "phones"}
    scan = LogScan(devices, [(prefix, DIGITS) for prefix in secrets["phones"]], literals)
    for path in sorted((cluster.data / "log").iterdir()):
        if path.is_file():
            scan.file(path)
    for host in cluster.hosts().values():
        if host.role in ("coordinator", "shard", "api"):
            scan.text(f"metrics of {host.name}", metrics(cluster, host))
    return scan.hits


def metrics(cluster, host):
    return cluster.inside(host.name, sys.executable, "-c", READ, f"http://{host.address}:{PORT}/metrics")
