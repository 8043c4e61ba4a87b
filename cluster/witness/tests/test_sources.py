"""What the readers take, and what they say of the rest."""

import json
import os
import tempfile
import unittest

from sources.fault_log import FaultLog
from tests.scene import at, good


def text_of(scene):
    return "".join(json.dumps(line) + "\n" for line in scene.lines)


class RequestLogTests(unittest.TestCase):
    def evidence(self, text):
        judgment = good().judge(text)
        return next(finding for finding in judgment.findings if finding.invariant == "E")

    def test_a_torn_last_line_is_no_violation(self):
        scene = good()
        found = self.evidence(text_of(scene) + '{"event":"request","seq":99,"n')
        self.assertEqual((found.violations, found.checked), (0, len(scene.lines)))
        self.assertEqual(found.notes, ["1 logs end in a torn line"])

    def test_a_torn_line_in_the_middle_is_one(self):
        lines = text_of(good()).splitlines(keepends=True)
        lines[4] = lines[4][:20] + "\n"
        # The request is malformed, its response answers nothing, its number is missing.
        self.assertEqual(self.evidence("".join(lines)).violations, 3)

    def test_numbers_that_repeat_and_requests_without_a_key(self):
        scene = good()
        scene.lines[2]["seq"] = scene.lines[3]["seq"] = 1
        scene.lines[4]["key"] = None
        # One used again and so one missing of what was read; one without a key.
        self.assertGreaterEqual(self.evidence(text_of(scene)).violations, 3)

    def test_a_request_without_an_end_is_open(self):
        scene = good()
        judgment = scene.judge(text_of(scene).rsplit("\n", 2)[0] + "\n")
        self.assertEqual(judgment.figures["verdicts"]["open"], 1)


class FaultLogTests(unittest.TestCase):
    def read(self, *lines):
        handle, path = tempfile.mkstemp()
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write("".join(line if isinstance(line, str) else json.dumps(line) + "\n" for line in lines))
            return FaultLog.read(path)
        finally:
            os.unlink(path)

    def test_the_second_line_of_a_fault_tells_its_end(self):
        fault = {"at": at(1), "kind": "nats-kill", "target": "nats-1", "from": at(1), "until": None, "seed": 5}
        log = self.read(fault, fault | {"at": at(3), "until": at(3)}, '{"at": 1, "ki')
        self.assertEqual([(fault.start, fault.until, fault.seed) for fault in log.faults], [(at(1), at(3), 5)])
        self.assertEqual(log.malformed, 0)

    def test_what_is_no_fault_is_counted(self):
        log = self.read('{"kind":1}\n', "[]\n", {"at": 1, "kind": "a", "target": "b", "from": 5, "until": 4})
        self.assertEqual((log.faults, log.malformed), ([], 3))

    def test_a_step_of_a_clock_and_one_of_the_protocol(self):
        fault = {"at": at(1), "kind": "clock-step", "target": "postgres", "from": at(1), "until": at(2), "step": -60}
        failpoint = fault | {"kind": "shard-kill-before-reserve", "target": "shard-1", "step": "reserve"}
        log = self.read(fault, failpoint, fault | {"step": "reserve"})
        self.assertEqual([each.step for each in log.faults], [-60 * 10**9, None])
        self.assertEqual(log.malformed, 1)

    def test_the_seed_of_an_instant(self):
        faults = [{"kind": "k", "target": "t", "from": at(n), "until": at(n), "seed": n} for n in (1, 2)]
        log = self.read(*faults)
        self.assertEqual([log.seed_at(ns) for ns in (None, at(1.5), at(9))], [1, 1, 2])
