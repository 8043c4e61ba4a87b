"""p50, p99 and the maximum."""

import math


def quantiles(values):
    """By nearest rank; None of an empty list."""
    ordered = sorted(values)
    if not ordered:
        return None

    def at(share):
        return ordered[max(0, math.ceil(share * len(ordered)) - 1)]

    return {"count": len(ordered), "p50": at(0.50), "p99": at(0.99), "max": ordered[-1]}
