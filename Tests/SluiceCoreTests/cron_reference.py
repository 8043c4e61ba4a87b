"""An independent reading of cron in a time zone, for CronScheduleTests: slow, plain, and by Python's own zone rules.

Reads lines `PATTERN|ZONE|FROM|TO` (UTC seconds) and prints, for each, the runs after FROM and up to TO, one line of
numbers. It looks at every single minute instead of calculating one.
"""

import sys
from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo

MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()
DAYS = "sun mon tue wed thu fri sat".split()


def values(text: str, low: int, high: int, names: list[str]) -> set[int]:
    """What a field matches."""
    def number(word: str) -> int:
        return names.index(word.lower()) + low if word.lower() in names else int(word)

    found: set[int] = set()
    for part in text.split(","):
        span, _, step = part.partition("/")
        if span == "*":
            first, last = low, high
        elif "-" in span:
            first, last = (number(end) for end in span.split("-"))
        else:
            first = number(span)
            last = high if step else first
        found |= set(range(first, last + 1, int(step or 1)))
    return found


def runs(pattern: str, zone: ZoneInfo, start: int, end: int) -> list[int]:
    """The instants in (start, end]."""
    fields = pattern.split()
    minutes = values(fields[0], 0, 59, [])
    hours = values(fields[1], 0, 23, [])
    dates = values(fields[2], 1, 31, [])
    months = values(fields[3], 1, 12, MONTHS)
    weekdays = {day % 7 for day in values(fields[4], 0, 7 if fields[4][0] != "*" else 6, DAYS)}
    either = fields[2][0] != "*" and fields[4][0] != "*"

    def is_day(wall: datetime) -> bool:
        by_date, by_weekday = wall.day in dates, wall.isoweekday() % 7 in weekdays
        return wall.month in months and ((by_date or by_weekday) if either else (by_date and by_weekday))

    def is_run(wall: datetime) -> bool:
        return wall.minute in minutes and wall.hour in hours and is_day(wall)

    def shown(instant: int) -> datetime:
        return datetime.fromtimestamp(instant, timezone.utc).astimezone(zone)

    first = start // 60 * 60 + 60
    if "*" in (fields[0][0], fields[1][0]):
        return [instant for instant in range(first, end + 1, 60) if is_run(shown(instant))]
    # At a time of day: walk the wall clock, and look where each of its minutes is in time.
    found: set[int] = set()
    wall = shown(first).replace(tzinfo=None) - timedelta(days=2)
    last = shown(end).replace(tzinfo=None) + timedelta(days=2)
    while wall < last:
        if not is_day(wall):
            wall = wall.replace(hour=0, minute=0) + timedelta(days=1)
            continue
        if is_run(wall):
            here = wall.replace(tzinfo=zone)
            instant = int(here.timestamp())
            if shown(instant).replace(tzinfo=None) != wall:
                # Skipped: the first minute whose wall clock is later.
                instant = int((wall - timedelta(days=1)).replace(tzinfo=zone).timestamp())
                while shown(instant).replace(tzinfo=None) < wall:
                    instant += 60
            found.add(instant)
        wall += timedelta(minutes=1)
    return sorted(instant for instant in found if start < instant <= end)


for line in sys.stdin:
    pattern, name, start, end = line.rstrip("\n").split("|")
    print(*runs(pattern, ZoneInfo(name), int(start), int(end)))
