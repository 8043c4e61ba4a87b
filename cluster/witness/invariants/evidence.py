"""Not an invariant of Sluice but of its judge: the logs are whole."""

from finding import Finding

ID, TITLE = "E", "The evidence is whole"


def judge(run):
    found = Finding(ID, TITLE, checked=run.evidence.one("SELECT coalesce(sum(lines), 0) FROM log_file"))
    for log, line, what in run.evidence.rows("SELECT log, line, what FROM flaw"):
        found.violate(None, f"log {log} line {line}: {what}")
    if run.faults.malformed:
        found.violate(None, f"{run.faults.malformed} malformed lines in the fault log", run.faults.malformed)
    keyless = run.evidence.one("SELECT count(*) FROM request WHERE key IS NULL")
    if keyless:
        found.violate(None, f"{keyless} requests without a key: was SLUICE_TRACE_HEADERS off?", keyless)
    torn = run.evidence.one("SELECT count(*) FROM log_file WHERE torn_bytes > 0")
    if torn:
        found.notes.append(f"{torn} logs end in a torn line")
    return found
