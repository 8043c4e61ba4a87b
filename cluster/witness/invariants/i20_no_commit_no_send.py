"""A shard that cannot commit starts no request: while PostgreSQL is away, nothing arrives but what was reserved before.

A reserve's request leaves within D_send; where another fault may hold it up on its way, within the late bound."""

from finding import Finding, not_shown
from settings import SECOND

ID, TITLE = "I20", "No commit, no send"
LONGEST_TIMEOUT = 50 * SECOND


def judge(run):
    faults = [fault for fault in run.faults.of("postgres") if fault.until is not None]
    if not faults:
        return not_shown(ID, TITLE, "no healed fault of PostgreSQL")
    found = Finding(ID, TITLE)
    for fault in faults:
        grace = run.settings.send_within + SECOND
        if any(other is not fault and other.overlaps(fault.start, fault.until) for other in run.faults.faults):
            grace += LONGEST_TIMEOUT
        for key, ns in run.evidence.rows(
            "SELECT key, ns FROM request WHERE ns > ? AND ns < ?", fault.start, fault.until
        ):
            found.checked += 1
            if ns > fault.start + grace:
                found.violate(ns, f"{key} arrived {(ns - fault.start) / 1e9:.1f} s into {fault.kind}")
    return found
