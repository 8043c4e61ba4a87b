"""One live claim per contact-step: an attempt is reserved only once the one before it was settled."""

from finding import Finding, not_shown

ID, TITLE = "I11", "One live claim"


def judge(run):
    if not run.has("ledger"):
        return not_shown(ID, TITLE, "no table ledger")
    found = Finding(ID, TITLE)
    key_before, settled_before, attempt_before = None, None, None
    for key, attempt, reserved, settled, state in run.evidence.rows(
        "SELECT key, attempt, reserved_ns, settled_ns, state FROM ledger ORDER BY key, attempt, reserved_ns"
    ):
        found.checked += 1
        if key == key_before:
            if attempt == attempt_before:
                found.violate(reserved, f"{key} has attempt {attempt} twice")
            elif settled_before is None or (reserved < settled_before and run.comparable(reserved, settled_before)):
                found.violate(reserved, f"{key} attempt {attempt} was reserved before {attempt_before} was settled")
        key_before, attempt_before = key, attempt
        settled_before = settled if state != "reserved" else None
    return found
