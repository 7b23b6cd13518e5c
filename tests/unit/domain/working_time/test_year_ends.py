"""Year ends, Tết, swapped days, seasons and agencies: the days on which due dates go wrong."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from itertools import pairwise

import pytest

from services.domain.working_time.calendar import Calendar, calendar_of
from services.domain.working_time.declarations import MakeUpDay, Opening, RestDay, Season
from services.domain.working_time.due import due_date
from services.domain.working_time.reception import reception_deadline
from services.domain.working_time.span import YearMissing
from tests.shipped_calendar import shipped_calendar
from tests.unit.domain.working_time.calendars import (
    USUAL_WEEK,
    calendar_days,
    days,
    declaration,
    hours,
    moment,
    months,
    working_days,
)


@pytest.fixture(scope="session")
def vietnam() -> Calendar:
    """The example that is shipped."""
    return calendar_of(shipped_calendar())


def test_over_tet_and_the_new_year(vietnam: Calendar) -> None:
    # Tết 2024: Thursday 8 to Wednesday 14 February. One day on the 7th, the second on the 15th.
    assert due_date(vietnam, moment("2024-02-06 09:00"), working_days(2)) == moment("2024-02-15 09:00")
    # Half an hour before Tết, the rest after it.
    assert due_date(vietnam, moment("2024-02-07 16:30"), hours(4)) == moment("2024-02-15 10:30")
    assert due_date(vietnam, moment("2024-02-07 09:00"), calendar_days(3)) == moment("2024-02-15 07:00")
    # Thursday 8 and Friday 9 do not count, nor do the 10th to the 14th: 15, 16, 17 (Saturday) are three.
    skipping = due_date(vietnam, moment("2024-02-07 09:00"), calendar_days(3), skip_holidays=True)
    assert skipping == moment("2024-02-19 07:00")
    # 8 January + 1 month is the first day of Tết.
    assert due_date(vietnam, moment("2024-01-08 09:00"), months(1)) == moment("2024-02-15 07:00")
    # Monday 1 January 2024 is the New Year.
    assert reception_deadline(vietnam, moment("2023-12-29 16:00")) == moment("2024-01-02 16:00")


def test_a_swapped_day_and_its_make_up_day(vietnam: Calendar) -> None:
    # Monday 29 April was swapped against Saturday 4 May; 30 April and 1 May rest. 26 (Friday), 2, 3, 4 (Saturday), 6.
    due = [due_date(vietnam, moment("2024-04-25 09:00"), working_days(number)) for number in range(1, 6)]
    assert [each.date() for each in due] == [date(2024, 4, 26), *(date(2024, 5, day) for day in (2, 3, 4, 6))]
    assert vietnam.working_time(moment("2024-04-27 00:00"), moment("2024-05-06 00:00")) == timedelta(hours=24)


def test_working_days_of_the_example_years(vietnam: Calendar) -> None:
    # Weekdays 260, 260, 262; less 11, 11 and 12 rest days that fall on weekdays; one day made up for in 2024.
    edges = [moment(f"{year}-01-01 00:00") for year in (2022, 2023, 2024)] + [moment("2024-12-31 23:59")]
    worked = [vietnam.working_time(since, until) for since, until in pairwise(edges)]
    assert worked == [timedelta(hours=8 * number) for number in (249, 249, 251)]


KNOWN = calendar_of(declaration(2022, 2024))


@pytest.mark.parametrize(
    ("ask", "year"),
    [
        (lambda: due_date(KNOWN, moment("2022-12-30 09:00"), working_days(1)), 2023),
        (lambda: due_date(KNOWN, moment("2022-12-30 16:30"), hours(1)), 2023),
        (lambda: due_date(KNOWN, moment("2022-12-30 16:30"), calendar_days(1)), 2023),
        (lambda: due_date(KNOWN, moment("2022-12-20 16:30"), calendar_days(20)), 2023),
        (lambda: due_date(KNOWN, moment("2022-12-20 16:30"), calendar_days(20), skip_holidays=True), 2023),
        (lambda: due_date(KNOWN, moment("2022-12-20 16:30"), months(1)), 2023),
        (lambda: due_date(KNOWN, moment("2022-12-20 16:30"), months(100_000)), 2023),
        # Over the unknown year into a known one: what lies between would have to be known.
        (lambda: due_date(KNOWN, moment("2022-12-20 16:30"), months(14)), 2023),
        (lambda: KNOWN.working_time(moment("2022-12-20 09:00"), moment("2024-01-10 09:00")), 2023),
        (lambda: KNOWN.working_time(moment("2024-01-10 09:00"), moment("2022-12-20 09:00")), 2023),
        (lambda: KNOWN.normalise(moment("2022-12-30 17:00")), 2023),
        (lambda: KNOWN.normalise(moment("2023-07-07 09:00")), 2023),
        (lambda: KNOWN.is_edge(moment("2021-07-07 09:00")), 2021),
        (lambda: KNOWN.plus(moment("2024-01-02 09:00"), timedelta(hours=-20)), 2023),
        (lambda: KNOWN.plus(moment("2024-12-31 09:00"), timedelta(hours=20)), 2025),
        (lambda: reception_deadline(KNOWN, moment("2024-12-31 09:00")), 2025),
    ],
)
def test_a_year_nobody_declared_is_named(ask: Callable[[], object], year: int) -> None:
    with pytest.raises(YearMissing) as missing:
        ask()
    assert missing.value.year == year
    assert missing.value.version == "test-1"
    assert f"says nothing of the year {year}; load a version" in str(missing.value)


def test_the_last_closing_of_a_year_needs_no_next_year() -> None:
    # 31 December 2024 is a Tuesday.
    assert due_date(KNOWN, moment("2024-12-30 17:00"), hours(8)) == moment("2024-12-31 17:00")
    assert due_date(KNOWN, moment("2024-12-31 07:00"), calendar_days(1)) == moment("2024-12-31 17:00")


def test_seasons_change_the_hours_from_their_first_day() -> None:
    summer_day = (Opening(time(6, 30), time(11)), Opening(time(13, 30), time(17)))
    calendar = calendar_of(
        declaration(
            2024,
            seasons=(
                Season(date(2024, 1, 1), date(2024, 5, 14), USUAL_WEEK),
                Season(date(2024, 5, 15), date(2024, 12, 31), (summer_day,) * 5 + ((), ())),
            ),
        )
    )
    # Wednesday 15 May opens at 06:30 and closes for lunch at 11:00.
    assert calendar.normalise(moment("Tue 17:00")) == moment("Wed 06:30")
    assert due_date(calendar, moment("Tue 16:00"), hours(2)) == moment("Wed 07:30")
    assert due_date(calendar, moment("Mon 10:00"), working_days(2)) == moment("Wed 10:00")
    # A clock time that is closed on the last day: the closing before it.
    assert due_date(calendar, moment("Mon 11:15"), working_days(2)) == moment("Wed 11:00")
    # 07:00 was the opening on Monday and is half an hour into Wednesday.
    assert due_date(calendar, moment("Mon 07:00"), working_days(2)) == moment("Wed 07:00")


def test_calendar_days_that_end_before_the_opening_of_a_later_season() -> None:
    late_day = (Opening(time(8), time(12)), Opening(time(13), time(17)))
    calendar = calendar_of(
        declaration(
            2024,
            seasons=(
                Season(date(2024, 1, 1), date(2024, 5, 14), USUAL_WEEK),
                Season(date(2024, 5, 15), date(2024, 12, 31), (late_day,) * 5 + ((), ())),
            ),
        )
    )
    # 07:30 is open on Monday. On Thursday work has not begun, so Wednesday's closing ends it.
    assert due_date(calendar, moment("Mon 07:30"), calendar_days(3)) == moment("Wed 17:00")
    # On Monday of the next week it has not begun either, but the day before is a Sunday: forward, not back to Friday.
    assert due_date(calendar, moment("Mon 07:30"), calendar_days(7)) == moment("Mon 08:00", week=1)


def test_a_start_before_the_first_opening_of_all() -> None:
    # 1 and 2 January 2022 are a weekend: nothing has been worked yet.
    start = moment("2022-01-01 05:00")
    assert due_date(KNOWN, start, hours(9)) == moment("2022-01-04 08:00")
    assert KNOWN.working_time(start, moment("2022-01-03 07:00")) == timedelta(0)


def test_an_agencys_own_hours_and_days_come_before_everybodys() -> None:
    mornings = ((Opening(time(8), time(12)),),) * 6 + ((),)
    declared = declaration(
        2024,
        seasons=(
            Season(date(2024, 1, 1), date(2024, 12, 31), USUAL_WEEK),
            Season(date(2024, 5, 1), date(2024, 5, 31), mornings, agency="H99.10"),
        ),
        rest=(*days("2024-05-16", "2024-05-16"), RestDay(date(2024, 5, 17), "local", agency="H99.10")),
        made_up=(MakeUpDay(date(2024, 5, 19), date(2024, 5, 17), agency="H99.10"),),
    )
    everybody, own = calendar_of(declared), calendar_of(declared, agency="H99.10")
    assert calendar_of(declared, agency="H99.11").spans == everybody.spans
    assert everybody.normalise(moment("Mon 07:10")) == moment("Mon 07:10")
    assert own.normalise(moment("Mon 07:10")) == moment("Mon 08:00")
    # Outside its own season it works as everybody does.
    assert own.normalise(moment("2024-04-30 07:10")) == moment("2024-04-30 07:10")

    def workdays(calendar: Calendar) -> list[datetime]:
        return [due_date(calendar, moment("Wed 09:00"), working_days(number)) for number in (1, 2, 3)]

    # Thursday rests for all. Here Friday does too, and Saturday is worked as always, Sunday instead of Friday.
    assert workdays(everybody) == [moment("Fri 09:00"), moment("Mon 09:00", week=1), moment("Tue 09:00", week=1)]
    assert workdays(own) == [moment("Sat 09:00"), moment("Sun 09:00"), moment("Mon 09:00", week=1)]
