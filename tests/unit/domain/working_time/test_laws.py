"""What holds for every calendar: sums, inverses, order, and the walk through it minute by minute."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from hypothesis import given
from hypothesis import strategies as st

from services.domain.working_time.calendar import Calendar, calendar_of
from services.domain.working_time.declarations import CalendarDeclaration
from services.domain.working_time.due import due_date
from services.domain.working_time.limits import UNITS, Limit, Unit
from tests.builders import VIETNAM
from tests.unit.domain.working_time.calendars import hours, in_order, working_days
from tests.unit.domain.working_time.drawn import (
    amounts,
    any_calendar,
    declarations,
    drawn_days,
    limits,
    moments,
    thorough,
    works,
)
from tests.unit.domain.working_time.minute_by_minute import Walker


@given(any_calendar(), moments(), amounts, amounts)
@thorough
def test_hours_add_up(calendar: Calendar, start: datetime, one: int, other: int) -> None:
    step = due_date(calendar, due_date(calendar, start, hours(one)), hours(other))
    assert step == due_date(calendar, start, hours(one + other))


@given(any_calendar(), moments(), works, works)
@thorough
def test_working_time_adds_up_to_the_microsecond(
    calendar: Calendar, start: datetime, one: timedelta, other: timedelta
) -> None:
    assert calendar.plus(calendar.plus(start, one), other) == calendar.plus(start, one + other)


@given(any_calendar(uniform=True), moments(), amounts, amounts)
@thorough
def test_working_days_add_up_where_days_are_alike(calendar: Calendar, start: datetime, one: int, other: int) -> None:
    step = due_date(calendar, due_date(calendar, start, working_days(one)), working_days(other))
    assert step == due_date(calendar, start, working_days(one + other))


@given(any_calendar(), moments(), amounts)
@thorough
def test_the_hours_until_a_due_date_are_those_of_the_limit(calendar: Calendar, start: datetime, number: int) -> None:
    due = due_date(calendar, start, hours(number))
    assert calendar.working_time(start, due) == timedelta(hours=number)
    assert calendar.working_time(due, start) == timedelta(hours=-number)
    # And back, to the closing that the start is said as when it ends something.
    back = calendar.plus(due, timedelta(hours=-number))
    assert calendar.working_time(back, start) == timedelta(0)
    assert calendar.normalise(back) == calendar.normalise(start)


@given(any_calendar(uniform=True), moments(), amounts)
@thorough
def test_so_many_working_days_are_so_many_days_of_work(calendar: Calendar, start: datetime, number: int) -> None:
    day = calendar.working_time(start := calendar.normalise(start), due_date(calendar, start, working_days(1)))
    assert calendar.working_time(start, due_date(calendar, start, working_days(number))) == number * day


@given(any_calendar(), st.lists(moments(), min_size=2, max_size=6), limits, st.booleans())
@thorough
def test_a_later_start_is_never_due_earlier(
    calendar: Calendar, starts: list[datetime], limit: Limit, skip_holidays: bool
) -> None:
    assert in_order([due_date(calendar, start, limit, skip_holidays=skip_holidays) for start in sorted(starts)])


@given(any_calendar(), moments(), st.sampled_from(UNITS), st.booleans())
@thorough
def test_a_longer_limit_is_never_due_earlier(
    calendar: Calendar, start: datetime, unit: Unit, skip_holidays: bool
) -> None:
    longer = [Limit(value, unit) for value in range(1, 15)]
    assert in_order([due_date(calendar, start, limit, skip_holidays=skip_holidays) for limit in longer])


@given(any_calendar(), moments(), amounts)
@thorough
def test_skipping_holidays_is_never_due_earlier_and_nothing_is_due_before_it_starts(
    calendar: Calendar, start: datetime, number: int
) -> None:
    kept = due_date(calendar, start, Limit(number, "calendar_day"))
    skipped = due_date(calendar, start, Limit(number, "calendar_day"), skip_holidays=True)
    assert kept <= skipped
    assert start < kept


@given(any_calendar(), moments(), limits, st.booleans())
@thorough
def test_a_due_date_is_in_working_time_and_an_opening_only_after_a_rest_day(
    calendar: Calendar, start: datetime, limit: Limit, skip_holidays: bool
) -> None:
    due = due_date(calendar, start, limit, skip_holidays=skip_holidays)
    before = due - timedelta(microseconds=1)
    if calendar.working_time(before, due):
        return
    assert limit.unit in {"calendar_day", "month"}
    assert calendar.normalise(due) == due
    yesterday = datetime.combine(due.date() - timedelta(days=1), time(0), due.tzinfo)
    assert calendar.working_time(yesterday, due) == timedelta(0)


@given(
    declarations(), drawn_days, st.integers(0, 24 * 60 - 1), st.integers(1, 8), st.sampled_from(UNITS), st.booleans()
)
@thorough
def test_walking_through_the_calendar_gives_the_same(
    declared: CalendarDeclaration, day: date, minute: int, value: int, unit: Unit, skip_holidays: bool
) -> None:
    calendar, walker = calendar_of(declared), Walker(declared)
    naive = datetime.combine(day, time(minute // 60, minute % 60))
    start = naive.replace(tzinfo=VIETNAM)
    limit = Limit(value, unit)
    due = due_date(calendar, start, limit, skip_holidays=skip_holidays)
    assert due.replace(tzinfo=None) == walker.due(naive, limit, skip_holidays=skip_holidays)
    assert calendar.normalise(start).replace(tzinfo=None) == walker.next_open(naive)
    week_later = start + timedelta(days=7)
    walked = walker.working_minutes(naive, naive + timedelta(days=7))
    assert calendar.working_time(start, week_later) == timedelta(minutes=walked)
