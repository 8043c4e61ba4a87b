"""The command line, without a peer."""

import contextlib
import io
import unittest

from catalog import PEERS
from command import LONGEST, chosen, parser, run


class CommandTests(unittest.TestCase):
    def test_all_are_chosen_unless_told(self):
        self.assertEqual(chosen([]), PEERS)

    def test_names_are_chosen_in_the_catalog_s_order(self):
        self.assertEqual([peer.name for peer in chosen(["dbos", "awa-pg"])], ["awa-pg", "dbos"])

    def test_a_stranger_is_named(self):
        with self.assertRaisesRegex(ValueError, "no such peer: celery; there are awa-pg, "):
            chosen(["oban", "celery"])

    def test_impossible_numbers_of_jobs_are_refused(self):
        for jobs in ["0", "-5", "99999999", "many"]:
            with self.subTest(jobs), self.assertRaises(SystemExit), contextlib.redirect_stderr(io.StringIO()):
                parser().parse_args(["--jobs", jobs])

    def test_what_a_program_says_comes_back(self):
        done = run(["sh", "-c", "echo out; echo err >&2; exit 3"])
        self.assertEqual((done.returncode, done.stdout, done.stderr), (3, "out\n", "err\n"))
        self.assertGreater(LONGEST, 0)
