"""What a run says while it runs: one line at a time, over the last one where somebody is watching."""

import sys
import threading
import time


class Progress:
    """`line()` gives what to say; it is asked every second on a terminal, else every fifteen."""

    def __init__(self, line, stream=sys.stderr):
        self.line, self.stream = line, stream
        self.is_watched = stream.isatty()
        self.ended = threading.Event()
        self.lock = threading.Lock()
        self.thread = threading.Thread(target=self.run, name="progress")

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.ended.set()
        self.thread.join()
        if self.is_watched:
            self.stream.write("\r\033[K")

    def run(self):
        while not self.ended.wait(1 if self.is_watched else 15):
            with self.lock:
                if self.is_watched:
                    self.stream.write(f"\r\033[K{self.line()[:160]}")
                else:
                    self.stream.write(self.line() + "\n")
                self.stream.flush()

    def say(self, text):
        """Something that stays."""
        with self.lock:
            self.stream.write(("\r\033[K" if self.is_watched else "") + text + "\n")
            self.stream.flush()


def span(seconds):
    """01:02:03"""
    seconds = max(0, int(seconds))
    return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"


def stopwatch():
    """Seconds since now, as a function."""
    start = time.monotonic()
    return lambda: time.monotonic() - start
