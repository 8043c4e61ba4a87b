"""A node kills or stops itself right before or after one step of the protocol.

All failpoints are armed from the start and have a note that says that they acted, so that none does. Taking its note
away lets one act, in whichever node comes there next; the note that it writes says which (DESIGN.md, "Failpoints").
"""

import json
import os
import pathlib
import signal
import time

from cluster import ClusterError
from database import Database
from effects.processes import restart, send
from evidence.fault_log import Happened
from plan.schedule import role_of

# Most steps are on every message's way; the rest are provoked.
ACTS_WITHIN = 25.0
LEADER = "SELECT node_name FROM coordinator_lease JOIN node_leases USING (incarnation)"


def notes_folder(data):
    return data / "notes"


def settings(data, names):
    """Settings of every node, and a note for each failpoint."""
    folder = notes_folder(data)
    folder.mkdir(parents=True, exist_ok=True)
    for name in names:
        (folder / name).write_text("", encoding="utf-8")
    return (f"SLUICE_FAILPOINTS={','.join(names)}", f"SLUICE_FAILPOINTS_NOTES={folder}")


class Failpoint:
    """`trigger` is the shard node that is killed or ended where a step needs a reason to happen."""

    def __init__(self, cluster, fault):
        options = fault.options
        self.cluster, self.step, self.action = cluster, options["step"], options["action"]
        self.place = f"{options['moment']}-{self.step}"
        self.trigger = options["trigger"]
        self.note = pathlib.Path(notes_folder(cluster.data), f"{self.place}={self.action}")
        self.hit, self.provoked = [], []

    def do(self):
        self.note.unlink(missing_ok=True)
        try:
            self.provoke()
            self.wait()
        except (ClusterError, OSError):
            self.disarm()
            raise
        return [*self.provoked, *self.hit]

    def undo(self):
        self.disarm()
        for happened in self.provoked:
            restart(self.cluster, happened.target)
        for happened in self.hit:
            if self.action == "stop":
                send(happened.pids, signal.SIGCONT)
            else:
                restart(self.cluster, happened.target)

    def disarm(self):
        if not self.note.exists():
            self.note.write_text("", encoding="utf-8")

    def provoke(self):
        if self.step == "lead":
            self.end(Database(self.cluster).run(LEADER).strip(), signal.SIGKILL, "coordinator-kill")
        elif self.step in ("register", "fence", "assign", "take-over"):
            self.end(self.trigger, signal.SIGKILL, "shard-kill")
            if self.step == "register":
                restart(self.cluster, self.trigger)
        elif self.step == "hand-over":
            self.end(self.trigger, signal.SIGTERM, "roll")

    def end(self, name, number, kind):
        send(self.cluster.host(name).processes, number)
        self.provoked.append(Happened(kind, name, time.time_ns()))

    def wait(self):
        until = time.monotonic() + ACTS_WITHIN
        # A note appears with its content.
        while not self.note.exists():
            if time.monotonic() > until:
                raise ClusterError(f"nobody came to {self.place} within {ACTS_WITHIN} s")
            time.sleep(0.05)
        words = json.loads(self.note.read_text(encoding="utf-8"))
        # By the file's time, because the node's own clock may have been stepped.
        instant = os.stat(self.note).st_mtime_ns
        kind = f"{role_of(words['node'])}-{self.action}-{self.place}"
        self.hit.append(Happened(kind, words["node"], instant, (words["pid"],)))
