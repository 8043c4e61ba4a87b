"""Who is started again, and when."""

import unittest
from types import SimpleNamespace

from supervisor import AFTER, Supervisor


class FakeCluster:
    def __init__(self, **up):
        self.up, self.started = up, []

    def hosts(self):
        return {name: SimpleNamespace(name=name, role=name.split("_")[0]) for name in self.up}

    def is_up(self, name):
        return self.up[name]

    def start(self, name):
        self.started.append(name)
        self.up[name] = True


class SupervisorTests(unittest.TestCase):
    def setUp(self):
        self.now, self.held = 0.0, set()

    def supervisor(self, cluster):
        return Supervisor(cluster, lambda name: name in self.held, say=lambda _: None, clock=lambda: self.now)

    def test_a_node_that_ended_by_itself_comes_back_after_a_while(self):
        cluster = FakeCluster(shard_1=False, shard_2=True, postgres=False)
        supervisor = self.supervisor(cluster)
        supervisor.look()
        self.now = AFTER - 0.1
        supervisor.look()
        self.assertEqual(cluster.started, [])
        self.now = AFTER
        supervisor.look()
        self.assertEqual((cluster.started, supervisor.restarts), (["shard_1"], ["shard_1"]))

    def test_what_a_fault_holds_is_left_to_it(self):
        cluster = FakeCluster(api_1=False)
        supervisor = self.supervisor(cluster)
        supervisor.look()
        self.now, self.held = AFTER, {"api_1"}
        supervisor.look()
        self.held = set()
        supervisor.look()
        self.assertEqual(cluster.started, [])
        self.now = 2 * AFTER
        supervisor.look()
        self.assertEqual(cluster.started, ["api_1"])
