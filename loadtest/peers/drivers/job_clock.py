"""The clock of a run: from when the warm-up's last job ran until the peer has written that the last one did."""

import asyncio
import json
import sys
import threading
import time


class JobClock:
    """Counts jobs as they run, on one thread or many."""

    def __init__(self, warm_up, jobs):
        self.total = warm_up + jobs
        self._warm_up = warm_up
        self._jobs = jobs
        self._lock = threading.Lock()
        self._done = 0
        self._start = None
        self.is_over = threading.Event()

    def tick(self):
        with self._lock:
            self._done += 1
            if self._done == self._warm_up:
                self._start = time.monotonic()
            if self._done == self.total:
                self.is_over.set()

    async def until_over(self):
        while not self.is_over.is_set():
            await asyncio.sleep(0.01)

    def stop(self):
        """Prints what the parent reads. Called when the peer says that its jobs are done, or at its first sign that
        they ran where it says nothing of that kind."""
        seconds = time.monotonic() - self._start
        assert self.is_over.is_set(), f"{self._done} of {self.total} jobs ran"
        print(json.dumps({"jobs": self._jobs, "seconds": seconds}), flush=True)


def from_arguments():
    """The database's address and a clock."""
    url, warm_up, jobs = sys.argv[1:]
    return url, JobClock(int(warm_up), int(jobs))


def chunks(count, size):
    """Ranges that make up range(count)."""
    for first in range(0, count, size):
        yield range(first, min(first + size, count))
