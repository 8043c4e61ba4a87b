"""The window sweep against a count that cannot be wrong."""

import random
import unittest

from figures.quantiles import quantiles
from figures.windows import WindowSweep


def brute_force(instants, length):
    """Every window (x, x + length] that matters ends at an instant or just before one leaves it."""
    ends = {ns for ns in instants} | {ns + length - 1 for ns in instants}
    return max((sum(1 for ns in instants if end - length < ns <= end) for end in ends), default=0)


class SweepTests(unittest.TestCase):
    def test_random_logs(self):
        seed = random.randrange(1 << 32)
        generator = random.Random(seed)
        for round_number in range(400):
            length = generator.randint(1, 50)
            instants = sorted(generator.randint(0, 200) for _ in range(generator.randint(0, 60)))
            sweep = WindowSweep(length)
            counts = [sweep.add(ns) for ns in instants]
            with self.subTest(seed=seed, round=round_number):
                self.assertEqual(sweep.fullest, brute_force(instants, length))
                self.assertEqual(max(counts, default=0), sweep.fullest)

    def test_the_window_is_open_at_its_start(self):
        sweep = WindowSweep(100)
        self.assertEqual([sweep.add(0), sweep.add(100)], [1, 1])
        self.assertEqual(sweep.add(100), 2)

    def test_quantiles_are_of_nearest_rank(self):
        self.assertEqual(quantiles(range(1, 101)), {"count": 100, "p50": 50, "p99": 99, "max": 100})
        self.assertIsNone(quantiles([]))
