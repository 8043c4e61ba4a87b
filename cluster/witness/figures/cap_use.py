"""Worst window and its use per cap key: one sweep over all accepted sends, shared by I5, I6 and I26."""

from dataclasses import dataclass

from figures.windows import WindowSweep, accepted_by_cap_key


@dataclass
class WindowUse:
    """The fullest window of a length at a cap key. `over` counts the sends that found their window full."""

    cap_key: str
    label: str
    span: int
    cap: int
    count: int
    end: int
    sends: int
    over: int

    @property
    def share(self):
        return self.count / self.cap


def cap_use(run):
    """Uses by cap key, and how many sends had no cap that anybody stated."""
    rules, uses, uncapped = run.cap_rules(), [], 0
    for cap_key, instants in accepted_by_cap_key(run.evidence):
        own = run.rules_for(rules, cap_key)
        if own is None:
            uncapped += sum(1 for _ in instants)
            continue
        sweeps = [(WindowSweep(span), label, cap) for label, span, cap in own.windows]
        over, sends = [0] * len(sweeps), 0
        for ns in instants:
            sends += 1
            for place, (sweep, _, cap) in enumerate(sweeps):
                over[place] += sweep.add(ns) > cap
        for (sweep, label, cap), beyond in zip(sweeps, over):
            uses.append(WindowUse(
                cap_key, label, sweep.length, cap, sweep.fullest, sweep.fullest_end, sends, beyond))
    return uses, uncapped
