"""The kinds of faults: what each is called, how long it holds, how often it is drawn, and what it takes away.

The names are those of the fault log (cluster/witness/README.md), where beginnings such as `shard-kill` have a meaning.
"""

from dataclasses import dataclass

ROLES = ("nats", "postgres", "coordinator", "shard", "gateway", "api", "operator")

# Pairs of roles that talk to each other; a cut between others must change nothing, and is drawn less often.
TALKING = {
    ("shard", "postgres"), ("shard", "nats"), ("shard", "gateway"), ("coordinator", "postgres"),
    ("coordinator", "nats"), ("api", "postgres"), ("api", "nats"), ("nats", "nats"), ("operator", "postgres"),
}

# Without one of these paths a node of the first role cannot keep its lease: it is as good as dead.
VITAL = {("shard", "postgres"), ("coordinator", "postgres")}


@dataclass(frozen=True)
class Kind:
    """One kind of fault.

    `effect` names what does it (effects/). `roles` are those of one host, or of the two ends of a path. `holds` is the
    shortest and longest time in seconds between doing and undoing it. `weight` is how many cards of it are in the deck.
    `is_whole_role`: it concerns all hosts of the roles at once. `choices` are drawn for each fault: (name, values),
    `...` for the shard nodes.
    """

    name: str
    effect: str
    roles: tuple[str, ...]
    holds: tuple[float, float]
    weight: int = 1
    is_whole_role: bool = False
    choices: tuple[tuple[str, object], ...] = ()

    @property
    def is_path(self):
        return len(self.roles) == 2 and not self.is_whole_role


def process_kinds():
    """Every kind of process is killed and restarted, and stopped and continued."""
    # A stop of a node outlasts its lease of 5 s and the take-over; one of a gateway stays below the timeout of a
    # request, or a request that arrived in time would be read late, which is the gateway's doing and not the sender's.
    stops = {"shard": (6, 10), "coordinator": (6, 10), "nats": (3, 15), "postgres": (2, 8), "gateway": (1, 4),
             "api": (2, 8)}
    weights = {"shard": 4, "coordinator": 2, "postgres": 2}
    for role, stop in stops.items():
        weight = weights.get(role, 1)
        yield Kind(f"{role}-kill", "kill", (role,), (0.2, 6), weight)
        yield Kind(f"{role}-stop", "stop", (role,), stop, weight)
    for name, role in (("coordinators-down", "coordinator"), ("nats-down", "nats"), ("all-shards-down", "shard")):
        yield Kind(name, "kill", (role,), (2, 6), is_whole_role=True)
    for role in ("shard", "coordinator", "api"):
        yield Kind("roll", "roll", (role,), (0, 0))


def path_kinds():
    """Cuts and losses of packets between every pair of roles."""
    choices = (("way", ("both", "there", "back")), ("manner", ("drop", "reset")))
    for index, near in enumerate(ROLES):
        for far in ROLES[index:]:
            pair = (near, far) if (near, far) in TALKING else (far, near)
            if pair in TALKING:
                weight = 2 if "shard" in pair else 1
                yield Kind(f"cut-{pair[0]}-{pair[1]}", "cut", pair, (3, 14), weight, choices=choices)
                yield Kind(f"loss-{pair[0]}-{pair[1]}", "loss", pair, (4, 12), choices=(("percent", (10, 30, 60)),))
            elif near != far or near in ("shard", "coordinator", "gateway"):
                yield Kind(f"cut-{near}-{far}", "cut", (near, far), (2, 6), choices=choices)


def gateway_kinds():
    """What gateways do to those who talk to them. The names of the faults are the simulator's."""
    fives = ("accept-then-500", "accept-then-504", "accept-then-html-502", "drop-then-500")
    resets = ("accept-then-reset-before-commit", "accept-then-reset-after-commit", "drop-then-reset")
    silences = ("accept-then-timeout", "drop-then-timeout", "accept-then-slow-drip")
    closes = ("drop-then-close-reused",)
    for name, faults in (("5xx", fives), ("reset", resets), ("silent", silences), ("close", closes)):
        choices = (("fault", faults), ("rate", (0.3, 1.0)))
        yield Kind(f"gateway-{name}", "answers", ("gateway",), (3, 8), choices=choices)
    yield Kind("gateway-down", "host-mode", ("gateway",), (3, 10), choices=(("mode", ("reset",)),))
    yield Kind("gateway-hang", "host-mode", ("gateway",), (3, 10), choices=(("mode", ("hang",)),))


STEPS_OF_CLOCKS = (("step", (3600, -3600, 93_600, -93_600)),)


def other_kinds():
    """The database's own faults, and clocks of nodes."""
    yield Kind("postgres-restart", "restart-database", ("postgres",), (0, 2))
    yield Kind("postgres-full", "fill-disk", ("postgres",), (3, 8), 2)
    for role in ("shard", "coordinator"):
        yield Kind("clock-step", "step-clock", (role,), (4, 15), 2, choices=STEPS_OF_CLOCKS)


# Of the protocol, as failpoints name them (Sources/SluiceFailpoints).
STEPS = (
    "register", "renew", "lead", "enroll", "complete", "decide", "fence", "assign", "claim", "dispatch", "take-over",
    "batch", "reserve", "guard", "write", "response", "settle", "hand-over",
)
MOMENTS, ACTIONS = ("before", "after"), ("kill", "stop")


def failpoint_kinds():
    """A kind for each step, so that a deck has them all. Which node it hits shows when it has acted; until then all
    of them are spoken for."""
    for step in STEPS:
        yield Kind(
            f"failpoint-{step}", "failpoint", ("shard", "coordinator", "api"), (6, 10), is_whole_role=True,
            choices=(("moment", MOMENTS), ("step", (step,)), ("action", ACTIONS), ("trigger", ...)))


def failpoints():
    """All of them, as the setting lists them."""
    return [f"{moment}-{step}={action}" for step in STEPS for moment in MOMENTS for action in ACTIONS]


KINDS = (*process_kinds(), *path_kinds(), *gateway_kinds(), *other_kinds(), *failpoint_kinds())

# Only in rounds that ask for them. After a step of the database's clock its instants compare with nobody's, so the
# witness cannot say any more how long anything took.
ON_REQUEST = (
    Kind("clock-step-postgres", "step-database-clock", ("postgres",), (4, 8), choices=STEPS_OF_CLOCKS),
)
