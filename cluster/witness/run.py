"""One run of the cluster, as its judges see it."""

import json
from dataclasses import dataclass, field

from settings import SECOND, Settings
from sources.evidence import Evidence
from sources.fault_log import FaultLog


@dataclass
class CapRules:
    """Windows as (label, nanoseconds, cap), and how many requests may be open at once."""

    windows: list[tuple[str, int, int]]
    concurrent: int


@dataclass
class Run:
    evidence: Evidence
    faults: FaultLog = field(default_factory=FaultLog)
    settings: Settings = field(default_factory=Settings)

    def has(self, *tables):
        return set(tables) <= self.evidence.tables

    def cap_rules(self):
        """By cap key: of devices that share one the strictest hold. Devices of no table fall under `settings.caps`."""
        rules = {}
        if self.has("device"):
            for key, hourly, daily, concurrent, windows in self.evidence.rows(
                "SELECT cap_key, hourly_cap, daily_cap, concurrent_cap, windows FROM device"
            ):
                own = self.rules_of(self.settings.caps or (hourly, daily, concurrent), windows)
                held = rules.get(key)
                rules[key] = strictest(held, own) if held else own
        return rules

    def rules_for(self, rules, cap_key):
        """None where nobody stated caps."""
        return rules.get(cap_key) or (self.rules_of(self.settings.caps, None) if self.settings.caps else None)

    def rules_of(self, caps, windows):
        spans = [("hour", self.settings.hour, caps[0]), ("day", self.settings.day, caps[1])]
        for window in json.loads(windows or "[]"):
            spans.append((f"{window['seconds']}s", int(window["seconds"] * SECOND), int(window["limit"])))
        return CapRules(spans, caps[2])

    def late_bound(self, dialect, http_timeout_ms):
        """From the start of a reserve to the last moment a request of it may arrive; None for an unknown dialect."""
        timeout = http_timeout_ms * 1_000_000 if http_timeout_ms else self.settings.http_timeout.get(dialect)
        return timeout and self.settings.send_within + timeout + self.settings.tolerance

    def comparable(self, *instants):
        """Whether instants of the database can be compared with each other and with those of a gateway. From the first
        step of its clock on they cannot, nor can those that it dated back to before."""
        return not any(
            ns is not None and (ns >= fault.start or is_dated_by(fault, ns))
            for fault in self.faults.database_clock_steps() for ns in instants)


def is_dated_by(fault, ns):
    """Whether a clock that was set back dated it so, by steps that are longer than the run."""
    if fault.step is None or fault.step >= 0:
        return False
    return fault.start + fault.step <= ns and (fault.until is None or ns <= fault.until + fault.step)


def strictest(one, other):
    caps = {}
    for label, span, cap in one.windows + other.windows:
        caps[label, span] = min(cap, caps.get((label, span), cap))
    return CapRules(
        [(label, span, cap) for (label, span), cap in caps.items()], min(one.concurrent, other.concurrent))
