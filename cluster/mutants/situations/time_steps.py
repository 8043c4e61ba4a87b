"""A wall clock that is set forward."""

import pathlib
import subprocess
import tempfile
import time

from cluster import Cluster, Options, until
from situations import Situation

SOURCE = pathlib.Path(__file__).parent.parent.parent / "clocks" / "wall_clock.c"
STEP = 40
# Taken away at the end of the program.
FOLDERS: list[tempfile.TemporaryDirectory] = []


def stepping() -> Options:
    """Gives the nodes a wall clock that can be set."""
    FOLDERS.append(tempfile.TemporaryDirectory(prefix="sluice-clock-"))
    folder = pathlib.Path(FOLDERS[-1].name)
    (folder / "shift").write_text("0")
    library = folder / "wall_clock.so"
    subprocess.run(["gcc", "-shared", "-fPIC", "-O1", "-o", library, SOURCE, "-ldl"], check=True)
    # PostgreSQL runs as a user of its own.
    folder.chmod(0o755)
    return Options(
        devices=2, hour=30, caps=(6, 100, 50), simulator=("--latency", "0"), saturated=("hour",),
        environment={
            "LD_PRELOAD": str(library), "WALL_CLOCK_SHIFT": str(folder / "shift"), "WALL_CLOCK_ONLY": "shard"})


def clock_step(cluster: Cluster) -> None:
    """With full windows of 30 s the shard's wall clock goes 40 s forward."""
    cluster.add_leads(60)
    until("full windows", lambda: cluster.number("SELECT count(*) FROM send_ledger WHERE state = 'sent'") >= 12)
    time.sleep(1)
    at = time.time_ns()
    pathlib.Path(cluster.options.environment["WALL_CLOCK_SHIFT"]).write_text(str(STEP))
    cluster.fault("clock-step", "shard-1", at, time.time_ns())
    time.sleep(10)


SITUATIONS = (Situation("clock-step", stepping, clock_step),)
