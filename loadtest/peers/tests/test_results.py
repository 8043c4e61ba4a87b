"""How a result reads."""

import unittest

from catalog import Peer
from results import Result


class ResultTests(unittest.TestCase):
    def setUp(self):
        self.peer = Peer("oban", "one queue", "no HTTP request")

    def test_a_line_has_the_rate_and_what_it_leaves_out(self):
        line = Result(self.peer, jobs=20_000, seconds=4.0).line()
        self.assertRegex(line, r"^oban \d+\.\d+\.\d+ +5,000/s +20,000 jobs +one queue; no HTTP request$")

    def test_what_was_not_measured_has_a_reason_and_no_rate(self):
        result = Result(self.peer, skipped="needs Python 3.12 or later")
        self.assertRegex(result.line(), r"^oban .* not measured: needs Python 3\.12 or later$")
        self.assertEqual(sorted(result.as_object()), ["name", "skipped", "version"])

    def test_as_an_object_it_can_be_compared(self):
        result = Result(self.peer, jobs=100, seconds=0.5).as_object()
        self.assertEqual((result["jobs"], result["jobs_per_second"]), (100, 200.0))
