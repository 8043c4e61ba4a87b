"""The runs: each brings about what one guard is there for, and lets the witness judge."""

import dataclasses
from collections.abc import Callable

from cluster import Cluster, Options


@dataclasses.dataclass(frozen=True)
class Situation:
    """`options` is called for each run, `act` after the cluster has started."""

    name: str
    options: Callable[[], Options]
    act: Callable[[Cluster], None]


def by_name() -> dict[str, Situation]:
    from situations import caps, fencing, gateway, time_steps

    return {
        situation.name: situation
        for module in (caps, fencing, gateway, time_steps) for situation in module.SITUATIONS}
