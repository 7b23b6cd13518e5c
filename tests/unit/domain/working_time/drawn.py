"""Calendars and moments drawn at random, over the end of a year and with hours of any shape."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from services.domain.working_time.calendar import Calendar, calendar_of
from services.domain.working_time.declarations import (
    CalendarDeclaration,
    MakeUpDay,
    Opening,
    RestDay,
    Season,
    Week,
)
from services.domain.working_time.limits import UNITS, Limit
from tests.builders import VIETNAM
from tests.unit.domain.working_time.calendars import USUAL_DAY

FIRST = date(2023, 12, 1)
"""A quarter in which days are drawn, over the end of a year; the calendars know much more around it."""

thorough = settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])

drawn_days = st.integers(0, 90).map(lambda number: FIRST + timedelta(days=number))
clocks = st.integers(0, 24 * 4).map(lambda quarter: quarter * 15)


@st.composite
def a_day(draw: st.DrawFn) -> tuple[Opening, ...]:
    edges = sorted(draw(st.sets(st.integers(0, 95), min_size=2, max_size=6)))
    pairs = zip(edges[::2], edges[1::2], strict=False)
    return tuple(
        Opening(time(opens // 4, opens % 4 * 15), time(closes // 4, closes % 4 * 15)) for opens, closes in pairs
    )


@st.composite
def weeks(draw: st.DrawFn, *, uniform: bool) -> Week:
    worked = draw(st.sets(st.integers(0, 6), min_size=1))
    same = draw(a_day())
    kind = st.just(same) if uniform else st.one_of(st.just(same), st.just(USUAL_DAY), a_day())
    return tuple(draw(kind) if weekday in worked else () for weekday in range(7))


@st.composite
def declarations(draw: st.DrawFn, *, uniform: bool = False) -> CalendarDeclaration:
    """Two seasons, of the same hours if `uniform`, any rest days, and make-up days for some of them."""
    week = draw(weeks(uniform=uniform))
    turn = draw(drawn_days)
    later = week if uniform else draw(weeks(uniform=False))
    rest = draw(st.sets(drawn_days, max_size=12))
    made_up: dict[date, date] = {}
    for day in draw(st.sets(drawn_days, max_size=3)):
        on = week if day < turn else later
        replaced = [each for each in sorted(rest) if on[each.weekday()]]
        if replaced and day not in rest and not on[day.weekday()]:
            made_up[day] = replaced[0]
    return CalendarDeclaration(
        name="drawn",
        version="drawn",
        years=(2023, 2024, 2025, 2026),
        seasons=(
            Season(date(2023, 1, 1), turn - timedelta(days=1), week),
            Season(turn, date(2026, 12, 31), later),
        ),
        rest_days=tuple(RestDay(day, "-") for day in sorted(rest)),
        make_up_days=tuple(MakeUpDay(day, for_) for day, for_ in sorted(made_up.items())),
    )


def any_calendar(*, uniform: bool = False) -> st.SearchStrategy[Calendar]:
    return declarations(uniform=uniform).map(calendar_of)


@st.composite
def moments(draw: st.DrawFn) -> datetime:
    """Quarters of an hour are drawn often, so that openings and closings are met; else to the microsecond."""
    at = datetime.combine(draw(drawn_days), time(0), VIETNAM) + timedelta(minutes=draw(clocks))
    return at + draw(st.one_of(st.just(timedelta(0)), st.timedeltas(timedelta(0), timedelta(hours=3))))


amounts = st.integers(1, 12)
limits = st.builds(Limit, amounts, st.sampled_from(UNITS))
works = st.timedeltas(timedelta(microseconds=1), timedelta(hours=12))
