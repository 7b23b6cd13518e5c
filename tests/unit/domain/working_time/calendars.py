"""Calendars for these tests, and moments written as a person says them."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from itertools import pairwise

from services.domain.working_time.calendar import calendar_of
from services.domain.working_time.declarations import (
    CalendarDeclaration,
    MakeUpDay,
    Opening,
    RestDay,
    Season,
    Week,
)
from services.domain.working_time.limits import Limit
from tests.builders import VIETNAM

USUAL_DAY = (Opening(time(7), time(11, 30)), Opening(time(13, 30), time(17)))
USUAL_WEEK: Week = (USUAL_DAY,) * 5 + ((), ())

# 13 May 2024 is a Monday.
DAYS = {
    name: date(2024, 5, 13) + timedelta(days=number)
    for number, name in enumerate(("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"))
}


def moment(text: str, *, week: int = 0) -> datetime:
    """`Mon 09:00` of the week of 13 May 2024, or so many weeks later; else an ISO date and time; in Vietnam."""
    first, clock = text.split(" ")
    day = DAYS[first] + timedelta(weeks=week) if first in DAYS else date.fromisoformat(first)
    return datetime.combine(day, time.fromisoformat(clock), VIETNAM)


def days(first: str, last: str, name: str = "-") -> tuple[RestDay, ...]:
    """Rest days from one to the other, both included."""
    begin, end = date.fromisoformat(first), date.fromisoformat(last)
    return tuple(RestDay(begin + timedelta(days=number), name) for number in range((end - begin).days + 1))


def declaration(
    *years: int,
    rest: tuple[RestDay, ...] = (),
    made_up: tuple[MakeUpDay, ...] = (),
    seasons: tuple[Season, ...] | None = None,
) -> CalendarDeclaration:
    """The usual week unless `seasons` say otherwise."""
    whole = Season(date(min(years, default=2024), 1, 1), date(max(years, default=2024), 12, 31), USUAL_WEEK)
    return CalendarDeclaration(
        name="test",
        version="test-1",
        years=years,
        seasons=seasons if seasons is not None else (whole,),
        rest_days=rest,
        make_up_days=made_up,
    )


PLAIN = calendar_of(declaration(2023, 2024, 2025))
"""Monday to Friday, 07:00-11:30 and 13:30-17:00, no holidays."""


def hours(value: int) -> Limit:
    return Limit(value, "hour")


def working_days(value: int) -> Limit:
    return Limit(value, "working_day")


def calendar_days(value: int) -> Limit:
    return Limit(value, "calendar_day")


def months(value: int) -> Limit:
    return Limit(value, "month")


def in_order(moments: list[datetime]) -> bool:
    """Whether none is before the one that precedes it."""
    return all(one <= other for one, other in pairwise(moments))
