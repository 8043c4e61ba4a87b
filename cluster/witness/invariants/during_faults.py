"""I18 and I19 ask whether other invariants held while the cluster was lied to: about time, or by old messages."""

from finding import Finding, not_shown

CLOCKS = ("I18", "Caps and bounds hold under clock steps", ("clock",), ("I5", "I6", "I7", "I8", "I9"))
MESSAGES = ("I19", "Stale messages change nothing", ("nats-messages",), ("I2", "I3", "I8", "I11"))


def judge(run, findings, invariant):
    """N counts the requests that arrived from the first such fault on."""
    name, title, kinds, others = invariant
    faults = run.faults.of(*kinds)
    if not faults:
        return not_shown(name, title, f"no fault of a kind {' or '.join(kinds)}-…")
    first = faults[0].start
    found = Finding(name, title, checked=run.evidence.one("SELECT count(*) FROM request WHERE ns >= ?", first))
    for other in findings:
        if other.invariant in others:
            late = [ns for ns in other.instants if ns >= first]
            if late:
                found.violate(late[0], f"{other.invariant} was violated {len(late)} times after the first", len(late))
    return found
