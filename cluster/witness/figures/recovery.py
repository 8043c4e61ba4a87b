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


# The promise of I16.
LONGEST_RECOVERY = 20 * SECOND
# A contact that came this much later than the end of a fault still tells when its device worked again: from then on.
SOON_AFTER = 2 * SECOND


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
        if over is None or not run.comparable(over):
            continue
        for device, cap_key, created, first in run.evidence.rows(FIRST_AFTER, *affected(fault), over):
            due = max(over, created)
            span = span_until(run, due, first)
            if span is not None and not capped(cap_key, due):
                found.append(Recovery(fault, device, span))
    return found


def span_until(run, due, first):
    """None when another fault began meanwhile: then that one's end is what the device waited for. A device that had
    waited longer than any recovery may take counts all the same."""
    began = min((fault.start for fault in run.faults.faults if due < fault.start < first), default=None)
    if began is None:
        return first - due
    return began - due if began - due > LONGEST_RECOVERY else None


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


# Devices with a contact that was there before, or soon after, and whose first message was reserved after; since when
# they had one, and their first request of any kind. Devices of one node are those it reserved for in the minute before.
# One that holds an unknown is left out: its concurrency may be taken until the deadline. That the truth came later, as
# from a node that was fenced and went on, does not show in the state but in the instant. A living node that settles
# late excuses its device only when the gateway had not told it the outcome. A request that was reserved before may be
# the last one of a dead node.
# The parameters are the start of the fault, its node, and its end.
FIRST_AFTER = f"""
    WITH concerned AS MATERIALIZED (
        SELECT DISTINCT l.device FROM fence f JOIN ledger l USING (incarnation)
        WHERE f.node LIKE ?2 AND l.reserved_ns BETWEEN ?1 - {60 * SECOND} AND ?1
    ), holding AS MATERIALIZED (
        SELECT DISTINCT l.cap_key FROM ledger l
        WHERE l.reserved_ns <= ?3 AND l.deadline_ns > ?3 AND (l.state = 'unknown'
            OR l.settled_ns > ?3 + {SOON_AFTER} AND (
                EXISTS (SELECT 1 FROM fence f WHERE f.incarnation = l.incarnation AND f.closed_ns <= l.settled_ns)
                OR EXISTS (SELECT 1 FROM request r WHERE r.key = l.key AND r.attempt = l.attempt
                    AND (r.end_ns IS NULL OR r.end_ns > ?3 OR NOT r.is_success))))
    ), waiting AS MATERIALIZED (
        SELECT l.device, min(c.created_ns) AS created FROM ledger l JOIN contact c ON c.contact = l.contact
        WHERE l.reserved_ns BETWEEN ?3 AND ?3 + {600 * SECOND}
            AND c.created_ns < ?3 + {SOON_AFTER} AND l.attempt = 1
            AND l.key = c.contact || '-1-0' AND l.device IN (SELECT device FROM concerned)
            AND l.cap_key NOT IN (SELECT cap_key FROM holding)
        GROUP BY l.device)
    SELECT d.name, d.cap_key, w.created, (
        SELECT min(r.ns) FROM request r WHERE r.cap_key = d.cap_key AND r.device = d.name
            AND r.ns >= max(?3, w.created) AND EXISTS (
                SELECT 1 FROM ledger x WHERE x.key = r.key AND x.attempt = r.attempt AND x.reserved_ns >= ?3)) AS first
    FROM waiting w JOIN device d ON d.device = w.device
    WHERE first IS NOT NULL"""


def by_kind(found):
    """Figures of each kind of fault, in nanoseconds, with what the table of faults allows."""
    spans = {}
    for recovery in found or ():
        spans.setdefault(recovery.fault.kind, []).append(recovery.span)
    return {
        kind: quantiles(own) | {"allowed_s": back_within(kind), "spans": sorted(own)}
        for kind, own in sorted(spans.items())}
