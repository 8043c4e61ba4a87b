"""Acknowledged reserves survive a PostgreSQL crash, restart or full disk.

A request is sent only after its reserve was acknowledged, so each request that arrived before such a fault was healed
must still have its row. Settles leave no trace outside the database; what they would lose shows as I12 and I1."""

from finding import Finding, not_shown

ID, TITLE = "I13", "Acknowledged reserves survive"


def judge(run):
    faults = run.faults.of("postgres")
    if not faults or not run.has("ledger"):
        return not_shown(ID, TITLE, "no fault of PostgreSQL, or no table ledger")
    last = max(fault.until or fault.start for fault in faults)
    found = Finding(
        ID, TITLE, checked=run.evidence.one("SELECT count(*) FROM request WHERE key IS NOT NULL AND ns <= ?", last))
    for key, attempt, ns in run.evidence.rows("""
        SELECT r.key, r.attempt, r.ns FROM request r WHERE r.key IS NOT NULL AND r.ns <= ? AND NOT EXISTS (
            SELECT 1 FROM ledger l WHERE l.key = r.key AND l.attempt = r.attempt)""", last):
        found.violate(ns, f"{key} attempt {attempt}: its acknowledged reserve is gone")
    return found
