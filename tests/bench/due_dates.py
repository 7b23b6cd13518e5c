"""Due dates over three years of official holidays, one at a time, as an acceptance asks for them."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import date, datetime, timedelta
from datetime import time as TimeOfDay
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from services.domain.working_time.calendar import calendar_of
from services.domain.working_time.declarations import CalendarDeclaration
from services.domain.working_time.due import due_date
from services.domain.working_time.limits import Limit
from services.sources import calendar_file
from tests.bench.row import Goal, Row
from tests.bench.stage import Stage, Stuck

EXAMPLE: Final = Path(calendar_file.__file__).parent / "calendars" / "vn-2022-2024.toml"
LIMITS: Final = {
    "hours": (Limit(4, "hour"), Limit(8, "hour"), Limit(40, "hour")),
    "working days": (Limit(3, "working_day"), Limit(10, "working_day"), Limit(30, "working_day")),
    "calendar days": (Limit(5, "calendar_day"), Limit(15, "calendar_day"), Limit(45, "calendar_day")),
    "months": (Limit(1, "month"), Limit(2, "month"), Limit(3, "month")),
}
ROUNDS: Final = 3

Asked = list[tuple[datetime, Limit]]


async def measure(stage: Stage) -> list[Row]:
    """The best of three rounds for each unit; the peer walks from day to day and is asked for a tenth as many."""
    declared = calendar_file.calendar_declaration(EXAMPLE.read_text(encoding="utf-8"), name=EXAMPLE.name)
    calendar, days = calendar_of(declared), DayLoop(declared)
    number = stage.size(200_000, 2_000)
    first = datetime(2022, 1, 1, tzinfo=ZoneInfo("UTC"))
    apart = timedelta(days=900) / number
    rows = []
    for done, (unit, limits) in enumerate(LIMITS.items()):
        stage.tell(f"due dates in {unit}", done, len(LIMITS))
        asked = [(first + apart * each, limits[each % len(limits)]) for each in range(number)]
        ours, given = _per_second(lambda start, limit: due_date(calendar, start, limit), asked)
        peer, walked = _per_second(days.due_date, asked[::10])
        if given[::10] != walked:
            at = next(place for place, pair in enumerate(zip(given[::10], walked, strict=True)) if pair[0] != pair[1])
            raise Stuck(f"{asked[::10][at]} is due {given[::10][at]}, from day to day {walked[at]}")
        rows.append(
            Row(
                name=f"due dates in {unit}, one process",
                value=ours,
                unit="due dates/s",
                limit="the same by a loop over days",
                limit_value=peer,
                goal=Goal(at_least=200_000),
            )
        )
    return rows


def _per_second(reckon: Callable[[datetime, Limit], datetime], asked: Asked) -> tuple[float, list[datetime]]:
    best, given = 0.0, []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        given = [reckon(start, limit) for start, limit in asked]
        best = max(best, len(asked) / (time.perf_counter() - started))
    return best, given


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


def _since_midnight(at: datetime | TimeOfDay) -> timedelta:
    return timedelta(hours=at.hour, minutes=at.minute, seconds=at.second, microseconds=at.microsecond)
