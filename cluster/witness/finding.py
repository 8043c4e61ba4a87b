"""What one invariant's judge says."""

from dataclasses import dataclass, field

MOST_EXAMPLES = 20


@dataclass
class Example:
    """One violation: when it happened, in nanoseconds since 1970 if that is known, and what."""

    ns: int | None
    text: str
    seed: int | None = None


@dataclass
class Finding:
    """Counts of one invariant. Without a violation, what was checked N times fails with a probability of less than
    3/N, 95 times in 100 (the rule of three)."""

    invariant: str
    title: str
    checked: int = 0
    violations: int = 0
    examples: list[Example] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    # Instants of violations, for the invariants that ask whether others held during a fault.
    instants: list[int] = field(default_factory=list)
    # Figures that the report shows beside the counts.
    figures: dict[str, int] = field(default_factory=dict)
    # Why these sources show nothing of it; None when they do.
    unshown: str | None = None

    def violate(self, ns, text, count=1):
        self.violations += count
        if len(self.examples) < MOST_EXAMPLES:
            self.examples.append(Example(ns, text))
        # Bounded like everything here; a run that is this broken needs no finer answer.
        if ns is not None and len(self.instants) < 100_000:
            self.instants.append(ns)

    @property
    def bound(self):
        return 3 / self.checked if self.checked and not self.violations else None


def not_shown(invariant, title, why):
    return Finding(invariant, title, unshown=why)
