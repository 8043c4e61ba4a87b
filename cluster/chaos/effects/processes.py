"""Killing, stopping and restarting what runs on a host."""

import os
import signal
import time

from cluster import ClusterError, family, is_running

# PostgreSQL starts only once the last child of a killed postmaster is gone.
STARTED_WITHIN = 30.0
ENDED_WITHIN = 45.0


def send(pids, number):
    for pid in pids:
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            # It is dead already, by another fault or by this one: a parent takes its children along.
            continue


def restart(cluster, name):
    """Starts what runs on a host until it stays; its last life may still be in the way."""
    until = time.monotonic() + STARTED_WITHIN
    while True:
        try:
            cluster.start(name)
            return
        except ClusterError:
            if time.monotonic() > until:
                raise
            time.sleep(0.3)


def wait_for_end(pids, seconds):
    until = time.monotonic() + seconds
    while any(is_running(pid) for pid in pids):
        if time.monotonic() > until:
            raise ClusterError(f"a process did not end within {seconds} s of SIGTERM")
        time.sleep(0.05)


class Kill:
    """kill -9 of everything that runs on the hosts, servers with their children, as when the power fails."""

    def __init__(self, cluster, fault):
        self.cluster, self.hosts = cluster, fault.hosts

    def do(self):
        hosts = self.cluster.hosts()
        send(family([pid for name in self.hosts for pid in hosts[name].processes]), signal.SIGKILL)

    def undo(self):
        for name in self.hosts:
            restart(self.cluster, name)


class Stop:
    """SIGSTOP, and SIGCONT: to everybody else the host is silent, to itself no time has passed."""

    def __init__(self, cluster, fault):
        self.cluster, self.name = cluster, fault.hosts[0]
        self.pids = []

    def do(self):
        parents = self.cluster.host(self.name).processes
        # Parents first, so that no child is born behind our back.
        send(parents, signal.SIGSTOP)
        self.pids = family(parents)
        send(self.pids, signal.SIGSTOP)

    def undo(self):
        send(reversed(self.pids), signal.SIGCONT)


class Roll:
    """A node is asked to end, takes its time, and is started again, as an upgrade does."""

    def __init__(self, cluster, fault):
        self.cluster, self.name = cluster, fault.hosts[0]

    def do(self):
        pids = self.cluster.host(self.name).processes
        send(pids, signal.SIGTERM)
        wait_for_end(pids, ENDED_WITHIN)

    def undo(self):
        restart(self.cluster, self.name)


class RestartDatabase:
    """A restart by an operator: sessions are cut, nothing has to be recovered."""

    def __init__(self, cluster, fault):
        self.cluster, self.name = cluster, fault.hosts[0]

    def do(self):
        pids = self.cluster.host(self.name).processes
        # SIGINT is PostgreSQL's fast shutdown.
        send(pids, signal.SIGINT)
        wait_for_end(pids, ENDED_WITHIN)

    def undo(self):
        restart(self.cluster, self.name)
