"""Reads the fault log: what was done to the cluster, when and by which seed. The format is in README.md."""

import json
from dataclasses import dataclass

from settings import SECOND


@dataclass
class Fault:
    """One fault. Instants are nanoseconds since 1970; `until` is None when it was never healed."""

    kind: str
    target: str
    start: int
    until: int | None
    seed: int | None
    # When undoing it began; None: not told.
    healing: int | None = None
    # Nanoseconds by which a clock was set; None: not told.
    step: int | None = None

    def overlaps(self, start, end):
        return self.start <= end and (self.until is None or self.until >= start)


class FaultLog:
    """All faults by their start. A second line of a fault tells its end."""

    def __init__(self, faults=()):
        self.faults = sorted(faults, key=lambda fault: fault.start)
        self.malformed = 0

    @classmethod
    def read(cls, path):
        found, malformed = {}, 0
        with open(path, "rb") as file:
            for raw in file:
                if not raw.endswith(b"\n"):
                    break
                try:
                    entry = json.loads(raw)
                    start, until = entry["from"], entry.get("until")
                    if type(start) is not int or not (until is None or type(until) is int and until >= start):
                        raise ValueError("from and until are whole numbers in order")
                    key = (str(entry["kind"]), str(entry["target"]), start)
                    healing = entry.get("healing")
                    if not (healing is None or type(healing) is int and start <= healing):
                        raise ValueError("healing is a whole number after from")
                    # Of a failpoint it is a step of the protocol.
                    step = entry.get("step") if key[0].startswith("clock-step") else None
                    if not (step is None or type(step) is int):
                        raise ValueError("step is a whole number of seconds")
                    found[key] = Fault(*key, until, entry.get("seed"), healing, step and step * SECOND)
                except (ValueError, KeyError, TypeError, AttributeError):
                    malformed += 1
        log = cls(found.values())
        log.malformed = malformed
        return log

    def of(self, *prefixes):
        return [fault for fault in self.faults if fault.kind.startswith(prefixes)]

    def by_kind(self):
        kinds = {}
        for fault in self.faults:
            kinds.setdefault(fault.kind, []).append(fault)
        return dict(sorted(kinds.items()))

    def seed_at(self, ns):
        """Of the last fault that had begun; of the first one for an instant that nobody knows."""
        seed = self.faults[0].seed if self.faults else None
        for fault in self.faults:
            if ns is not None and fault.start > ns:
                break
            if ns is not None:
                seed = fault.seed
        return seed

    def any_overlaps(self, start, end):
        return any(fault.overlaps(start, end) for fault in self.faults)

    def database_clock_steps(self):
        return [fault for fault in self.of("clock-step") if fault.target.startswith("postgres")]
