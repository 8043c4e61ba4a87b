"""No request arrives later than its reserve's start + D_send + T_http + ε, unless its whole host was paused."""

from finding import Finding, not_shown

ID, TITLE = "I9", "Late bound"


def judge(run):
    if not run.has("ledger", "device"):
        return not_shown(ID, TITLE, "no table ledger or device")
    found, paused, unbounded = Finding(ID, TITLE), 0, 0
    pauses = run.faults.of("host-pause")
    for key, ns, reserved, dialect, timeout in run.evidence.rows("""
        SELECT r.key, r.ns, l.reserved_ns, coalesce(d.dialect, r.dialect), d.http_timeout_ms
        FROM request r JOIN ledger l ON l.key = r.key AND l.attempt = r.attempt
        LEFT JOIN device d ON d.device = l.device"""):
        bound = run.late_bound(dialect, timeout)
        if bound is None or not run.comparable(ns, reserved):
            unbounded += 1
            continue
        found.checked += 1
        if ns > reserved + bound:
            if any(pause.overlaps(reserved, ns) for pause in pauses):
                paused += 1
            else:
                found.violate(ns, f"{key} arrived {(ns - reserved) / 1e9:.3f} s after its reserve")
    if paused:
        found.notes.append(f"{paused} were late because their whole host was paused: the listed exception")
    if unbounded:
        found.notes.append(f"{unbounded} not judged: no bound is known, or the database's clock was stepped")
    return found
