"""What came of each peer, as a table and as JSON."""

import dataclasses


@dataclasses.dataclass
class Result:
    peer: object
    jobs: int = 0
    seconds: float = 0.0
    # Why there is no figure.
    skipped: str = ""

    @property
    def rate(self):
        return self.jobs / self.seconds

    def line(self):
        name = f"{self.peer.name} {self.peer.version}"
        if self.skipped:
            return f"{name:22} not measured: {self.skipped}"
        return f"{name:22} {self.rate:8,.0f}/s  {self.jobs:7,} jobs  {self.peer.settings}; {self.peer.leaves_out}"

    def as_object(self):
        plain = {"name": self.peer.name, "version": self.peer.version}
        if self.skipped:
            return plain | {"skipped": self.skipped}
        return plain | {
            "jobs": self.jobs, "seconds": round(self.seconds, 3), "jobs_per_second": round(self.rate, 1),
            "settings": self.peer.settings, "leaves_out": self.peer.leaves_out}
