"""The work of a run, in the plain SQL of its users: a sequence, leads with a trigger, caps that are always reached.

Three kinds of devices, told apart by their number modulo 3, show different things:

- tight (0): caps so small that they are always full, hour and day by turns;
- busy (1): always as many requests open as they may have;
- light (2): a new lead every two seconds and room to spare, so that every fault shows how long they were kept waiting.
"""

import threading
from dataclasses import dataclass

from cluster import ClusterError

# A step more than one, without a delay, so that settles move contacts on.
STEPS = 2
# Contacts that wait on a tight and on a busy device.
BACKLOG = (8, 12)
# While so many leads wait to be enrolled, no more come.
MOST_TO_ENROLL = 400
# Seconds between two looks at who is short of work.
EVERY = 1.0
# Devices and their kind.
NUMBERED = """
    SELECT id, n, n % 3 AS class
    FROM (SELECT id, (row_number() OVER (ORDER BY device_name))::int AS n FROM user_devices) d"""


@dataclass(frozen=True)
class Marks:
    """What makes all of one run recognizable in a log (I25). A lead's phone is `phone_prefix` and nine digits."""

    phone_prefix: str
    body: str
    secret: str

    @classmethod
    def of(cls, seed):
        return cls(f"601{seed % 100:02d}", f"chaos-body-{seed:08x}", f"chaos-secret-{seed:08x}")


@dataclass(frozen=True)
class Shape:
    """Lengths of the windows in seconds, and the caps as hourly, daily, concurrent."""

    hour: int
    day: int
    tight: tuple[int, int, int]
    busy: tuple[int, int, int] = (5000, 20_000, 2)
    light: tuple[int, int, int] = (5000, 20_000, 6)

    @classmethod
    def of(cls, day):
        """A day that a run can fill, and an hour that is filled more often than the day."""
        return cls(hour=max(3, day // 4), day=day, tight=(6, 18, 2))


def set_up(marks, shape):
    """Once, before anything is sent. The second gateway speaks the other dialect. Gateways answer for a request within
    10 s and accept nothing later than 6 s after it was given up, so that an unknown holds its place for 17 s and not
    for minutes."""

    def each(place):
        return f"(ARRAY[{', '.join(str(caps[place]) for caps in (shape.tight, shape.busy, shape.light))}])[1 + n.class]"

    return f"""
        BEGIN;
        UPDATE gateways SET http_timeout_ms = 10000, accepts_late_ms = 6000;
        UPDATE gateways SET credentials = '{{"username": "chaos", "password": "{marks.secret}"}}';
        UPDATE gateways SET dialect = 'webhook', base_url = base_url || '/webhook',
            credentials = '{{"token": "{marks.secret}", "secret": "{marks.secret}"}}' WHERE id = 'gateway-2';
        UPDATE user_devices SET min_delay_seconds = 0, max_delay_seconds = 0;
        UPDATE device_caps c SET hourly_cap = {each(0)}, daily_cap = {each(1)}, concurrent_cap = {each(2)}
            FROM ({NUMBERED}) n WHERE n.id = c.device_id;
        WITH s AS (INSERT INTO sequences (name) VALUES ('Chaos') RETURNING id)
        INSERT INTO sequence_steps (sequence_id, day_number, trigger, next_trigger, trigger_delay_hours,
            is_entry_point, content)
        SELECT s.id, n, CASE WHEN n = 1 THEN 'chaos' ELSE 'chaos_' || n END,
            CASE WHEN n < {STEPS} THEN 'chaos_' || n + 1 END, 0, n = 1, '{marks.body} part ' || n
        FROM s, generate_series(1, {STEPS}) n;
        -- A branch that everybody takes, so that contacts have to be decided.
        INSERT INTO sequence_branches (step_id, position, condition, next_trigger)
            SELECT id, 1, '{{"field": "name", "starts_with": "Lead"}}', 'chaos_2' FROM sequence_steps
            WHERE trigger = 'chaos';
        COMMIT;
        """


def top_up(marks, turn):
    """Gives every device that is short of work new leads; a light one its next lead at every second turn."""
    tight, busy = BACKLOG
    return f"""
        WITH short AS (
            SELECT d.id, CASE d.class WHEN 2 THEN (d.n / 3 + {turn}) % 2 ELSE
                CASE d.class WHEN 0 THEN {tight} ELSE {busy} END - (
                    SELECT count(*) FROM sequence_contacts c
                    WHERE c.assigned_device_id = d.id AND c.status = 'active') END AS missing
            FROM ({NUMBERED}) d WHERE (SELECT count(*) FROM enrollment_intake) < {MOST_TO_ENROLL}
        ), fresh AS (
            SELECT id, row_number() OVER () + (
                SELECT coalesce(max(substr(phone, {len(marks.phone_prefix) + 1})::bigint), 0) FROM leads) AS n
            FROM short, generate_series(1, missing))
        INSERT INTO leads (name, phone, device_id, trigger)
        SELECT 'Lead ' || n, '{marks.phone_prefix}' || lpad(n::text, 9, '0'), id, 'chaos' FROM fresh;
        """


# What is still to come: claims, intakes, and contacts whose time has come. All 0: the cluster is at rest.
REST = """
    SELECT (SELECT count(*) FROM sequence_contacts WHERE claim_state <> 0)
        + (SELECT count(*) FROM enrollment_intake) + (SELECT count(*) FROM settles_left)
        + (SELECT count(*) FROM sequence_contacts WHERE status = 'active' AND next_trigger_time <= now())
    """


class TopUp:
    """Keeps work coming until it is told to stop. A database that is away is what the run is about: the next turn
    tries again."""

    def __init__(self, database, marks):
        self.database, self.marks = database, marks
        self.stopping = threading.Event()
        self.turns = self.missed = 0
        self.thread = threading.Thread(target=self.run, name="top-up")

    def start(self):
        self.thread.start()

    def stop(self):
        self.stopping.set()
        self.thread.join()

    def run(self):
        while not self.stopping.wait(EVERY):
            self.turns += 1
            try:
                self.database.run(top_up(self.marks, self.turns), timeout=4.0)
            except ClusterError:
                self.missed += 1
