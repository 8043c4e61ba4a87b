"""Attempts whose outcome stayed unknown: per million and per crash, and what the gateway knows of them."""

from figures.quantiles import quantiles

CRASHES = ("shard-kill", "shard-stop")


def unknowns(run):
    """None without the ledger."""
    if not run.has("ledger"):
        return None
    evidence = run.evidence
    attempts = evidence.one("SELECT count(*) FROM ledger")
    total = evidence.one("SELECT count(*) FROM ledger WHERE state = 'unknown'")
    accepted = evidence.one("""
        SELECT count(*) FROM ledger l WHERE l.state = 'unknown' AND EXISTS (
            SELECT 1 FROM request r WHERE r.key = l.key AND r.attempt = l.attempt AND r.verdict = 'accepted')""")
    arrived = evidence.one("""
        SELECT count(*) FROM ledger l WHERE l.state = 'unknown' AND EXISTS (
            SELECT 1 FROM request r WHERE r.key = l.key AND r.attempt = l.attempt)""")
    return {
        "count": total, "per_million": total * 1e6 / attempts if attempts else 0.0, "accepted": accepted,
        "arrived": arrived, "by_code": dict(evidence.rows(
            "SELECT coalesce(code, ''), count(*) FROM ledger WHERE state = 'unknown' GROUP BY 1 ORDER BY 1")),
        "per_crash": quantiles(per_crash(run)),
    }


def per_crash(run):
    """Unknowns of the node that died which were under way then."""
    if not run.has("fence"):
        return []
    return [
        run.evidence.one("""
            SELECT count(*) FROM fence f JOIN ledger l USING (incarnation) WHERE f.node = ? AND l.state = 'unknown'
            AND l.reserved_ns <= ? AND (l.settled_ns IS NULL OR l.settled_ns >= ?)""",
            fault.target, fault.start + run.settings.tolerance, fault.start - run.settings.tolerance)
        for fault in run.faults.of(*CRASHES)]
