"""Epochs are never shared: one incarnation per slot and epoch. That they never fall is I8's question too. Terms leave
no trace in the final tables."""

from finding import Finding, not_shown

ID, TITLE = "I10", "Epochs are never shared"


def judge(run):
    if not run.has("ledger"):
        return not_shown(ID, TITLE, "no table ledger")
    found = Finding(ID, TITLE, notes=["terms are not shown"])
    for slot, epoch, incarnations, at in run.evidence.rows(
        "SELECT slot, epoch, count(DISTINCT incarnation), max(reserved_ns) FROM ledger GROUP BY slot, epoch"
    ):
        found.checked += 1
        if incarnations > 1:
            found.violate(at, f"epoch {epoch} of slot {slot} was used by {incarnations} incarnations")
    return found
