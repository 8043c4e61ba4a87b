"""Nothing crosses a workspace, and a message reaches whom it was reserved for."""

from finding import Finding, not_shown

ID, TITLE = "I21", "Nothing crosses a workspace"


def digits(text):
    """Of a recipient, without the domain that some gateways append."""
    return "".join(letter for letter in (text or "").split("@")[0] if letter.isdigit())


def judge(run):
    if not run.has("ledger", "contact", "device"):
        return not_shown(ID, TITLE, "no table ledger, contact or device")
    found = Finding(ID, TITLE, checked=run.evidence.one("SELECT count(*) FROM ledger"))
    for key, at, of_row, of_contact, of_device in run.evidence.rows("""
        SELECT l.key, l.reserved_ns, l.workspace, coalesce(c.workspace, l.workspace), coalesce(d.workspace, l.workspace)
        FROM ledger l LEFT JOIN contact c USING (contact) LEFT JOIN device d ON d.device = l.device
        WHERE c.workspace <> l.workspace OR d.workspace <> l.workspace"""):
        found.violate(at, f"{key} is of workspace {of_row}, its contact of {of_contact}, its device of {of_device}")
    for key, ns, arrived, reserved in run.evidence.rows("""
        SELECT r.key, r.ns, r.recipient, l.recipient FROM request r JOIN ledger l USING (key, attempt)
        WHERE r.recipient <> l.recipient"""):
        if digits(arrived) != digits(reserved):
            found.violate(ns, f"{key} arrived for somebody else than it was reserved for")
    return found
