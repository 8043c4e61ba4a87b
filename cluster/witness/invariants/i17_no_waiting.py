"""No eligible contact waits more than 2 s while its device has capacity open to its class and all parts are healthy.

Judged where the sources are sure: a device that answered everything, was wholly idle, had room in every window, held no
unknown and had a contact that was due; away from faults. That is weaker than the promise, never stricter."""

from collections import deque

from finding import Finding, not_shown
from settings import SECOND

ID, TITLE = "I17", "Nobody waits beside an idle device"
LONGEST = 2 * SECOND
# After a fault the promise is I16's.
AFTER_FAULT = 25 * SECOND


def judge(run):
    settings = run.settings
    if not (settings.fidelity and settings.due_at_creation and run.has("ledger", "contact", "device")):
        return not_shown(ID, TITLE, "needs tables, --due-at-creation and --fidelity")
    found, rules = Finding(ID, TITLE), run.cap_rules()
    cap_key, idle = None, None
    for key, ns, end, accepted, visible in run.evidence.rows(PROMPT_REQUESTS):
        if key != cap_key:
            cap_key, own = key, run.rules_for(rules, key)
            idle = IdleSince(own) if own else None
        if idle is None:
            continue
        if visible is not None:
            found.checked += 1
            since = max(visible, idle.since(ns))
            if ns - since > LONGEST + settings.tolerance and not run.faults.any_overlaps(since - AFTER_FAULT, ns):
                found.violate(ns, f"{cap_key} was idle for {(ns - since) / 1e9:.1f} s with a contact due")
        idle.take(ns, end, accepted)
    return found


# All requests of cap keys that accepted everything. `visible` is set for the first message of a contact: a transaction
# stamps its contacts with one instant, long before others see them, so that a contact counts as due once one of its
# transaction has arrived anywhere.
PROMPT_REQUESTS = """
    WITH first_seen AS MATERIALIZED (
        SELECT c.created_ns, min(r.ns) AS ns FROM request r
        JOIN ledger l ON l.key = r.key AND l.attempt = r.attempt JOIN contact c ON c.contact = l.contact
        GROUP BY c.created_ns)
    SELECT r.cap_key, r.ns, r.end_ns, r.accepted_ns, f.ns FROM request r
    LEFT JOIN ledger l ON l.key = r.key AND l.attempt = r.attempt
    LEFT JOIN contact c ON c.contact = l.contact AND r.key = c.contact || '-1-0' AND r.attempt = 1
    LEFT JOIN first_seen f ON f.created_ns = c.created_ns
    WHERE r.cap_key NOT IN (SELECT cap_key FROM request WHERE verdict IS NOT 'accepted')
        AND r.cap_key NOT IN (SELECT cap_key FROM ledger WHERE state IN ('unknown', 'aborted'))
    ORDER BY r.cap_key, r.ns"""


class IdleSince:
    """From when on a cap key had nothing open and room in every window."""

    def __init__(self, rules):
        # Longer than with its margin: 5.6 s on an hour, 96 s on a day.
        self.windows = [(span + max(span // 800, 10 * SECOND), deque(maxlen=cap)) for _, span, cap in rules.windows]
        self.end = 0

    def since(self, ns):
        """At most `ns`, unless the cap was broken."""
        latest = self.end
        for span, recent in self.windows:
            if len(recent) == recent.maxlen:
                latest = max(latest, recent[0] + span)
        return latest

    def take(self, ns, end, accepted):
        self.end = max(self.end, end or ns)
        for _, recent in self.windows:
            recent.append(accepted)
