"""Steps of a host's wall clock. Its processes run under libfaketime, which reads the offset from a file of that host;
monotonic time goes on as it did."""

import pathlib
import shlex

# Debian's, whatever the machine; None when it is not installed.
LIBRARY = next(iter(pathlib.Path("/usr/lib").glob("*-linux-gnu*/faketime/libfaketimeMT.so.1")), None)
PROGRAMS = ("sluice-gateway-simulator",)

# Stands where `sluice` is looked for. The second shell is the one that libfaketime sets itself up in: it adds to the
# environment, and Swift would no longer find the arguments of a process that does so before main. The offset is read
# again once a second. Its pid, which is the node's, names what libfaketime leaves in shared memory.
WRAPPER = """#!/bin/sh
clock={clocks}/$(hostname)
[ -e "$clock" ] || exec {program} "$@"
echo $$ >>{clocks}/pids
export LD_PRELOAD={library} FAKETIME_TIMESTAMP_FILE="$clock" FAKETIME_CACHE_DURATION=1 FAKETIME_DONT_RESET=1
export DONT_FAKE_MONOTONIC=1
exec sh -c 'exec "$0" "$@"' {program} "$@"
"""


def steppable(data, programs, hosts):
    """A folder of programs in `data` with which the nodes on `hosts` get clocks that can be stepped."""
    folder, clocks = data / "programs", data / "clocks"
    for path in (folder, clocks):
        path.mkdir(parents=True, exist_ok=True)
    for name in PROGRAMS:
        (folder / name).unlink(missing_ok=True)
        (folder / name).symlink_to(programs / name)
    words = {"clocks": clocks, "program": programs / "sluice", "library": LIBRARY}
    wrapper = folder / "sluice"
    wrapper.write_text(WRAPPER.format(**{name: shlex.quote(str(path)) for name, path in words.items()}))
    wrapper.chmod(0o755)
    for host in hosts:
        set_clock(data, host, 0)
    return folder


def forget(data):
    """Takes away what killed processes left in shared memory."""
    pids = data / "clocks" / "pids"
    for pid in pids.read_text().split() if pids.exists() else ():
        for name in ("faketime_shm_", "sem.faketime_sem_"):
            pathlib.Path("/dev/shm", name + pid).unlink(missing_ok=True)
    pids.unlink(missing_ok=True)


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
