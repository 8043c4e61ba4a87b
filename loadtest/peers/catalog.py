"""Which peers there are, how each is run, and what each leaves out of what Sluice does for a message."""

import dataclasses
import pathlib

HERE = pathlib.Path(__file__).parent


@dataclasses.dataclass(frozen=True)
class Peer:
    name: str
    # How it is run, as a person who tunes it would.
    settings: str
    # What Sluice's figure contains and this one does not.
    leaves_out: str
    # Measured jobs: as many as it does in less than a minute.
    jobs: int = 20_000
    least_python: tuple = (3, 10)

    @property
    def requirements(self):
        return HERE / "requirements" / f"{self.name}.txt"

    @property
    def script(self):
        return HERE / "drivers" / f"run_{self.name.replace('-', '_')}.py"

    @property
    def version(self):
        return pinned_version(self.name, self.requirements.read_text(encoding="utf-8"))


def pinned_version(name, requirements):
    for line in requirements.splitlines():
        package, _, version = line.strip().partition("==")
        if package == name and version:
            return version
    raise ValueError(f"{name} has no pinned version in its requirements")


PEERS = [
    Peer("awa-pg", "64 workers, its engine is Rust", "no HTTP request, no caps"),
    Peer("oban", "one queue of 64", "no HTTP request, no caps (Oban Pro has limits)", least_python=(3, 12)),
    Peer("pgqueuer", "batches of 100, uvloop", "no HTTP request, no caps"),
    Peer("procrastinate", "64 at a time, finished jobs deleted", "no HTTP request, no caps", jobs=4_000),
    Peer(
        "dbos", "64 workers, 80 an hour and 2 at a time for each of 3,000 keys",
        "no HTTP request, one window per key", jobs=3_000),
]
