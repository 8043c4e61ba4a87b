"""A shard that cannot commit starts no request: while PostgreSQL is away, nothing arrives but what was reserved before.

A reserve's request leaves within D_send; where another fault may hold it up on its way, within the late bound. On a
full disk some commits still find room, so that fault is left to I3."""

from finding import Finding, not_shown
from settings import SECOND

ID, TITLE = "I20", "No commit, no send"
LONGEST_TIMEOUT = 50 * SECOND


def judge(run):
    faults = [
        fault for fault in run.faults.of("postgres")
        if fault.until is not None and not fault.kind.startswith("postgres-full")]
    if not faults:
        return not_shown(ID, TITLE, "no healed fault of PostgreSQL")
    found = Finding(ID, TITLE)
    for fault in faults:
        # While it is being undone the database may be back already.
        end = fault.until if fault.healing is None else fault.healing
        grace = run.settings.send_within + SECOND
        if any(other is not fault and other.overlaps(fault.start, fault.until) for other in run.faults.faults):
            grace += LONGEST_TIMEOUT
        for key, ns in run.evidence.rows(
            "SELECT key, ns FROM request WHERE ns > ? AND ns < ?", fault.start, end
        ):
            found.checked += 1
            if ns > fault.start + grace:
                found.violate(ns, f"{key} arrived {(ns - fault.start) / 1e9:.1f} s into {fault.kind}")
    return found
