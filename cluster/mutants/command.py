"""The command line."""

import argparse
import concurrent.futures
import json
import os
import pathlib
import subprocess
import sys

import patches
import tree
from mutant import Mutant
from situations import by_name
from trial import Trial

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent


def parser() -> argparse.ArgumentParser:
    options = argparse.ArgumentParser(
        prog="mutants", description="Takes out one rule of Sluice after the other; the witness must notice each time.")
    add = options.add_argument
    add("--check", action="store_true", help="only look whether every mutant still applies to the sources")
    add("--only", action="append", default=[], metavar="NAME", help="this mutant and its control; may be repeated")
    add("--jobs", type=int, default=2, metavar="N", help="clusters at the same time (2)")
    add("--scratch", type=pathlib.Path, default=ROOT / ".build" / "mutants", metavar="DIR",
        help="where the copy is built and clusters run (.build/mutants)")
    add("--programs", type=pathlib.Path, metavar="DIR", help="programs with the mutants in them that are built already")
    add("--out", type=pathlib.Path, metavar="FILE", help="results for the witness (SCRATCH/results.jsonl)")
    return options


def trials_of(mutants: tuple[Mutant, ...]) -> list[Trial]:
    """The control of each situation and base once, then the mutants."""
    situations = by_name()
    controls: dict[tuple[str, tuple[str, ...]], Trial] = {}
    for mutant in mutants:
        key = (mutant.situation, mutant.base)
        controls.setdefault(key, Trial(situations[mutant.situation], mutant.base, None))
    return [*controls.values(), *(Trial(situations[m.situation], m.base, m) for m in mutants)]


def write_results(path: pathlib.Path, trials: list[Trial]) -> None:
    lines = [
        json.dumps({"name": trial.name, "caught": trial.is_good,
                    "by": next((name for name in trial.mutant.expected if name in trial.violations), None)})
        for trial in trials if trial.mutant]
    path.write_text("".join(line + "\n" for line in lines), encoding="utf-8")


def main(arguments: list[str]) -> int:
    """Exit status: 0 when each mutant was caught and each control passed, 1 when not, 2 when nothing could be run."""
    line = parser()
    options = line.parse_args(arguments)
    listed = tuple(mutant for mutant in patches.ALL if not mutant.is_base_only)
    unknown = set(options.only) - {mutant.name for mutant in listed}
    if unknown:
        line.error(f"no mutant is called {', '.join(sorted(unknown))}")
    try:
        tree.patched(ROOT, patches.ALL)
    except tree.PatchError as problem:
        print(f"mutants do not apply any more:\n{problem}", file=sys.stderr)
        return 1
    if options.check:
        print(f"mutants: {len(listed)} apply")
        return 0
    chosen = tuple(mutant for mutant in listed if not options.only or mutant.name in options.only)
    try:
        programs = options.programs or built(options.scratch)
    except (OSError, subprocess.CalledProcessError) as problem:
        print(f"mutants cannot be built: {problem}", file=sys.stderr)
        return 2
    trials = run(trials_of(chosen), programs, options.scratch / "runs", options.jobs)
    write_results(options.out or options.scratch / "results.jsonl", trials)
    caught = sum(1 for trial in trials if trial.mutant and trial.is_good)
    bad_controls = [trial.name for trial in trials if not trial.mutant and not trial.is_good]
    if bad_controls:
        print(f"controls that did not pass: {', '.join(bad_controls)}")
    print(f"mutants: caught={caught}/{len(chosen)}")
    return 0 if caught == len(chosen) and not bad_controls else 1


def built(scratch: pathlib.Path) -> pathlib.Path:
    tree.write(ROOT, scratch / "tree", patches.ALL)
    return tree.build(scratch / "tree", os.environ.get("SWIFT", "swift"))


def run(trials: list[Trial], programs: pathlib.Path, runs: pathlib.Path, jobs: int) -> list[Trial]:
    """Says of each run what came of it when it ends."""
    with concurrent.futures.ThreadPoolExecutor(max(1, jobs)) as pool:
        futures = {pool.submit(trial.run, programs, runs): trial for trial in trials}
        for future in concurrent.futures.as_completed(futures):
            future.result()
            print(futures[future].report(), flush=True)
    return trials
