"""What a gateway host does to those who talk to it, through the simulator's controls (loadtest/README.md)."""

import json
import sys

# Where cluster/hosts lets the simulators listen.
PORT = 8080
# Runs on the gateway's host, because controls answer to loopback addresses only.
POST = """
import sys, urllib.request
request = urllib.request.Request(sys.argv[1], data=sys.stdin.buffer.read(), method="POST")
urllib.request.urlopen(request, timeout=4).read()
"""


def tell(cluster, name, control, order):
    url = f"http://127.0.0.1:{PORT}/_sim/{control}"
    cluster.inside(name, sys.executable, "-c", POST, url, stdin=json.dumps(order), timeout=8.0)


class Answers:
    """A share of messages meets one of the simulator's faults."""

    def __init__(self, cluster, fault):
        self.cluster, self.name = cluster, fault.hosts[0]
        self.rates = {fault.options["fault"]: fault.options["rate"]}

    def do(self):
        tell(self.cluster, self.name, "faults", self.rates)

    def undo(self):
        tell(self.cluster, self.name, "faults", {})


class HostMode:
    """The host is down: it resets whoever connects, or takes connections and never answers."""

    def __init__(self, cluster, fault):
        self.cluster, self.name, self.mode = cluster, fault.hosts[0], fault.options["mode"]

    def do(self):
        tell(self.cluster, self.name, "host", {"mode": self.mode})

    def undo(self):
        tell(self.cluster, self.name, "host", {"mode": "up"})
