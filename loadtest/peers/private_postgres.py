"""A PostgreSQL server for the peers alone."""

import os
import shutil
import socket
import subprocess

PROGRAMS = [f"/usr/lib/postgresql/{version}/bin" for version in (18, 17, 16, 15)]

# Those of a private Sluice cluster (Sources/SluiceDev/PrivatePostgres.swift): PostgreSQL's defaults for durability.
SETTINGS = {
    "listen_addresses": "127.0.0.1", "unix_socket_directories": "''", "max_connections": 300, "shared_buffers": "256MB",
    "max_wal_size": "8GB", "checkpoint_timeout": "15min"}


class PrivatePostgres:
    """Runs while its `with` block does, in a folder that is made anew."""

    def __init__(self, folder):
        self.folder = folder
        self.programs = next((path for path in PROGRAMS if os.access(path + "/initdb", os.X_OK)), None)
        if not self.programs:
            raise LookupError("PostgreSQL's server programs are missing; run scripts/bootstrap")
        self.port = free_port()

    def __enter__(self):
        # One that was killed with its parent still has the folder.
        if self._run("pg_ctl", "-D", self.folder, "status", must_succeed=False):
            self._run("pg_ctl", "-D", self.folder, "-m", "immediate", "-w", "stop")
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        if os.geteuid() == 0:
            # PostgreSQL refuses to run as root.
            shutil.chown(self.folder, "postgres", "postgres")
        self._run("initdb", "-D", self.folder, "-U", "peer", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8")
        settings = " ".join(f"-c {name}={value}" for name, value in {**SETTINGS, "port": self.port}.items())
        self._run("pg_ctl", "-D", self.folder, "-w", "-l", self.folder / "log", "-o", settings, "start")
        return self

    def __exit__(self, *_):
        self._run("pg_ctl", "-D", self.folder, "-m", "fast", "-w", "stop")

    def make_database(self, name):
        """Its address."""
        self._run("createdb", "-h", "127.0.0.1", "-p", self.port, "-U", "peer", name)
        return f"postgresql://peer@127.0.0.1:{self.port}/{name}"

    def _run(self, program, *arguments, must_succeed=True):
        """Whether it succeeded."""
        drop = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"] if os.geteuid() == 0 else []
        # Into a file of its own: a server that is started keeps a pipe open for as long as it runs.
        output = self.folder.with_suffix(".output")
        with output.open("w", encoding="utf-8") as file:
            status = subprocess.run(
                [*drop, f"{self.programs}/{program}", *map(str, arguments)], stdout=file, stderr=file, cwd="/",
                check=False).returncode
        if status != 0 and must_succeed:
            raise OSError(f"{program} failed: {output.read_text(encoding='utf-8').strip()}")
        return status == 0


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
