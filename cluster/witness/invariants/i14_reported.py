"""Every unsettled row of a dead owner is reported unknown within 30 s of take-over."""

from finding import Finding, not_shown
from settings import SECOND

ID, TITLE = "I14", "Dead owners' attempts are reported"
REPORTED_WITHIN = 30 * SECOND


def judge(run):
    if not run.has("ledger", "fence", "moment"):
        return not_shown(ID, TITLE, "no table ledger, fence or moment")
    found, now = Finding(ID, TITLE), run.evidence.one("SELECT ns FROM moment")
    for key, attempt, node, closed, settled in run.evidence.rows("""
        SELECT l.key, l.attempt, f.node, f.closed_ns, l.settled_ns
        FROM fence f JOIN ledger l USING (incarnation)
        WHERE f.closed_ns IS NOT NULL AND l.state IN ('reserved', 'unknown')
            AND (l.settled_ns IS NULL OR l.settled_ns > f.closed_ns)"""):
        found.checked += 1
        span = (settled or now) - closed
        if run.comparable(closed, settled) and span > REPORTED_WITHIN:
            what = "is unreported" if settled is None else "was reported"
            found.violate(closed, f"{key} attempt {attempt} of {node} {what} {span / 1e9:.1f} s after its end")
    return found
