"""After a heal, every device with capacity and due work sends again within 10 s p99, 20 s at most."""

from figures.quantiles import quantiles
from finding import Finding, not_shown
from settings import SECOND

ID, TITLE = "I16", "Progress after a heal"
USUALLY, AT_MOST = 10 * SECOND, 20 * SECOND


def judge(run, recoveries):
    if recoveries is None:
        return not_shown(ID, TITLE, "needs faults, tables and --due-at-creation")
    found = Finding(ID, TITLE, checked=len(recoveries))
    for recovery in recoveries:
        if recovery.span > AT_MOST:
            fault = recovery.fault
            took = f"{recovery.span / 1e9:.1f} s after {fault.kind} {fault.target}"
            found.violate(fault.start, f"{recovery.device} sent again {took}")
    spread = quantiles(recovery.span for recovery in recoveries)
    if spread and spread["p99"] > USUALLY:
        found.violate(None, f"p99 of all recoveries is {spread['p99'] / 1e9:.1f} s, the promise is 10 s")
    return found
