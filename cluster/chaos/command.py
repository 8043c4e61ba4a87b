"""The command line."""

import argparse
import json
import pathlib
import signal
import time

from cluster import ClusterError
from evidence.totals import Totals
from plan.kinds import KINDS, ON_REQUEST
from progress import Progress
from round import Round, Setting

# Faults of one round; more are made in further rounds, each with a cluster and a seed of its own.
ROUND = 50


def parser():
    options = argparse.ArgumentParser(
        prog="chaos", description="Breaks a cluster of namespace hosts while it sends, and lets the witness judge.")
    add = options.add_argument
    add("--faults", type=int, default=ROUND, metavar="N", help=f"how many ({ROUND})")
    add("--seed", type=int, default=None, metavar="S", help="of the first round; the next has the next number")
    add("--round", type=int, default=ROUND, metavar="N", help=f"faults of one round ({ROUND})")
    add("--minutes", type=float, default=90, metavar="M", help="stop making faults after this time (90)")
    add("--devices", type=int, default=30, metavar="N", help="how many (30)")
    add("--day", type=int, default=80, metavar="S", help="length of the caps' day; the hour is a quarter (80)")
    add("--after", type=float, default=25, metavar="S", help="keep work coming for so long after the last fault (25)")
    add("--kind", action="append", default=[], metavar="KIND",
        choices=sorted({kind.name for kind in (*KINDS, *ON_REQUEST)}),
        help=f"only faults of this kind; may be repeated. Not without it: {', '.join(k.name for k in ON_REQUEST)}")
    add("--bin", default=".build/release", metavar="DIR", help="where the programs are (.build/release)")
    add("--data", default="/var/tmp/sluice-chaos", metavar="DIR", help="where the clusters live")
    add("--results", default=".sluice-chaos", metavar="DIR", help="totals, and an archive of each round that failed")
    return options


def main(arguments):
    """Exit status: 0 without violations, 1 with some, 2 when chaos could not do its work."""
    options = parser().parse_args(arguments)
    if options.seed is None:
        options.seed = time.time_ns() % 1_000_000
    results = pathlib.Path(options.results).absolute()
    results.mkdir(parents=True, exist_ok=True)
    totals, problems = Totals(), []
    current = []
    signal.signal(signal.SIGINT, lambda *_: interrupt(current))
    signal.signal(signal.SIGTERM, lambda *_: interrupt(current))
    deadline = time.monotonic() + options.minutes * 60
    with Progress(lambda: current[-1].line if current else "…") as progress:
        left, seed = options.faults, options.seed
        while left > 0 and time.monotonic() < deadline and not is_cancelled(current):
            count = min(left, options.round)
            current.append(Round(setting_of(options, results, seed, count, deadline - time.monotonic()), progress.say))
            problems += play(current[-1], totals, progress)
            # After each round, so that nobody has to wait for the last one.
            write(results / f"chaos-{options.seed}.json", totals, problems)
            left, seed = left - count, seed + 1
    for problem in problems:
        print(f"chaos: {problem}")
    print(totals.line())
    return 1 if totals.violations else 2 if problems else 0


def setting_of(options, results, seed, count, seconds):
    return Setting(
        data=pathlib.Path(options.data), results=results, seed=seed, faults=count, seconds=seconds,
        devices=options.devices, day=options.day, after=options.after,
        programs=pathlib.Path(options.bin).absolute(),
        kinds=tuple(options.kind))


def play(current, totals, progress):
    """One round, whatever comes of it; the problems it had."""
    seed = current.setting.seed
    try:
        outcome = current.run()
    except (ClusterError, OSError, ValueError, KeyError) as problem:
        return [f"seed {seed}: {problem}"]
    totals.add(seed, outcome.report, len(outcome.leaks))
    for hit in outcome.leaks:
        progress.say(f"seed {seed}: a {hit.what} in {hit.where} line {hit.line}")
    if outcome.report:
        progress.say(f"seed {seed}: {outcome.report['totals']}, skipped {outcome.skipped}, restarts {outcome.restarts}")
    return [f"seed {seed}: {problem}" for problem in outcome.problems]


def interrupt(current):
    if is_cancelled(current):
        # Whoever asks twice wants out; the cluster is taken down all the same.
        raise KeyboardInterrupt
    if current:
        current[-1].cancel()


def is_cancelled(current):
    return bool(current) and current[-1].is_cancelled


def write(path, totals, problems):
    path.write_text(json.dumps(totals.as_object() | {"problems": problems}, indent=1), encoding="utf-8")


