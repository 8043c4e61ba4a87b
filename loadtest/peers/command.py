"""The command line."""

import argparse
import json
import os
import pathlib
import platform
import signal
import subprocess
import sys

from catalog import PEERS
from environment import interpreter
from private_postgres import PrivatePostgres
from results import Result

# Of a package's installation, or of one peer's jobs.
LONGEST = 600


def parser():
    names = ", ".join(peer.name for peer in PEERS)
    options = argparse.ArgumentParser(
        prog="peers", description="Measures other queues on this machine: jobs that do nothing, on durable PostgreSQL.")
    add = options.add_argument
    add("peers", nargs="*", metavar="NAME", help=f"some of {names}; all unless told")
    add("--jobs", type=positive, metavar="N", help="measured jobs of each (20,000; fewer of slow ones)")
    add("--data", type=pathlib.Path, default=pathlib.Path(".sluice/peers"), metavar="DIR",
        help="where environments and the database are (.sluice/peers)")
    add("--json", action="store_true", help="print JSON")
    return options


def positive(text):
    number = int(text)
    if not 0 < number <= 10_000_000:
        raise argparse.ArgumentTypeError("a number of jobs is 1 to 10,000,000")
    return number


def chosen(names):
    """The peers of these names, in the catalog's order; all of them for none. Raises ValueError for a stranger."""
    known = {peer.name for peer in PEERS}
    if strangers := sorted(set(names) - known):
        raise ValueError(f"no such peer: {', '.join(strangers)}; there are {', '.join(peer.name for peer in PEERS)}")
    return [peer for peer in PEERS if not names or peer.name in names]


def main(arguments):
    """Exit status: 0 all measured, 1 some not, 2 none could be, 130 interrupted."""
    options = parser().parse_args(arguments)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    results = []
    try:
        peers = chosen(options.peers)
        folder = options.data.absolute()
        folder.mkdir(parents=True, exist_ok=True)
        with PrivatePostgres(folder / "postgres") as postgres:
            for peer in peers:
                results.append(measure(peer, options.jobs or peer.jobs, folder, postgres))
                if not options.json:
                    print(results[-1].line(), flush=True)
    except (LookupError, OSError, ValueError) as problem:
        print(f"peers: {problem}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("peers: interrupted", file=sys.stderr)
        return 130
    finally:
        if options.json and results:
            print(json.dumps({"machine": machine(), "peers": [result.as_object() for result in results]}, indent=1))
    skipped = sum(1 for result in results if result.skipped)
    return 0 if not skipped else 2 if skipped == len(results) else 1


def measure(peer, jobs, folder, postgres):
    """A tenth of the jobs runs before the clock does."""
    try:
        python = interpreter(peer, folder, run)
        url = postgres.make_database("peer_" + peer.name.replace("-", "_"))
        done = run([python, peer.script, url, max(jobs // 10, 1), jobs])
        if done.returncode != 0:
            return Result(peer, skipped=(done.stderr.strip().splitlines() or ["it failed without a word"])[-1])
        report = json.loads(done.stdout.splitlines()[-1])
        return Result(peer, report["jobs"], report["seconds"])
    except subprocess.TimeoutExpired:
        return Result(peer, skipped=f"not done after {LONGEST} s")
    except LookupError as problem:
        return Result(peer, skipped=str(problem))


def run(arguments):
    """Runs a program to its end, in a process group of its own, of which nothing is left then."""
    with subprocess.Popen(
            list(map(str, arguments)), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            start_new_session=True) as child:
        try:
            output, errors = child.communicate(timeout=LONGEST)
        except BaseException:
            os.killpg(child.pid, signal.SIGKILL)
            raise
    return subprocess.CompletedProcess(child.args, child.returncode, output, errors)


def machine():
    return {
        "cores": os.cpu_count(), "kernel": platform.release(), "load": round(os.getloadavg()[0], 2),
        "python": platform.python_version()}
