"""How long devices took to send again: from a fault's heal, or from its start where Sluice heals itself."""

from dataclasses import dataclass

from figures.quantiles import quantiles
from invariants.i01_no_loss import CappedAt
from settings import SECOND
from sources.fault_log import Fault

# From the table of faults; the longest prefix counts. A node's death is healed by others, so it is measured from its
# start; what nobody can replace, from the moment it is back.
FROM_START = ("shard-kill", "shard-stop", "coordinator-kill", "coordinator-stop", "cut-shard-postgres", "clock-step")
BACK_WITHIN = {
    "shard-kill": 8, "shard-stop": 7, "cut-shard-postgres": 7, "cut-shard-nats": 2, "coordinator-kill": 7,
    "coordinator-stop": 7, "coordinators-down": 3, "nats": 3, "postgres-full": 3, "postgres": 3, "clock-step": 7,
    "roll": 2,
}


@dataclass
class Recovery:
    fault: Fault
    device: str
    # Nanoseconds until its first request.
    span: int


def back_within(kind):
    """Seconds, or None where the promise names none."""
    fitting = [prefix for prefix in BACK_WITHIN if kind.startswith(prefix)]
    return BACK_WITHIN[max(fitting, key=len)] if fitting else None


def measured_from(fault):
    return fault.start if fault.kind.startswith(FROM_START) else fault.until


def recoveries(run):
    """One per fault and device that had due work and capacity when the fault was over; None without the sources. A
    fault that another one overlaps is measured from the later end."""
    if not (run.faults.faults and run.settings.due_at_creation and run.has("ledger", "contact", "device")):
        return None
    found, capped = [], CappedAt(run)
    for fault in run.faults.faults:
        over = healed_at(run, fault)
        if over is None:
            continue
        for device, cap_key, first in run.evidence.rows(FIRST_AFTER, *affected(fault), over):
            if not capped(cap_key, over):
                found.append(Recovery(fault, device, first - over))
    return found


def healed_at(run, fault):
    over = measured_from(fault)
    for other in run.faults.faults:
        if over is not None and other is not fault and other.start <= over and other.overlaps(fault.start, over):
            end = measured_from(other)
            over = None if end is None else max(over, end)
    return over


def affected(fault):
    """The node whose devices a fault stops, or '%' for all."""
    node = fault.target.split(":")[0] if fault.kind.startswith(("shard", "cut-shard")) else "%"
    return (fault.start, node)


# Devices with a contact that was there before and whose first message was reserved after, and their first request of
# any kind. Devices of one node are those it reserved for in the minute before. One that holds an unknown is left out:
# its concurrency may be taken until the deadline. A request that was reserved before may be the
# last one of a dead node.
FIRST_AFTER = f"""
    WITH bound (start, node, over) AS (VALUES (?, ?, ?)), concerned AS MATERIALIZED (
        SELECT DISTINCT l.device FROM bound, fence f JOIN ledger l USING (incarnation)
        WHERE f.node LIKE bound.node AND l.reserved_ns BETWEEN bound.start - {60 * SECOND} AND bound.start
    ), waiting AS MATERIALIZED (
        SELECT DISTINCT l.device FROM bound, ledger l JOIN contact c ON c.contact = l.contact
        WHERE l.reserved_ns BETWEEN bound.over AND bound.over + {600 * SECOND}
            AND c.created_ns < bound.over AND l.attempt = 1
            AND l.key = c.contact || '-1-0' AND l.device IN (SELECT device FROM concerned)
            AND l.cap_key NOT IN (SELECT cap_key FROM ledger WHERE state = 'unknown' AND reserved_ns <= bound.over))
    SELECT d.name, d.cap_key, min(r.ns) FROM bound, waiting w JOIN device d ON d.device = w.device
    JOIN request r ON r.cap_key = d.cap_key AND r.device = d.name AND r.ns >= bound.over
    JOIN ledger x ON x.key = r.key AND x.attempt = r.attempt AND x.reserved_ns >= bound.over
    GROUP BY d.name, d.cap_key"""


def by_kind(found):
    """Figures of each kind of fault, in nanoseconds, with what the table of faults allows."""
    spans = {}
    for recovery in found or ():
        spans.setdefault(recovery.fault.kind, []).append(recovery.span)
    return {kind: quantiles(own) | {"allowed_s": back_within(kind)} for kind, own in sorted(spans.items())}
