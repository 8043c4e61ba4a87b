"""A poison row is quarantined within 3 claims."""

from finding import Finding, not_shown

ID, TITLE = "I22", "Poison rows are quarantined"
MOST_CLAIMS = 3


def judge(run):
    if not run.has("contact"):
        return not_shown(ID, TITLE, "no table contact")
    found = Finding(ID, TITLE)
    for contact, faults, hold in run.evidence.rows(
        "SELECT contact, row_faults, hold_reason FROM contact WHERE row_faults > 0 OR hold_reason = 'quarantined'"
    ):
        found.checked += 1
        if faults > MOST_CLAIMS or (faults == MOST_CLAIMS and hold is None):
            found.violate(None, f"contact {contact} failed {faults} claims, held: {hold}")
    return found
