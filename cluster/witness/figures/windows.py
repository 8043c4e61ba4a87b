"""The fullest rolling window over sorted instants, and the most intervals open at once."""

from collections import deque


class WindowSweep:
    """Counts instants in (x, x + length] for every x.

    A fullest window can be slid left until its closed end meets an instant, so it is enough to look at the windows that
    end at an instant. Holds the instants of one window."""

    def __init__(self, length):
        self.length, self.recent = length, deque()
        self.fullest, self.fullest_end = 0, None

    def add(self, ns):
        """Instants come in ascending order. Returns how many the window that ends here holds."""
        while self.recent and self.recent[0] <= ns - self.length:
            self.recent.popleft()
        self.recent.append(ns)
        if len(self.recent) > self.fullest:
            self.fullest, self.fullest_end = len(self.recent), ns
        return len(self.recent)


def accepted_by_cap_key(evidence):
    """(cap key, its accepted instants in ascending order), one cap key at a time; both are streams."""
    return grouped(evidence.rows(
        "SELECT cap_key, accepted_ns FROM request WHERE accepted_ns IS NOT NULL ORDER BY cap_key, accepted_ns"))


def changes_by_cap_key(evidence, send_within):
    """(cap key, (instant, +1 or −1)): what closes at an instant does so before what opens then.

    A request closes at its end, or when the gateway can no longer accept it by what is declared of it: a client that is
    stopped leaves its connections open for as long as it is."""
    ends = "SELECT cap_key, end_ns AS ns, -1 AS change FROM request WHERE end_ns IS NOT NULL"
    if "device" in evidence.tables:
        ends = f"""
            SELECT cap_key, ns, -1 FROM (
                SELECT r.cap_key, CASE WHEN r.end_ns <= r.ns + l.span OR l.span IS NULL THEN r.end_ns
                    ELSE r.ns + l.span END AS ns
                FROM request r LEFT JOIN (
                    SELECT name, {send_within} + max(http_timeout_ms + accepts_late_ms) * 1000000 AS span
                    FROM device GROUP BY name) l ON l.name = r.device)
            WHERE ns IS NOT NULL"""
    return grouped(evidence.rows(
        f"SELECT cap_key, ns, change FROM (SELECT cap_key, ns, 1 AS change FROM request UNION ALL {ends})"
        " ORDER BY cap_key, ns, change"))


def grouped(rows):
    """Runs of equal first columns, each as (first, stream of the rest)."""
    row = next(rows, None)
    while row is not None:
        first = row[0]

        def members():
            nonlocal row
            while row is not None and row[0] == first:
                yield row[1] if len(row) == 2 else row[1:]
                row = next(rows, None)

        stream = members()
        yield first, stream
        # What the caller left unread is passed over.
        for _ in stream:
            pass
