"""Open requests per cap key are at most the cap at every instant. A request without an end stays open for as long as
the gateway may still accept it."""

from figures.windows import changes_by_cap_key
from finding import Finding

ID, TITLE = "I7", "Concurrency"


def judge(run):
    found, rules = Finding(ID, TITLE), run.cap_rules()
    worst = (0, None, None)
    for cap_key, changes in changes_by_cap_key(run.evidence, run.settings.send_within):
        own = run.rules_for(rules, cap_key)
        if own is None:
            continue
        count = over = highest = 0
        highest_at = None
        for ns, change in changes:
            count += change
            if change > 0:
                found.checked += 1
                over += count > own.concurrent
            if count > highest:
                highest, highest_at = count, ns
        if highest > worst[0]:
            worst = (highest, cap_key, own.concurrent)
        if over:
            found.violate(highest_at, f"{cap_key}: {highest} requests open at once, cap {own.concurrent}", over)
    if worst[0]:
        found.notes.append(f"most open at once: {worst[0]} of {worst[2]} at {worst[1]}")
    return found
