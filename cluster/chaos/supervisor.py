"""Starts nodes again that ended by themselves, as systemd does on a real host (cluster/systemd: Restart=always).

A node that finds no database when it starts, for example, ends and says so.
"""

import threading
import time

from cluster import ClusterError

# As in cluster/systemd.
AFTER = 6.0
EVERY = 1.0
ROLES = ("coordinator", "shard", "api")


class Supervisor:
    """`is_held(host)`: a fault has its hands on the host's process, and will start it itself."""

    def __init__(self, cluster, is_held, say, clock=time.monotonic):
        self.cluster, self.is_held, self.say, self.clock = cluster, is_held, say, clock
        self.dead_since, self.restarts = {}, []
        self.ended = threading.Event()
        self.thread = threading.Thread(target=self.run, name="supervisor")

    def start(self):
        self.thread.start()

    def stop(self):
        self.ended.set()
        self.thread.join()

    def run(self):
        while not self.ended.wait(EVERY):
            self.look()

    def look(self):
        for host in self.cluster.hosts().values():
            if host.role not in ROLES or self.is_held(host.name) or self.cluster.is_up(host.name):
                self.dead_since.pop(host.name, None)
            elif self.clock() - self.dead_since.setdefault(host.name, self.clock()) >= AFTER:
                self.restart(host.name)

    def restart(self, name):
        self.dead_since.pop(name, None)
        try:
            self.cluster.start(name)
            self.restarts.append(name)
        except ClusterError as problem:
            self.say(f"{name} ended and could not be started again: {problem}")
