"""The namespace hosts as chaos sees them: what hosts.json says, and the script that builds, starts and stops them."""

import json
import os
import pathlib
import subprocess
import threading
from dataclasses import dataclass

SCRIPT = pathlib.Path(__file__).parent.parent / "hosts" / "hosts"


class ClusterError(Exception):
    """A host did not do what it was told; the text says which, and its words."""


@dataclass(frozen=True)
class Host:
    name: str
    role: str
    namespace: str
    address: str
    processes: tuple[int, ...]


class Cluster:
    """One cluster in `data`. Starting and stopping hosts is one at a time, whoever asks."""

    def __init__(self, data, script=SCRIPT):
        self.data, self.script = pathlib.Path(data), script
        self.lock = threading.Lock()
        # With which a host's program is started, by its name.
        self.variables = {}

    # What it is.

    @property
    def facts(self):
        return json.loads((self.data / "hosts.json").read_text(encoding="utf-8"))

    def hosts(self):
        return {
            entry["name"]: Host(
                entry["name"], entry["role"], entry["namespace"], entry["address"],
                tuple(process["pid"] for process in entry["processes"] if process.get("pid")))
            for entry in self.facts["hosts"]}

    def host(self, name):
        return self.hosts()[name]

    def by_role(self):
        """Names of the hosts by role, in their order."""
        roles = {}
        for host in self.hosts().values():
            roles.setdefault(host.role, []).append(host.name)
        return {role: tuple(names) for role, names in roles.items()}

    def is_up(self, name):
        """Whether all processes of the host are there; a zombie is not."""
        pids = self.host(name).processes
        return bool(pids) and all(is_running(pid) for pid in pids)

    # What is done to it.

    def run(self, *arguments, timeout):
        done = finished(f"hosts {arguments[0]}", [self.script, *arguments, "--data", self.data], "", timeout)
        if done.returncode != 0:
            words = done.stderr.strip() or done.stdout.strip()
            raise ClusterError(f"hosts {arguments[0]}: {words}")
        return done.stdout

    def start(self, name):
        with self.lock:
            self.run("start", name, *self.variables.get(name, ()), timeout=90)

    def stop(self, name):
        with self.lock:
            self.run("stop", name, timeout=60)

    def on_host(self, name, *command, exits=(0,), timeout=15.0):
        """Runs `command` with the settings of the host's node, and gives what it printed."""
        words = [self.script, "exec", name, "--data", self.data, "--", *command]
        done = finished(f"{name}: {command[0]}", words, "", timeout)
        if done.returncode not in exits:
            raise ClusterError(f"{name}: {' '.join(command)}: {done.stderr.strip() or done.returncode}")
        return done.stdout

    def inside(self, name, *command, stdin="", timeout=10.0):
        """Runs `command` on a host and gives what it printed."""
        words = ["ip", "netns", "exec", self.host(name).namespace, *command]
        done = finished(f"{name}: {command[0]}", words, stdin, timeout)
        if done.returncode != 0:
            # The last line of a traceback says it.
            raise ClusterError(f"{name}: {command[0]}: {(done.stderr.strip().splitlines() or ['failed'])[-1]}")
        return done.stdout


def finished(what, command, stdin, timeout):
    """The command when it has ended. One that does not is killed, and that too is a word of a host's."""
    try:
        return subprocess.run(command, input=stdin, capture_output=True, text=True, timeout=timeout, check=False)
    except subprocess.TimeoutExpired as late:
        raise ClusterError(f"{what} did not end within {late.timeout} s") from late


def is_running(pid):
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as file:
            # The name in brackets may hold anything; the state follows it.
            return file.read().rpartition(")")[2].split()[0] not in ("Z", "X")
    except (FileNotFoundError, ProcessLookupError):
        return False


def family(pids):
    """The processes and all their descendants: a server and its children."""
    children = {}
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            try:
                with open(f"/proc/{entry}/stat", encoding="utf-8", errors="replace") as file:
                    parent = int(file.read().rpartition(")")[2].split()[1])
            except (FileNotFoundError, ProcessLookupError):
                continue
            children.setdefault(parent, []).append(int(entry))
    found, open_ends = [], list(pids)
    while open_ends:
        pid = open_ends.pop()
        found.append(pid)
        open_ends += children.get(pid, [])
    return found
