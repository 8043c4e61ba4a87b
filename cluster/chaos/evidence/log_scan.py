"""Looks for what must not be in any log or metric page: phone numbers, message bodies, secrets (I25)."""

import re
from dataclasses import dataclass

MOST_HITS = 50
# A shorter secret would be found by chance.
SHORTEST = 8


@dataclass(frozen=True)
class Hit:
    """Where, and what kind of thing; never the thing itself, because reports are read by many."""

    where: str
    line: int
    what: str


class LogScan:
    """`phones` are whole numbers, `phone_prefixes` pairs of a prefix and how many digits follow it, `literals` maps a
    kind of secret to its texts. Counts every hit, keeps the first fifty."""

    def __init__(self, phones=(), phone_prefixes=(), literals=None):
        parts = [re.escape(phone) for phone in sorted(phones)]
        parts += [f"{re.escape(prefix)}[0-9]{{{digits}}}" for prefix, digits in phone_prefixes]
        self.patterns = []
        if parts:
            # A phone inside a longer number is another number.
            text = "(?<![0-9])(?:" + "|".join(parts) + ")(?![0-9])"
            self.patterns.append(("phone number", re.compile(text.encode())))
        for what, texts in sorted((literals or {}).items()):
            known = [re.escape(text) for text in sorted(set(texts)) if len(text) >= SHORTEST]
            if known:
                self.patterns.append((what, re.compile("|".join(known).encode())))
        self.hits, self.count, self.lines = [], 0, 0

    def file(self, path):
        with open(path, "rb") as file:
            self.scan(str(path), file)

    def text(self, where, text):
        """A metric page, for example."""
        self.scan(where, text.encode().splitlines())

    def scan(self, where, lines):
        for number, line in enumerate(lines, 1):
            self.lines += 1
            for what, pattern in self.patterns:
                if pattern.search(line):
                    self.count += 1
                    if len(self.hits) < MOST_HITS:
                        self.hits.append(Hit(where, number, what))
