"""Draws a schedule of faults from a seed. The same seed, hosts and kinds give the same schedule.

Kinds come from a shuffled deck, so that a schedule of some length has all of them. Faults come in bursts, in which they
overlap, and after each burst the cluster is left alone for a while, so that its recovery can be seen.
"""

import random
from dataclasses import dataclass

from plan.kinds import VITAL

MOST_AT_ONCE = 3
# Of these one is left to work.
NEEDED = ("shard", "coordinator")
# Faults of one burst, and seconds between two starts in it.
BURST = (3, 6)
APART = (0.3, 5.0)
# Seconds without a fault after a burst: longer than any promised recovery of a single fault.
QUIET = (10.0, 14.0)


@dataclass(frozen=True)
class PlannedFault:
    """One fault to come.

    `wait`: seconds after the one before it was done; `is_alone`: none before it may still hold. `hosts` are the hosts
    concerned: one, the two ends of a path, or all of a role.
    """

    number: int
    kind: str
    effect: str
    hosts: tuple[str, ...]
    wait: float
    is_alone: bool
    hold: float
    choices: tuple[tuple[str, object], ...] = ()
    is_path: bool = False
    # Of a whole role: its name stands in the fault log instead of the hosts'.
    role: str | None = None

    @property
    def target(self):
        return self.role or ":".join(self.hosts)

    @property
    def options(self):
        return dict(self.choices)

    @property
    def takes(self):
        """What only one fault at a time may have its hands on."""
        if self.is_path:
            return {("path", *sorted(self.hosts))}
        own = "clock" if self.effect.endswith("clock") else "process"
        return {(own, host) for host in self.hosts}

    @property
    def disables(self):
        """Shards and coordinators that cannot work while it holds."""
        if self.is_path:
            roles = tuple(role_of(host) for host in self.hosts)
            return {self.hosts[0]} if self.effect == "cut" and roles in VITAL else set()
        if self.effect not in ("kill", "stop", "roll", "failpoint"):
            return set()
        return {host for host in self.hosts if role_of(host) in NEEDED}


def role_of(host):
    """shard-2 → shard."""
    return host.split("-")[0]


def is_allowed(fault, active, hosts_of):
    """Whether `fault` may begin beside `active`: at most three at once, none on the same thing, and one shard and one
    coordinator left to work, unless the fault is that all of them are down."""
    if len(active) >= MOST_AT_ONCE or any(fault.takes & other.takes for other in active):
        return False
    if fault.role is not None:
        return not any(other.disables & set(fault.hosts) for other in active)
    if not fault.disables:
        return True
    down = set(fault.disables).union(*(other.disables for other in active))
    return all(set(hosts_of.get(role, ())) - down or not hosts_of.get(role) for role in NEEDED)


class Schedule:
    """An endless sequence of planned faults; `take(n)` gives the first n."""

    def __init__(self, seed, hosts_of, kinds):
        self.random = random.Random(seed)
        self.hosts_of = hosts_of
        self.kinds = [kind for kind in kinds if self.targets(kind)]
        self.deck = []
        self.left_in_burst = 0
        self.number = 0

    def take(self, count):
        return [self.draw() for _ in range(count)]

    def targets(self, kind):
        """All that the kind can be done to, in the hosts' order."""
        if kind.is_whole_role:
            hosts = tuple(host for role in kind.roles for host in self.hosts_of.get(role, ()))
            return [hosts] if hosts else []
        if not kind.is_path:
            return [(host,) for host in self.hosts_of.get(kind.roles[0], ())]
        near, far = (self.hosts_of.get(role, ()) for role in kind.roles)
        return [(one, other) for one in near for other in far if one != other]

    def draw(self):
        if not self.deck:
            self.deck = [kind for kind in self.kinds for _ in range(kind.weight)]
            self.random.shuffle(self.deck)
        kind = self.deck.pop()
        is_alone = self.left_in_burst == 0
        if is_alone:
            self.left_in_burst = self.random.randint(*BURST)
        self.left_in_burst -= 1
        self.number += 1
        # Before the first burst there is nothing to recover from.
        wait = self.random.uniform(*(QUIET if is_alone and self.number > 1 else APART))
        return PlannedFault(
            number=self.number, kind=kind.name, effect=kind.effect, hosts=self.random.choice(self.targets(kind)),
            wait=round(wait, 3), is_alone=is_alone, hold=round(self.random.uniform(*kind.holds), 3),
            choices=tuple((name, self.choice(values)) for name, values in kind.choices),
            is_path=kind.is_path, role=f"every-{kind.roles[0]}" if kind.is_whole_role else None)

    def choice(self, values):
        """One of the values; `...` stands for the shard nodes."""
        return self.random.choice(self.hosts_of["shard"] if values is ... else values)
