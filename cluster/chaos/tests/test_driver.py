"""The driver with effects that do nothing: what begins when, and what is undone."""

import pathlib
import tempfile
import threading
import time
import unittest
from unittest import mock

import driver
from cluster import ClusterError
from evidence.fault_log import FaultLog
from plan.kinds import KINDS
from plan.schedule import MOST_AT_ONCE, Schedule
from tests.test_schedule import HOSTS, fault


class Recorder:
    """In place of effects; counts how many hold at once. `broken` kinds cannot be done."""

    def __init__(self, broken=()):
        self.broken, self.lock = broken, threading.Lock()
        self.holding, self.most, self.undone = 0, 0, []

    def effect_of(self, _, planned):
        recorder = self

        class Effect:
            def do(self):
                if planned.kind in recorder.broken:
                    raise ClusterError("not today")
                with recorder.lock:
                    recorder.holding += 1
                    recorder.most = max(recorder.most, recorder.holding)

            def undo(self):
                with recorder.lock:
                    recorder.undone.append(planned.number)
                    recorder.holding -= planned.kind not in recorder.broken

        return Effect()


class DriverTests(unittest.TestCase):
    def drive(self, planned, recorder, seconds, interrupt_after=None):
        with tempfile.TemporaryDirectory() as folder, mock.patch.object(driver, "effect_of", recorder.effect_of):
            log = FaultLog(pathlib.Path(folder, "faults.jsonl"), 1)
            made = driver.Driver(None, log, HOSTS, say=lambda _: None)
            if interrupt_after is not None:
                threading.Timer(interrupt_after, made.interrupt).start()
            made.run(planned, time.monotonic() + seconds)
            log.close()
            return made

    def quick(self, count):
        """A schedule a hundred times as fast."""
        schedule = Schedule(4, HOSTS, KINDS).take(count)
        return [type(each)(**vars(each) | {"wait": each.wait / 100, "hold": each.hold / 100}) for each in schedule]

    def test_all_are_done_and_undone_at_most_three_at_once(self):
        recorder = Recorder()
        made = self.drive(self.quick(60), recorder, seconds=30)
        self.assertEqual((made.done, recorder.holding, sorted(recorder.undone)), (60, 0, list(range(1, 61))))
        self.assertTrue(1 < recorder.most <= MOST_AT_ONCE, recorder.most)

    def test_what_cannot_be_done_is_undone_and_told(self):
        recorder = Recorder(broken={"nats-kill"})
        made = self.drive([fault("nats-kill", "nats-1")], recorder, seconds=10)
        self.assertEqual((made.done, recorder.undone, made.skipped[0][1]), (0, [1], "not today"))

    def test_an_interrupt_undoes_what_holds_and_begins_nothing(self):
        recorder = Recorder()
        long = [type(each)(**vars(each) | {"hold": 60, "wait": 0.01, "is_alone": False}) for each in self.quick(9)]
        began = time.monotonic()
        made = self.drive(long, recorder, seconds=90, interrupt_after=0.5)
        self.assertLess(time.monotonic() - began, 20)
        self.assertEqual((recorder.holding, made.done), (0, len(recorder.undone)))
        self.assertLessEqual(made.done, MOST_AT_ONCE)

    def test_ends_in_time(self):
        began = time.monotonic()
        made = self.drive(self.quick(5000), Recorder(), seconds=0.5)
        self.assertLess(time.monotonic() - began, 20)
        self.assertLess(made.done, 5000)
