"""Which Python a peer gets, and what is said when it gets none."""

import subprocess
import unittest

from environment import must_succeed, newest_enough


class EnvironmentTests(unittest.TestCase):
    def test_the_first_python_that_is_new_enough_is_taken(self):
        candidates = [("/a", (3, 9)), ("/b", (3, 12)), ("/c", (3, 13))]
        self.assertEqual(newest_enough((3, 10), candidates), "/b")
        self.assertIsNone(newest_enough((3, 14), candidates))

    def test_a_failure_says_what_to_look_at_and_the_program_s_last_word(self):
        done = subprocess.CompletedProcess([], 1, "", "Looking\nERROR: No matching distribution found\n")
        with self.assertRaisesRegex(LookupError, r"is there a network\? \(ERROR: No matching distribution found\)"):
            must_succeed(done, "is there a network?")
        must_succeed(subprocess.CompletedProcess([], 0, "", "a warning"), "no failure")
