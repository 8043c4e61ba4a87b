"""The database's disk is full."""

import errno
import os
import pathlib

from cluster import is_running
from effects.processes import restart

# Ballast is written in pieces of these sizes, until not even the smallest fits.
PIECES = (64 << 20, 1 << 20, 4096)


class FillDisk:
    """A file of ballast beside the database takes what is left of its bounded file system."""

    def __init__(self, cluster, fault):
        self.cluster, self.name = cluster, fault.hosts[0]
        self.ballast = pathlib.Path(cluster.facts["postgres_data"]) / "ballast"

    def do(self):
        with open(self.ballast, "wb") as file:
            size = 0
            for piece in PIECES:
                try:
                    while True:
                        os.posix_fallocate(file.fileno(), size, piece)
                        size += piece
                except OSError as problem:
                    if problem.errno != errno.ENOSPC:
                        raise

    def undo(self):
        self.ballast.unlink(missing_ok=True)
        # A server that could not even recover has given up and needs somebody to start it.
        if not all(is_running(pid) for pid in self.cluster.host(self.name).processes):
            restart(self.cluster, self.name)
