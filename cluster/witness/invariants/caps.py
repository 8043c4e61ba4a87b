"""I5 and I6: for every cap key and every x, accepted in (x, x + W] is at most the cap."""

from finding import Finding


def judge_windows(run, uses, invariant, title, labels):
    """`labels` says which windows are this invariant's. N counts the sends, each of which ends one window; a send that
    found its window full is one violation."""
    found, (all_uses, uncapped) = Finding(invariant, title), uses
    if uncapped:
        found.notes.append(f"{uncapped} sends of devices without a stated cap are not judged")
    for use in all_uses:
        if labels(use.label):
            found.checked += use.sends
            if use.over:
                what = f"{use.cap_key}: {use.count} accepted within {use.span / 1e9:g} s, cap {use.cap}"
                found.violate(use.end, what, use.over)
    return found
