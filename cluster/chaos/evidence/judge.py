"""Lets the witness judge, as a program of its own: chaos knows nothing of the invariants."""

import json
import pathlib
import sys

from cluster import ClusterError, finished

WITNESS = pathlib.Path(__file__).parent.parent.parent / "witness"
# Of a run of an hour.
WITHIN = 900


def export(cluster, url, folder):
    """The final tables, as files: they outlive the cluster, and a failure's archive has them."""
    cluster.inside("operator", sys.executable, str(WITNESS), "--database", url, "--export", str(folder), timeout=120)


def arguments(folder, request_logs, shape, input_count, is_at_rest, is_long):
    found = ["--tables", folder / "tables", "--faults", folder / "faults.jsonl", "--hour", shape.hour, "--day",
             shape.day, "--due-at-creation", "--input", input_count]
    for log in request_logs:
        found += ["--log", log]
    if not is_at_rest:
        found.append("--running")
    if is_long:
        # Long enough that a device has filled both windows.
        found += ["--saturated", "hour", "--saturated", "day"]
    return [str(argument) for argument in found]


def judge(folder, words):
    """The report as an object, also written to the folder as JSON and text."""
    command = [sys.executable, str(WITNESS), *words]
    done = finished("the witness", [*command, "--json"], "", WITHIN)
    if done.returncode not in (0, 1):
        raise ClusterError(f"the witness could not judge: {done.stderr.strip()}")
    (folder / "witness.json").write_text(done.stdout, encoding="utf-8")
    text = finished("the witness", command, "", WITHIN).stdout
    (folder / "witness.txt").write_text(text, encoding="utf-8")
    return json.loads(done.stdout)
