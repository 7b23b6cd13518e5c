"""When a statutory limit is over, walked day by day: one calendar, Monday to Friday but for holidays."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from tests.oracle.province import HOLIDAYS, LOCAL

OPEN = ((time(7), time(11, 30)), (time(13, 30), time(17)))
CALENDAR = ("office", "1")
"""Name and version."""
REST = frozenset(
    first + timedelta(days=number) for first, last in HOLIDAYS.values() for number in range((last - first).days + 1)
)


def over_at(accepted_at: int, value: int | None, unit: str | None) -> int | None:
    """Seconds since 1970; none where no limit was announced.

    The clock starts at the first open moment. Hours use up open time. Working days end at the same time of day,
    calendar days likewise; what ends on a rest day ends with the next opening, what began at an opening ends at the
    closing before such an opening.
    """
    if value is None:
        return None
    at = _opening(datetime.fromtimestamp(accepted_at, LOCAL))
    if unit == "hour":
        return int(_after_hours(at, timedelta(hours=value)).timestamp())
    if unit == "working_day":
        for _ in range(value):
            at += timedelta(days=1)
            while not _works(at.date()):
                at += timedelta(days=1)
        return int(_as_closing(at).timestamp())
    at += timedelta(days=value)
    if at.time() == OPEN[0][0]:
        at = (at - timedelta(days=1)).replace(hour=17)
    return int((at if _works(at.date()) else _opening(at)).timestamp())


def _works(day: date) -> bool:
    return day.weekday() < 5 and day not in REST


def _opening(at: datetime) -> datetime:
    """This moment if it is open, else the next opening."""
    while True:
        for opens, closes in OPEN:
            if _works(at.date()) and at.time() < closes:
                return max(at, datetime.combine(at, opens, LOCAL))
        at = datetime.combine(at + timedelta(days=1), time(0), LOCAL)


def _after_hours(at: datetime, left: timedelta) -> datetime:
    while True:
        at = _opening(at)
        closes = next(closing for _, closing in OPEN if at.time() < closing)
        until = datetime.combine(at, closes, LOCAL)
        if left <= until - at:
            return at + left
        left -= until - at
        at = until


def _as_closing(at: datetime) -> datetime:
    if at.time() == OPEN[1][0]:
        return at.replace(hour=11, minute=30)
    if at.time() != OPEN[0][0]:
        return at
    at -= timedelta(days=1)
    while not _works(at.date()):
        at -= timedelta(days=1)
    return at.replace(hour=17)
