"""Sent: the gateway accepted it. Failed: it did not. Aborted: it never saw it."""

from finding import Finding, not_shown

ID, TITLE = "I4", "No phantom"


def judge(run):
    if not run.has("ledger"):
        return not_shown(ID, TITLE, "no table ledger")
    found = Finding(ID, TITLE)
    for key, attempt, state, at, provider, requests, accepted, message in run.evidence.rows("""
        SELECT l.key, l.attempt, l.state, l.reserved_ns, l.provider_id, count(r.seq),
            coalesce(sum(r.verdict = 'accepted' OR r.verdict = 'duplicate' AND EXISTS (
                SELECT 1 FROM request o WHERE o.key = r.key AND o.verdict = 'accepted')), 0),
            max(r.message_id)
        FROM ledger l LEFT JOIN request r ON r.key = l.key AND r.attempt = l.attempt
        WHERE l.state IN ('sent', 'failed', 'aborted') GROUP BY l.rowid"""):
        found.checked += 1
        if state == "sent" and not accepted:
            found.violate(at, f"{key} attempt {attempt} is sent, the gateway accepted none")
        elif state == "failed" and accepted:
            found.violate(at, f"{key} attempt {attempt} is failed, the gateway accepted it")
        elif state == "aborted" and requests:
            found.violate(at, f"{key} attempt {attempt} is aborted, yet it arrived")
        elif state == "sent" and requests == 1 and provider and message and provider != message:
            found.violate(at, f"{key} attempt {attempt} is sent as {provider}, the gateway calls it {message}")
    return found
