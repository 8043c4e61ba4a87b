"""reserved → sent | failed | unknown | aborted; unknown → sent | failed. The final tables show where attempts ended,
not the way: a settled attempt has its instant, a key is sent once, and none stays reserved."""

from finding import Finding, not_shown
from settings import SECOND

ID, TITLE = "I12", "States of attempts"
STATES = {"reserved", "sent", "failed", "unknown", "aborted"}
# From the deadline of an attempt whose owner died until somebody must have said so.
REPORTED_WITHIN = 30 * SECOND


def judge(run):
    if not run.has("ledger", "moment"):
        return not_shown(ID, TITLE, "no table ledger or moment")
    found, now = Finding(ID, TITLE), run.evidence.one("SELECT ns FROM moment")
    for key, attempt, state, reserved, deadline, settled in run.evidence.rows(
        "SELECT key, attempt, state, reserved_ns, deadline_ns, settled_ns FROM ledger"
    ):
        found.checked += 1
        what = f"{key} attempt {attempt}"
        if state not in STATES:
            found.violate(reserved, f"{what} is in no state: {state}")
        elif (state == "reserved") != (settled is None):
            found.violate(reserved, f"{what} is {state}, settled at {settled}")
        elif settled is not None and settled < reserved and run.comparable(reserved, settled):
            found.violate(reserved, f"{what} was settled before it was reserved")
        elif state == "reserved" and now > deadline + REPORTED_WITHIN:
            found.violate(reserved, f"{what} is reserved {(now - deadline) / 1e9:.0f} s after its deadline")
    for key, n in run.evidence.rows(
        "SELECT key, count(*) FROM ledger WHERE state = 'sent' GROUP BY 1 HAVING count(*) > 1"
    ):
        found.violate(None, f"{key} is sent {n} times in the ledger")
    return found
