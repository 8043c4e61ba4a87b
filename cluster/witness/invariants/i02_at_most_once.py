"""Per key at most one request that was not definitely refused, and attempts never overlap."""

from finding import Finding

ID, TITLE = "I2", "At most once"


def repeated_keys(run):
    """Each key with several requests, and these in order of arrival."""
    group, last = [], None
    for row in run.evidence.rows("""
        SELECT key, ns, end_ns, verdict, is_definite_refusal, dialect FROM request WHERE key IN (
            SELECT key FROM request WHERE key IS NOT NULL GROUP BY key HAVING count(*) > 1) ORDER BY key, ns"""):
        if row[0] != last and group:
            yield last, group
            group = []
        last = row[0]
        group.append(row[1:])
    if group:
        yield last, group


def judge(run):
    found = Finding(ID, TITLE, checked=run.evidence.one("SELECT count(DISTINCT key) FROM request"))
    ours = gateways = overlaps = 0
    for key, requests in repeated_keys(run):
        not_refused = sum(1 for request in requests if not request[3])
        accepted = sum(1 for request in requests if request[2] == "accepted")
        dedupes = all(request[4] in run.settings.dedupes for request in requests)
        if dedupes and accepted > 1:
            gateways += 1
            found.violate(requests[1][0], f"{key} was accepted {accepted} times by a gateway that promised not to")
        elif not dedupes and not_refused > 1:
            ours += 1
            found.violate(
                requests[1][0], f"{key} has {not_refused} requests that were not refused, {accepted} accepted")
        end = None
        for ns, request_end, *_ in requests:
            if end is not None and ns < end:
                overlaps += 1
                found.violate(ns, f"{key}: an attempt began while another was open")
                break
            end = max(end or 0, request_end if request_end is not None else 2**63)
    found.notes.append(f"duplicates: ours {ours}, the gateway's {gateways}; overlapping attempts {overlaps}")
    found.figures = {"ours": ours, "gateways": gateways, "overlaps": overlaps}
    return found
