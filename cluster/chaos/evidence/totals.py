"""The one line that every run ends in, and the figures of several rounds taken together."""

import math
from collections import Counter
from dataclasses import dataclass, field


@dataclass
class Totals:
    """Sums over rounds. `spans` are the recoveries of each kind of fault, in nanoseconds, `allowed` what the promise
    gives it, in seconds."""

    rounds: int = 0
    faults: int = 0
    sends: int = 0
    duplicate: int = 0
    lost: int = 0
    unknown: int = 0
    leaks: int = 0
    violations: int = 0
    by_kind: Counter = field(default_factory=Counter)
    by_invariant: dict = field(default_factory=dict)
    spans: dict = field(default_factory=dict)
    allowed: dict = field(default_factory=dict)
    failed_seeds: list = field(default_factory=list)

    def add(self, seed, report, leaks):
        """`report` is what the witness printed as JSON; None when it could not judge, which is a violation."""
        self.rounds += 1
        self.leaks += leaks
        self.violations += leaks
        if report is None:
            self.violations += 1
        else:
            self.add_report(report)
        if report is None or leaks or report["violations"]:
            self.failed_seeds.append(seed)

    def add_report(self, report):
        figures = report["figures"]
        self.sends += figures["sends"]
        self.duplicate += figures["duplicates"]["ours"]
        self.lost += figures["lost"]
        self.unknown += (figures["unknown"] or {"count": 0})["count"]
        self.violations += report["violations"]
        self.faults += sum(figures["faults"].values())
        self.by_kind.update(figures["faults"])
        for kind, spread in figures["recovery"].items():
            self.spans.setdefault(kind, []).extend(spread["spans"])
            self.allowed[kind] = spread["allowed_s"]
        for finding in report["findings"]:
            known = self.by_invariant.setdefault(
                finding["invariant"], {"title": finding["title"], "checked": 0, "violations": 0})
            known["checked"] += finding["checked"]
            known["violations"] += finding["violations"]

    def line(self):
        parts = ("faults", "sends", "duplicate", "lost", "unknown", "leaks", "violations")
        return "chaos: " + " ".join(f"{part}={getattr(self, part)}" for part in parts)

    def recoveries(self):
        return {
            kind: quantiles(spans) | {"allowed_s": self.allowed[kind]} for kind, spans in sorted(self.spans.items())}

    def as_object(self):
        return {
            "line": self.line(), "rounds": self.rounds, "failed_seeds": self.failed_seeds,
            "faults": dict(sorted(self.by_kind.items())), "invariants": self.by_invariant,
            "recovery": self.recoveries()}


def quantiles(values):
    """By nearest rank."""
    ordered = sorted(values)

    def at(share):
        return ordered[max(0, math.ceil(share * len(ordered)) - 1)]

    return {"count": len(ordered), "p50": at(0.50), "p99": at(0.99), "max": ordered[-1]}
