"""Carries a schedule out: does each fault when its turn has come, undoes it when its time is over, and logs both.

Each fault under way has a thread, because doing and undoing may take seconds; there are never more than three.
"""

import subprocess
import threading
import time

from cluster import ClusterError
from effects import effect_of
from plan.schedule import is_allowed

# A host that does not start may be waiting for what another fault has taken away.
UNDO_TRIES, UNDO_PAUSE = 6, 2.0
WORDS = (ClusterError, OSError, subprocess.SubprocessError, ValueError, KeyError)


class Driver:
    """`stop` may be set at any time, by anybody: what holds is undone at once and nothing new begins."""

    def __init__(self, cluster, fault_log, hosts_of, say):
        self.cluster, self.fault_log, self.hosts_of, self.say = cluster, fault_log, hosts_of, say
        self.stop = threading.Event()
        self.changed = threading.Condition()
        self.active, self.threads = [], []
        self.done = 0
        # (fault, words): could not be done; could not be undone.
        self.skipped, self.stuck = [], []

    def run(self, planned, until):
        """Returns when all faults are undone: the planned ones, or those that had begun at `until` (monotonic)."""
        for fault in planned:
            if not self.wait_for_turn(fault, until):
                break
            self.begin(fault)
        self.join()

    def wait_for_turn(self, fault, until):
        """False when it will not come."""
        with self.changed:
            if fault.is_alone:
                self.changed.wait_for(lambda: not self.active or self.is_over(until), timeout=until - time.monotonic())
        if self.is_over(until) or self.stop.wait(min(fault.wait, max(0, until - time.monotonic()))):
            return False
        with self.changed:
            return self.changed.wait_for(
                lambda: self.is_over(until) or is_allowed(fault, self.active, self.hosts_of),
                timeout=max(0, until - time.monotonic())) and not self.is_over(until)

    def is_over(self, until):
        return self.stop.is_set() or time.monotonic() >= until

    def begin(self, fault):
        thread = threading.Thread(target=self.hold, args=(fault,), name=f"fault {fault.number}")
        with self.changed:
            self.active.append(fault)
            self.threads.append(thread)
        thread.start()

    def hold(self, fault):
        try:
            effect = effect_of(self.cluster, fault)
            try:
                happened = effect.do()
            except WORDS as problem:
                self.skipped.append((fault, str(problem)))
                self.say(f"fault {fault.number} {fault.kind} {fault.target} could not be done: {problem}")
                self.undo(fault, effect)
                return
            happened = self.fault_log.begin(fault, happened)
            self.stop.wait(fault.hold)
            healing = time.time_ns()
            if self.undo(fault, effect):
                self.fault_log.end(fault, happened, healing)
                self.done += 1
        except WORDS as problem:
            self.stuck.append((fault, str(problem)))
        finally:
            with self.changed:
                self.active.remove(fault)
                self.changed.notify_all()

    def undo(self, fault, effect):
        for attempt in range(1, UNDO_TRIES + 1):
            try:
                effect.undo()
                return True
            except WORDS as problem:
                words = str(problem)
                self.say(f"fault {fault.number} {fault.kind} {fault.target} could not be undone ({attempt}): {words}")
                time.sleep(UNDO_PAUSE)
        self.stuck.append((fault, words))
        return False

    def interrupt(self):
        self.stop.set()
        with self.changed:
            self.changed.notify_all()

    def join(self):
        for thread in self.threads:
            thread.join()

    def holds(self, thing):
        with self.changed:
            return any(thing in fault.takes for fault in self.active)

    @property
    def state(self):
        with self.changed:
            return self.done, [f"{fault.kind} {fault.target}" for fault in self.active]
