"""Reads results of mutants: JSON lines {"name", "caught", "by", "seed"}."""

import json

# The list of the promise, by the names that the mutation run gives them.
EXPECTED = (
    "fence-predicate-dropped", "key-share-for-share", "limiter-keyed-by-reservation", "unknowns-not-charged",
    "charged-at-reservation", "settle-before-send", "retry-on-timeout", "no-reset-on-abort", "new-id-on-retry",
    "batch-without-epoch", "wall-clock-in-window", "lease-from-answer", "slot-freed-on-timeout", "returning-ignored",
    "amnesic-take-over", "two-counter-limiter", "calendar-day-cap",
)


def read(path):
    """Results by name; the last line of a name counts. A line that cannot be read stops the witness: the file is
    small and ours."""
    results = {}
    with open(path, encoding="utf-8") as file:
        for line in file:
            if line.strip():
                entry = json.loads(line)
                results[entry["name"]] = entry
    return results
