"""One run of one mutant, or of none, in its situation."""

import dataclasses
import pathlib
import shutil
import time

from cluster import Cluster, SituationError
from mutant import Mutant
from situations import Situation

ATTEMPTS = 2


@dataclasses.dataclass
class Trial:
    """`mutant` None: the control, which must pass with the same base."""

    situation: Situation
    base: tuple[str, ...]
    mutant: Mutant | None
    problem: str | None = None
    violations: dict[str, str] = dataclasses.field(default_factory=dict)
    took: float = 0
    attempt: int = 1

    @property
    def name(self) -> str:
        return self.mutant.name if self.mutant else "-".join(("control", self.situation.name, *self.base))

    @property
    def is_good(self) -> bool:
        if self.problem:
            return False
        if self.mutant:
            return any(invariant in self.violations for invariant in self.mutant.expected)
        return not self.violations

    def run(self, programs: pathlib.Path, runs: pathlib.Path) -> None:
        """Tries a mutant that was not caught once more: on a busy machine a situation may come about too late. What
        the witness says of a control is final."""
        start = time.monotonic()
        for attempt in range(1, ATTEMPTS + 1):
            self.attempt = attempt
            folder = runs / f"{self.name}-{attempt}"
            shutil.rmtree(folder, ignore_errors=True)
            self.problem = None
            try:
                self.violations = self.once(programs, folder)
            except SituationError as error:
                self.problem = str(error)
            if self.is_good:
                shutil.rmtree(folder, ignore_errors=True)
            if self.is_good or not (self.mutant or self.problem):
                break
        self.took = time.monotonic() - start

    def once(self, programs: pathlib.Path, folder: pathlib.Path) -> dict[str, str]:
        """Violated invariants, each with its first example."""
        mutants = self.base + ((self.mutant.name,) if self.mutant else ())
        cluster = Cluster(programs, folder, mutants, self.situation.options())
        try:
            cluster.start()
            self.situation.act(cluster)
            cluster.come_to_rest()
            verdict = cluster.judge()
        finally:
            cluster.stop()
        return {
            finding["invariant"]: finding["examples"][0]["text"] if finding["examples"] else ""
            for finding in verdict["findings"] if finding["violations"]}

    def report(self) -> str:
        what = "control" if self.mutant is None else "mutant"
        if self.problem:
            verdict = f"DID NOT COME ABOUT: {self.problem}"
        elif self.mutant is None:
            verdict = "clean" if self.is_good else f"VIOLATED {self.words()}"
        else:
            verdict = f"caught by {self.words()}" if self.is_good else f"NOT CAUGHT {self.words()}".rstrip()
        again = " (second try)" if self.attempt > 1 else ""
        return f"{what:8}{self.name:48}{self.took:4.0f} s  {verdict}{again}"

    def words(self) -> str:
        """The invariants, and an example of the first that was expected."""
        expected = self.mutant.expected if self.mutant else ()
        first = next((name for name in expected if name in self.violations), next(iter(self.violations), None))
        return f"{', '.join(self.violations)}: {self.violations[first]}" if first else ""
