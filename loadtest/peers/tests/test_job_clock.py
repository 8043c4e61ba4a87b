"""The clock of a run."""

import contextlib
import io
import json
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "drivers"))

from job_clock import JobClock, chunks


class JobClockTests(unittest.TestCase):
    def test_it_runs_from_the_end_of_the_warm_up(self):
        clock = JobClock(warm_up=2, jobs=3)
        for _ in range(4):
            clock.tick()
        self.assertFalse(clock.is_over.is_set())
        clock.tick()
        self.assertTrue(clock.is_over.is_set())
        output = io.StringIO()
        with contextlib.redirect_stdout(output):
            clock.stop()
        report = json.loads(output.getvalue())
        self.assertEqual(report["jobs"], 3)
        self.assertGreaterEqual(report["seconds"], 0)

    def test_a_peer_that_lost_jobs_has_no_figure(self):
        clock = JobClock(warm_up=1, jobs=3)
        clock.tick()
        with self.assertRaisesRegex(AssertionError, "1 of 4 jobs ran"):
            clock.stop()

    def test_chunks_make_up_the_whole(self):
        self.assertEqual([list(chunk) for chunk in chunks(5, 2)], [[0, 1], [2, 3], [4]])
