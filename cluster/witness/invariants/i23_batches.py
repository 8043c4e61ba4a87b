"""For every batch, claimed = sum of outcomes: what a batch says is still claimed, contacts say too."""

from finding import Finding, not_shown

ID, TITLE = "I23", "Batches add up"


def judge(run):
    if not run.has("batch", "contact", "ledger"):
        return not_shown(ID, TITLE, "no table batch, contact or ledger")
    found = Finding(ID, TITLE, checked=run.evidence.one(
        "SELECT count(*) FROM (SELECT batch FROM ledger UNION SELECT batch FROM batch)"))
    for batch, counted, claimed in run.evidence.rows(
        "SELECT batch, open_claims, claimed FROM batch WHERE open_claims <> claimed"
    ):
        found.violate(None, f"batch {batch} counts {counted} open claims, {claimed} contacts are claimed")
    for contact, batch in run.evidence.rows("""
        SELECT contact, claim_batch FROM contact
        WHERE claim_state = 1 AND coalesce(claim_batch, -1) NOT IN (SELECT batch FROM batch)"""):
        found.violate(None, f"contact {contact} is claimed by batch {batch}, which is not there")
    for contact, state in run.evidence.rows("""
        SELECT c.contact, c.claim_state FROM contact c WHERE (c.claim_state = 2) <> EXISTS (
            SELECT 1 FROM ledger l WHERE l.contact = c.contact AND l.state = 'reserved')"""):
        found.violate(None, f"contact {contact} has claim state {state}, its ledger says otherwise")
    return found
