"""At rest every due, eligible contact-step is in exactly one of sent, failed, unknown, cancelled, held."""

from finding import Finding, not_shown
from settings import SECOND

ID, TITLE = "I1", "No loss"
STATUSES = ("active", "advance", "paused", "completed", "failed", "cancelled", "unknown")
# The longest a sender may take to notice what is due: the slowest poll and a claim's expiry.
NOTICED_WITHIN = 35 * SECOND


def judge(run):
    if not run.has("contact", "ledger", "moment"):
        return not_shown(ID, TITLE, "no table contact, ledger or moment")
    found = Finding(ID, TITLE, checked=run.evidence.one("SELECT coalesce(sum(moves + 1), 0) FROM contact"))
    judge_statuses(run, found)
    judge_steps_passed(run, found)
    judge_ends(run, found)
    judge_counts(run, found)
    if run.settings.at_rest:
        judge_rest(run, found)
    else:
        found.notes.append("not at rest: what is under way is not judged")
    return found


def judge_statuses(run, found):
    places = ",".join("?" * len(STATUSES))
    for contact, status in run.evidence.rows(
        f"SELECT contact, status FROM contact WHERE status IS NULL OR status NOT IN ({places})", *STATUSES
    ):
        found.violate(None, f"contact {contact} has the status {status}")


def judge_steps_passed(run, found):
    """Each step that a contact moved on from has an attempt that was sent, or is unknown."""
    for contact, moves, passed in run.evidence.rows("""
        SELECT c.contact, c.moves, count(DISTINCT l.key) FROM contact c LEFT JOIN ledger l ON l.contact = c.contact
            AND l.state IN ('sent', 'unknown') AND l.key <> c.contact || '-' || c.generation || '-' || c.moves
            AND l.key LIKE c.contact || '-' || c.generation || '-%'
        WHERE c.moves > 0 GROUP BY c.contact, c.moves HAVING count(DISTINCT l.key) < c.moves"""):
        found.violate(None, f"contact {contact} moved {moves} steps, {passed} were sent or unknown", moves - passed)


def judge_ends(run, found):
    """Whoever ended as failed or unknown has the attempt that says so."""
    for contact, status in run.evidence.rows("""
        SELECT c.contact, c.status FROM contact c WHERE c.status IN ('failed', 'unknown') AND NOT EXISTS (
            SELECT 1 FROM ledger l WHERE l.contact = c.contact AND l.state = c.status)"""):
        found.violate(None, f"contact {contact} is {status}, no attempt is")
    for contact, in run.evidence.rows("SELECT contact FROM contact WHERE status = 'completed' AND moves = 0"):
        found.violate(None, f"contact {contact} is completed, nothing was sent")


def judge_counts(run, found):
    count = run.evidence.one("SELECT count(*) FROM contact")
    if run.settings.input_count not in (None, count):
        found.violate(
            None, f"{run.settings.input_count} enrollments were asked for, {count} are there",
            abs(run.settings.input_count - count))
    if run.has("tally"):
        for status, counted, real in run.evidence.rows("""
            SELECT status, sum(t), sum(c) FROM (
                SELECT status, n AS t, 0 AS c FROM tally UNION ALL SELECT status, 0, count(*) FROM contact GROUP BY 1)
            GROUP BY status HAVING sum(t) <> sum(c)"""):
            found.violate(None, f"{real} contacts are {status}, {counted} are counted as such")


def judge_rest(run, found):
    for contact, state in run.evidence.rows("SELECT contact, claim_state FROM contact WHERE claim_state <> 0"):
        found.violate(None, f"contact {contact} is still {'claimed' if state == 1 else 'reserved'}")
    if run.has("pending"):
        for work, n in run.evidence.rows("SELECT work, n FROM pending WHERE n > 0"):
            found.violate(None, f"{n} rows wait in {work}", n)
    if not run.has("device"):
        return
    now, capped = run.evidence.one("SELECT ns FROM moment"), CappedAt(run)
    for contact, due, cap_key in run.evidence.rows("""
        SELECT c.contact, c.due_ns, d.cap_key FROM contact c JOIN device d ON d.device = c.device
        WHERE c.status = 'active' AND c.is_eligible AND d.is_able AND c.due_ns < ?""", now - NOTICED_WITHIN):
        if not capped(cap_key, now):
            found.violate(due, f"contact {contact} is due, its device may send, and nobody sends it")


class CappedAt:
    """Whether a cap key has no unit free, by the log and by unknowns whose deadline has not passed."""

    def __init__(self, run):
        self.run, self.rules, self.known = run, run.cap_rules(), {}

    def __call__(self, cap_key, now):
        if (cap_key, now) not in self.known:
            self.known[cap_key, now] = self.is_full(cap_key, now)
        return self.known[cap_key, now]

    def is_full(self, cap_key, now):
        own = self.run.rules_for(self.rules, cap_key)
        if own is None:
            return False
        evidence = self.run.evidence
        pending = 0
        if self.run.has("ledger"):
            pending = evidence.one(
                "SELECT count(*) FROM ledger WHERE cap_key = ? AND reserved_ns <= ? AND deadline_ns > ?"
                " AND state IN ('unknown', 'reserved')", cap_key, now, now)
        if pending >= own.concurrent:
            return True
        for _, span, cap in own.windows:
            # The windows' margins, as DESIGN.md states them: 2 s on an hour, 10 s on a day, and 0.1001 % for drift.
            margin = span // 1800 if span <= self.run.settings.hour else span // 8640
            margin += span * 1001 // 1_000_000
            sent = evidence.one(
                "SELECT count(*) FROM request WHERE cap_key = ? AND accepted_ns > ? AND accepted_ns <= ?",
                cap_key, now - span - margin - NOTICED_WITHIN, now)
            if sent + pending >= cap:
                return True
        return False
