"""No reserve with an old epoch commits after the bump.

A reserve of the new epoch begins after the bump, so within a slot every reserve of a lower epoch is older than the
first of a higher one. Nor does a node reserve once its fence is closed: the closing waits for reserves under way,
each of which ends within its statement timeout."""

from finding import Finding, not_shown
from settings import SECOND

ID, TITLE = "I8", "Fence"
RESERVE_TIMEOUT = 3 * SECOND


def judge(run):
    if not run.has("ledger"):
        return not_shown(ID, TITLE, "no table ledger")
    found = Finding(ID, TITLE, checked=run.evidence.one("SELECT count(*) FROM ledger"))
    highest = slot_before = None
    for slot, epoch, reserved, key in run.evidence.rows(
        "SELECT slot, epoch, reserved_ns, key FROM ledger ORDER BY slot, reserved_ns, epoch"
    ):
        if not run.comparable(reserved):
            continue
        if slot != slot_before:
            slot_before, highest = slot, epoch
        if epoch < highest:
            found.violate(reserved, f"{key} was reserved at epoch {epoch} of slot {slot} after one at {highest}")
        highest = max(highest, epoch)
    if run.has("fence"):
        for key, node, reserved, closed in run.evidence.rows("""
            SELECT l.key, f.node, l.reserved_ns, f.closed_ns FROM ledger l JOIN fence f USING (incarnation)
            WHERE l.reserved_ns > f.closed_ns + ?""", RESERVE_TIMEOUT):
            if run.comparable(reserved, closed):
                late = (reserved - closed) / 1e9
                found.violate(reserved, f"{key} was reserved by {node} {late:.3f} s after its fence")
    if run.has("slot"):
        for key, slot, epoch in run.evidence.rows(
            "SELECT l.key, l.slot, l.epoch FROM ledger l JOIN slot s USING (slot) WHERE l.epoch > s.epoch"
        ):
            found.violate(None, f"{key} has epoch {epoch} of slot {slot}, which never had it")
    return found
