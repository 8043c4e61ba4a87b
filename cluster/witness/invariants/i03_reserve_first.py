"""Every request has a ledger row with the same key, attempt, device and epoch, reserved before it arrived."""

from finding import Finding, not_shown

ID, TITLE = "I3", "Reserve first"


def judge(run):
    if not run.has("ledger", "device"):
        return not_shown(ID, TITLE, "no table ledger or device")
    found = Finding(ID, TITLE)
    incomparable = 0
    for key, attempt, ns, device, epoch, row_device, row_epoch, reserved in run.evidence.rows("""
        SELECT r.key, r.attempt, r.ns, r.device, r.epoch, d.name, l.epoch, l.reserved_ns
        FROM request r LEFT JOIN ledger l ON l.key = r.key AND l.attempt = r.attempt
        LEFT JOIN device d ON d.device = l.device WHERE r.key IS NOT NULL"""):
        found.checked += 1
        if reserved is None:
            found.violate(ns, f"{key} attempt {attempt} arrived, no ledger row has it")
        elif (device, epoch) != (row_device, row_epoch):
            reserve = f"{row_device} epoch {row_epoch}"
            found.violate(ns, f"{key} attempt {attempt} arrived for {device} epoch {epoch}, reserved for {reserve}")
        elif not run.comparable(ns, reserved):
            incomparable += 1
        elif reserved > ns + run.settings.tolerance:
            found.violate(ns, f"{key} attempt {attempt} arrived {(reserved - ns) / 1e9:.3f} s before its reserve")
    if incomparable:
        found.notes.append(f"{incomparable} arrived after a step of the database's clock: their order is not judged")
    return found
