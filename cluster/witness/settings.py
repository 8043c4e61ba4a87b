"""What the person who ran the cluster knows of the run, and the witness cannot see."""

from dataclasses import dataclass, field

SECOND = 1_000_000_000


@dataclass
class Settings:
    """All spans are nanoseconds."""

    # hourly, daily and concurrent cap of every cap key; None: those of the tables.
    caps: tuple[int, int, int] | None = None
    hour: int = 3600 * SECOND
    day: int = 86_400 * SECOND
    send_within: int = 1 * SECOND
    # Total time of a request where a device's gateway names none, by dialect.
    http_timeout: dict[str, int] = field(default_factory=lambda: {"gowa": 50 * SECOND, "webhook": 10 * SECOND})
    # How far the database's clock and a gateway's may be apart.
    tolerance: int = SECOND // 2
    # Dialects whose gateway proved that it sends a repeated message id once.
    dedupes: frozenset[str] = frozenset()
    # The cluster came to rest before the tables were read.
    at_rest: bool = True
    # Contacts were due when their row was made, and no device waits between two messages.
    due_at_creation: bool = False
    # Real caps and latencies: devices are the limit, never the machine.
    fidelity: bool = False
    # Windows, by label, that the run says it filled.
    saturated: frozenset[str] = frozenset()
    # How many enrollments were asked for.
    input_count: int | None = None
