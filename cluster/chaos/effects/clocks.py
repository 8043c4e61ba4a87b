"""Steps of a host's wall clock. Its processes run with a library (cluster/clocks) that adds what a file of that host
says; monotonic time goes on as it did."""

import json
import pathlib
import shlex
import shutil
import subprocess
import time

from cluster import ClusterError
from evidence.fault_log import Happened

SOURCE = pathlib.Path(__file__).parent.parent.parent / "clocks" / "wall_clock.c"
COMPILER = shutil.which("gcc")
PROGRAMS = ("sluice-gateway-simulator",)

# Stands where `sluice` is looked for.
WRAPPER = """#!/bin/sh
clock={clocks}/$(hostname)
[ -e "$clock" ] || exec {program} "$@"
exec env LD_PRELOAD={library} WALL_CLOCK_SHIFT="$clock" {program} "$@"
"""


def steppable(data, programs, hosts):
    """A folder of programs in `data` with which the nodes on `hosts` get clocks that can be stepped."""
    folder, clocks = data / "programs", data / "clocks"
    for path in (folder, clocks):
        path.mkdir(parents=True, exist_ok=True)
    for name in PROGRAMS:
        (folder / name).unlink(missing_ok=True)
        (folder / name).symlink_to(programs / name)
    library = library_of(data)
    subprocess.run([COMPILER, "-shared", "-fPIC", "-O1", "-o", library, SOURCE, "-ldl"], check=True)
    words = {"clocks": clocks, "program": programs / "sluice", "library": library}
    wrapper = folder / "sluice"
    wrapper.write_text(WRAPPER.format(**{name: shlex.quote(str(path)) for name, path in words.items()}))
    wrapper.chmod(0o755)
    for host in hosts:
        set_clock(data, host, 0)
    return folder


def library_of(data):
    return data / "clocks" / "wall_clock.so"


def variables(data, host):
    """With which a program that no wrapper starts gets such a clock too."""
    return [f"LD_PRELOAD={library_of(data)}", f"WALL_CLOCK_SHIFT={data / 'clocks' / host}"]


def set_clock(data, host, seconds):
    file = data / "clocks" / host
    # Replaced in one step: a reader must never find half an offset.
    draft = file.with_suffix(".new")
    draft.write_text(f"{seconds:+d}\n", encoding="utf-8")
    draft.replace(file)


class StepClock:
    """Forwards or backwards at once, and back again."""

    def __init__(self, cluster, fault):
        self.data, self.host, self.step = cluster.data, fault.hosts[0], fault.options["step"]

    def do(self):
        set_clock(self.data, self.host, self.step)

    def undo(self):
        set_clock(self.data, self.host, 0)


class StepDatabaseClock(StepClock):
    """The database's clock, by its own rule: nodes must say that they saw it step, both times, and an operator
    confirms when it is right again."""

    # Nodes compare the clocks when they renew their leases, each second; after a step they may have to come back first.
    NOTICED_WITHIN = 20.0
    # As long as no node has anything new to say, all have said it.
    QUIET = 3.0

    def __init__(self, cluster, fault):
        super().__init__(cluster, fault)
        self.cluster, self.fault = cluster, fault

    def do(self):
        start = time.time_ns()
        super().do()
        self.wait_until_noticed()
        return [Happened(self.fault.kind, self.fault.target, start)]

    def undo(self):
        super().undo()
        time.sleep(self.QUIET)
        self.wait_until_noticed()
        quiet_since = time.monotonic()
        while time.monotonic() - quiet_since < self.QUIET:
            if json.loads(self.operator("clock", "confirm", "--reason", "chaos", "--json"))["confirmed"]:
                quiet_since = time.monotonic()
            time.sleep(0.5)

    def wait_until_noticed(self):
        until = time.monotonic() + self.NOTICED_WITHIN
        while "SLU-112" not in self.status():
            if time.monotonic() > until:
                raise ClusterError(f"nobody said within {self.NOTICED_WITHIN} s that the database's clock had stepped")
            time.sleep(0.2)

    def status(self):
        """Its exit status is 1 when it has findings."""
        return self.operator("status", "--json", exits=(0, 1))

    def operator(self, *words, exits=(0,)):
        return self.cluster.on_host("operator", "sluice", *words, exits=exits)
