"""Due dates over three years of holidays: one at a time, as an acceptance needs them, and by columns, as reports do."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from time import perf_counter
from typing import Final, TypeVar
from zoneinfo import ZoneInfo

import polars as pl

from services.domain.working_time.calendar import calendar_of
from services.domain.working_time.columns import due_column
from services.domain.working_time.declarations import CalendarDeclaration
from services.domain.working_time.due import due_date
from services.domain.working_time.limits import Limit
from tests.bench.row import Goal, Row
from tests.bench.stage import Stage, Stuck
from tests.shipped_calendar import shipped_calendar

T = TypeVar("T")

LIMITS: Final = tuple(
    Limit(value, unit)
    for values in ({"hour": 4, "working_day": 3, "calendar_day": 5}, {"hour": 40, "working_day": 30, "month": 2})
    for unit, value in values.items()
)
ROUNDS: Final = 3
PEERS_SHARE: Final = 10
"""The peer is asked for every tenth: it is slow, and just as slow for all."""


async def measure(stage: Stage) -> list[Row]:
    """All units in turn, the best of three rounds; every answer of the peer must be ours."""
    declared = shipped_calendar()
    calendar, days = calendar_of(declared), DayLoop(declared)
    number = stage.size(200_000, 2_000)
    first = datetime(2022, 1, 1, tzinfo=UTC)
    apart = timedelta(days=900) / number
    asked = [(first + apart * each, LIMITS[each % len(LIMITS)]) for each in range(number)]
    some = asked[::PEERS_SHARE]
    columns = {
        "starts": pl.Series([start for start, _ in asked], dtype=pl.Datetime("us", "UTC")),
        "values": pl.Series([limit.value for _, limit in asked]),
        "units": pl.Series([limit.unit for _, limit in asked]),
    }
    stage.tell("due dates from day to day", 0, 3)
    peer_s, walked = _best(lambda: [days.due_date(start, limit) for start, limit in some])
    stage.tell("due dates one at a time", 1, 3)
    single_s, single = _best(lambda: [due_date(calendar, start, limit) for start, limit in asked])
    stage.tell("due dates of a column", 2, 3)
    column_s, column = _best(lambda: due_column(calendar, **columns))
    for name, given in (("one at a time", single), ("of a column", column.to_list())):
        for (start, limit), ours, theirs in zip(some, given[::PEERS_SHARE], walked, strict=True):
            if ours != theirs:
                raise Stuck(f"{start} + {limit.value} {limit.unit}: {ours} {name}, {theirs} from day to day")
    return [
        Row(
            name=name,
            value=number / took_s,
            unit="due dates/s",
            limit="a loop over days",
            limit_value=len(some) / peer_s,
            goal=Goal(at_least=200_000),
        )
        for name, took_s in (("due dates of a column", column_s), ("due dates one at a time", single_s))
    ]


def _best(reckon: Callable[[], T]) -> tuple[float, T]:
    rounds: list[tuple[float, T]] = []
    for _ in range(ROUNDS):
        started = perf_counter()
        given = reckon()
        rounds.append((perf_counter() - started, given))
    return min(rounds, key=lambda each: each[0])


class DayLoop:
    """How a due date is usually reckoned: a step a day, asking of each whether it is worked."""

    def __init__(self, declared: CalendarDeclaration) -> None:
        self._zone = ZoneInfo(declared.zone)
        [season] = declared.seasons
        self._week = [
            [(_since_midnight(each.opens), _since_midnight(each.closes)) for each in openings]
            for openings in season.week
        ]
        self._holidays = {each.day for each in declared.rest_days}
        self._made_up = {each.day: each.in_place_of for each in declared.make_up_days}

    def due_date(self, start: datetime, limit: Limit) -> datetime:
        """As the rules have it, without `skip_holidays`."""
        local = start.astimezone(self._zone)
        day, clock = self._begin(local.date(), _since_midnight(local))
        if limit.unit == "hour":
            day, clock = self._after_hours(day, clock, timedelta(hours=limit.value))
        elif limit.unit == "working_day":
            day, clock = self._after_working_days(day, clock, limit.value)
        else:
            opening = clock == self._openings(day)[0][0]
            end, whole = (
                (day + timedelta(days=limit.value), False)
                if limit.unit == "calendar_day"
                else _months(day, limit.value)
            )
            end -= timedelta(days=opening and not whole)
            day, clock = self._forward(end, timedelta(days=1) if opening or whole else clock)
        return datetime.combine(day, datetime.min.time(), self._zone) + clock

    def _openings(self, day: date) -> list[tuple[timedelta, timedelta]]:
        return [] if day in self._holidays else self._week[self._made_up.get(day, day).weekday()]

    def _begin(self, day: date, clock: timedelta) -> tuple[date, timedelta]:
        while True:
            for opens, closes in self._openings(day):
                if clock < closes:
                    return day, max(clock, opens)
            day, clock = day + timedelta(days=1), timedelta(0)

    def _after_hours(self, day: date, clock: timedelta, left: timedelta) -> tuple[date, timedelta]:
        while True:
            for opens, closes in self._openings(day):
                begun = max(opens, clock)
                if begun < closes:
                    if left <= closes - begun:
                        return day, begun + left
                    left -= closes - begun
            day, clock = day + timedelta(days=1), timedelta(0)

    def _after_working_days(self, day: date, clock: timedelta, number: int) -> tuple[date, timedelta]:
        while number:
            day += timedelta(days=1)
            number -= bool(self._openings(day))
        return self._back(day, clock)

    def _back(self, day: date, clock: timedelta) -> tuple[date, timedelta]:
        while True:
            for opens, closes in reversed(self._openings(day)):
                if clock > opens:
                    return day, min(clock, closes)
            day, clock = day - timedelta(days=1), timedelta(days=1)

    def _forward(self, day: date, clock: timedelta) -> tuple[date, timedelta]:
        rested = not self._openings(day)
        while not self._openings(day):
            day += timedelta(days=1)
        opens = self._openings(day)[0][0]
        if rested or (clock <= opens and not self._openings(day - timedelta(days=1))):
            return day, opens
        return self._back(day, clock)


def _months(day: date, number: int) -> tuple[date, bool]:
    """The same day so many months later; else the last of that month, and that the month is used up whole."""
    month = day.replace(day=1)
    for _ in range(number):
        month = (month + timedelta(days=31)).replace(day=1)
    last = (month + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    return (last, True) if day.day > last.day else (month.replace(day=day.day), False)


def _since_midnight(at: datetime | time) -> timedelta:
    return timedelta(hours=at.hour, minutes=at.minute, seconds=at.second, microseconds=at.microsecond)
