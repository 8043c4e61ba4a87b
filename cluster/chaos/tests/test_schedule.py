"""The schedule: what a seed draws, and which faults may overlap."""

import random
import unittest

from plan.kinds import KINDS, TALKING, failpoints
from plan.schedule import MOST_AT_ONCE, PlannedFault, Schedule, is_allowed

HOSTS = {
    "nats": ("nats-1", "nats-2", "nats-3"), "postgres": ("postgres",),
    "coordinator": ("coordinator-1", "coordinator-2"),
    "shard": ("shard-1", "shard-2", "shard-3"), "gateway": ("gateway-1", "gateway-2"), "api": ("api-1",),
    "operator": ("operator",)}


def fault(kind, *hosts, effect="kill", is_path=False, role=None):
    return PlannedFault(1, kind, effect, hosts, 0, False, 1, is_path=is_path, role=role)


class ScheduleTests(unittest.TestCase):
    def test_a_seed_gives_the_same_faults_again(self):
        seed = random.randrange(1 << 32)
        first, second, other = (Schedule(number, HOSTS, KINDS).take(200) for number in (seed, seed, seed + 1))
        self.assertEqual(first, second, f"seed {seed}")
        self.assertNotEqual(first, other, f"seed {seed}")
        # A shorter run is the beginning of a longer one.
        self.assertEqual(first[:20], Schedule(seed, HOSTS, KINDS).take(20), f"seed {seed}")

    def test_every_kind_comes_before_any_comes_too_often(self):
        cards = sum(kind.weight for kind in KINDS)
        drawn = [planned.kind for planned in Schedule(7, HOSTS, KINDS).take(cards)]
        for kind in {kind.name for kind in KINDS}:
            self.assertEqual(drawn.count(kind), sum(other.weight for other in KINDS if other.name == kind), kind)

    def test_every_pair_of_roles_is_cut(self):
        pairs = {tuple(sorted(kind.roles)) for kind in KINDS if kind.effect == "cut"}
        for near in HOSTS:
            for far in HOSTS:
                if near != far or len(HOSTS[near]) > 1:
                    self.assertIn(tuple(sorted((near, far))), pairs)
        self.assertLessEqual({tuple(sorted(pair)) for pair in TALKING}, pairs)

    def test_holds_and_waits_are_within_their_bounds(self):
        bounds = {}
        for kind in KINDS:
            bounds.setdefault(kind.name, []).append(kind.holds)
        for planned in Schedule(3, HOSTS, KINDS).take(300):
            self.assertTrue(any(low <= planned.hold <= high for low, high in bounds[planned.kind]), planned)
            self.assertGreater(planned.wait, 0)
            self.assertNotEqual(len(set(planned.hosts)), 0)

    def test_failpoints_cover_every_step(self):
        drawn = [each for each in Schedule(11, HOSTS, KINDS).take(2000) if each.effect == "failpoint"]
        self.assertEqual(
            {f"{each.options['moment']}-{each.options['step']}={each.options['action']}" for each in drawn},
            set(failpoints()))
        self.assertEqual({each.options["trigger"] for each in drawn}, set(HOSTS["shard"]))

    def test_a_role_without_hosts_has_no_faults(self):
        hosts = HOSTS | {"gateway": (), "api": ()}
        for planned in Schedule(5, hosts, KINDS).take(300):
            self.assertFalse({"gateway", "api"} & {host.split("-")[0] for host in planned.hosts}, planned)


class OverlapTests(unittest.TestCase):
    def test_three_at_once_and_no_more(self):
        active = [fault("nats-kill", f"nats-{number}") for number in range(1, MOST_AT_ONCE + 1)]
        self.assertTrue(is_allowed(fault("api-kill", "api-1"), active[:-1], HOSTS))
        self.assertFalse(is_allowed(fault("api-kill", "api-1"), active, HOSTS))

    def test_nothing_twice_on_the_same_thing(self):
        kill, step = fault("shard-kill", "shard-1"), fault("clock-step", "shard-1", effect="step-clock")
        self.assertFalse(is_allowed(fault("shard-stop", "shard-1", effect="stop"), [kill], HOSTS))
        self.assertTrue(is_allowed(step, [kill], HOSTS))
        cut = fault("cut-shard-gateway", "shard-1", "gateway-1", effect="cut", is_path=True)
        self.assertTrue(is_allowed(cut, [kill], HOSTS))
        self.assertFalse(is_allowed(fault("loss", "gateway-1", "shard-1", effect="loss", is_path=True), [cut], HOSTS))
        answers = fault("gateway-5xx", "gateway-1", effect="answers")
        self.assertFalse(is_allowed(fault("gateway-kill", "gateway-1"), [answers], HOSTS))

    def test_one_node_of_each_role_is_left(self):
        cut = fault("cut-shard-postgres", "shard-2", "postgres", effect="cut", is_path=True)
        two = [fault("shard-kill", "shard-1"), cut]
        self.assertFalse(is_allowed(fault("roll", "shard-3", effect="roll"), two, HOSTS))
        self.assertTrue(is_allowed(fault("roll", "shard-2", effect="roll"), two[:1], HOSTS))
        stop = fault("coordinator-stop", "coordinator-1", effect="stop")
        self.assertFalse(is_allowed(stop, [fault("coordinator-kill", "coordinator-2")], HOSTS))

    def test_a_failpoint_may_hit_any_node(self):
        nodes = (*HOSTS["shard"], *HOSTS["coordinator"], *HOSTS["api"])
        hidden = fault("failpoint-reserve", *nodes, effect="failpoint", role="every-shard")
        self.assertFalse(is_allowed(fault("roll", "shard-1", effect="roll"), [hidden], HOSTS))
        self.assertFalse(is_allowed(hidden, [fault("coordinator-kill", "coordinator-1")], HOSTS))
        self.assertTrue(is_allowed(fault("postgres-kill", "postgres"), [hidden], HOSTS))
        self.assertTrue(is_allowed(hidden, [fault("nats-kill", "nats-1")], HOSTS))

    def test_all_of_a_role_when_that_is_the_fault(self):
        everybody = fault("all-shards-down", *HOSTS["shard"], role="every-shard")
        self.assertEqual(everybody.target, "every-shard")
        self.assertTrue(is_allowed(everybody, [fault("nats-kill", "nats-1")], HOSTS))
        self.assertFalse(is_allowed(everybody, [fault("roll", "shard-1", effect="roll")], HOSTS))
        self.assertFalse(is_allowed(fault("shard-kill", "shard-1"), [everybody], HOSTS))
