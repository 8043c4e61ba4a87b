"""In a saturated run the fullest window equals its cap, else the test proved nothing."""

from finding import Finding, not_shown

ID, TITLE = "I26", "Saturated windows are full"


def judge(run, uses):
    if not run.settings.saturated:
        return not_shown(ID, TITLE, "no window was said to be saturated (--saturated)")
    found = Finding(ID, TITLE)
    for label in sorted(run.settings.saturated):
        own = [use for use in uses[0] if use.label == label]
        found.checked += len(own)
        full = sum(1 for use in own if use.count == use.cap)
        found.notes.append(f"{label}: {full} of {len(own)} cap keys filled their window")
        if not full:
            found.violate(None, f"no cap key filled its window of a {label}: the run proved nothing")
    return found
