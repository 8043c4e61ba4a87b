"""Writes the fault log that the witness reads; cluster/witness/README.md defines it."""

import json
import threading
import time
from dataclasses import dataclass


@dataclass(frozen=True)
class Happened:
    """What a fault came to, where the plan could not say: kind, target, and when. `pids` are of the processes hit."""

    kind: str
    target: str
    start: int
    pids: tuple[int, ...] = ()


class FaultLog:
    """A new file: a line when a fault was done and one when it was undone. Lines are whole and written when `begin` and
    `end` return, whoever dies next."""

    def __init__(self, path, seed, clock=time.time_ns):
        self.file = open(path, "w", encoding="utf-8")
        self.seed, self.clock = seed, clock
        self.lock = threading.Lock()

    def begin(self, fault, happened=None):
        """Right after it was done. Gives what `end` takes."""
        happened = happened or [Happened(fault.kind, fault.target, self.clock())]
        for each in happened:
            self.write(fault, each, {"until": None})
        return happened

    def end(self, fault, happened, healing):
        """Right after it was undone, which began at `healing`."""
        until = self.clock()
        for each in happened:
            self.write(fault, each, {"until": until, "healing": healing})

    def write(self, fault, happened, end):
        line = {"at": self.clock(), "kind": happened.kind, "target": happened.target, "from": happened.start} | end
        line |= {"seed": self.seed, "number": fault.number} | fault.options
        with self.lock:
            self.file.write(json.dumps(line) + "\n")
            self.file.flush()

    def close(self):
        self.file.close()
