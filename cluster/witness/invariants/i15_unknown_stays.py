"""An unknown is never posted again, unless the gateway is proven to send one message id once."""

from finding import Finding, not_shown

ID, TITLE = "I15", "An unknown is not posted again"


def judge(run):
    if not run.has("ledger"):
        return not_shown(ID, TITLE, "no table ledger")
    found = Finding(ID, TITLE, checked=run.evidence.one("SELECT count(*) FROM ledger WHERE state = 'unknown'"))
    for key, attempt, later, ns, dialect in run.evidence.rows("""
        SELECT l.key, l.attempt, r.attempt, r.ns, r.dialect FROM ledger l JOIN request r ON r.key = l.key
        WHERE l.state = 'unknown' AND r.attempt > l.attempt"""):
        if dialect not in run.settings.dedupes:
            found.violate(ns, f"{key} was unknown at attempt {attempt} and arrived again at attempt {later}")
    return found
