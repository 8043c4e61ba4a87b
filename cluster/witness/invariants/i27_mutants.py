"""Every seeded mutant is caught."""

from finding import Finding, not_shown
from sources.mutants import EXPECTED

ID, TITLE = "I27", "Every mutant is caught"


def judge(results):
    if results is None:
        return not_shown(ID, TITLE, "no results of mutants (--mutants)")
    found = Finding(ID, TITLE)
    for name in sorted(set(EXPECTED) | set(results)):
        found.checked += 1
        result = results.get(name)
        if result is None:
            found.violate(None, f"{name} was not run")
        elif result.get("caught") is not True:
            found.violate(None, f"{name} was not caught, seed {result.get('seed')}")
    return found
