"""A column of due dates is the due date of each row, and goes wrong where that does."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.domain.working_time.calendar import Calendar, calendar_of
from services.domain.working_time.columns import due_column
from services.domain.working_time.due import due_date
from services.domain.working_time.limits import Limit
from services.domain.working_time.span import YearMissing
from tests.unit.domain.working_time.calendars import PLAIN, declaration, moment
from tests.unit.domain.working_time.drawn import any_calendar, limits, moments, thorough

Row = tuple[datetime | None, Limit | None]


def column(calendar: Calendar, *rows: Row, skip_holidays: bool = False) -> list[datetime | None]:
    return due_column(
        calendar,
        starts=pl.Series([start for start, _ in rows], dtype=pl.Datetime("us", "UTC")),
        values=pl.Series([limit and limit.value for _, limit in rows], dtype=pl.Int32),
        units=pl.Series([limit and limit.unit for _, limit in rows], dtype=pl.String),
        skip_holidays=skip_holidays,
    ).to_list()


@given(any_calendar(), st.lists(st.tuples(moments(), limits), max_size=40), st.booleans())
@thorough
def test_each_row_is_what_it_is_alone(
    calendar: Calendar, rows: list[tuple[datetime, Limit]], skip_holidays: bool
) -> None:
    alone = [due_date(calendar, start, limit, skip_holidays=skip_holidays) for start, limit in rows]
    assert column(calendar, *rows, skip_holidays=skip_holidays) == alone


def test_what_is_not_known_stays_unknown() -> None:
    start, limit = moment("Mon 09:00"), Limit(3, "working_day")
    assert column(PLAIN, (None, limit), (start, None), (start, limit)) == [None, None, moment("Thu 09:00")]
    assert column(PLAIN) == []


def test_years_apart_are_reckoned_each_on_its_own() -> None:
    calendar = calendar_of(declaration(2022, 2024))
    # Also from before the first opening of all: 1 January 2022 is a Saturday.
    begin = moment("2022-01-01 05:00")
    assert column(calendar, (begin, Limit(9, "hour"))) == [moment("2022-01-04 08:00")]
    rows = [(moment(f"{year}-03-01 09:00"), Limit(2, unit)) for year in (2024, 2022) for unit in ("hour", "month")]
    assert column(calendar, *rows) == [due_date(calendar, start, limit) for start, limit in rows]


@pytest.mark.parametrize(
    ("start", "limit", "year"),
    [
        ("2024-12-30 16:00", Limit(20, "hour"), 2025),
        ("2024-12-30 16:00", Limit(5, "working_day"), 2025),
        ("2024-12-30 16:00", Limit(5, "calendar_day"), 2025),
        ("2024-12-30 16:00", Limit(5, "month"), 2025),
        ("2024-12-30 16:00", Limit(2**31 - 1, "hour"), 2025),
        ("2024-12-30 16:00", Limit(2**31 - 1, "working_day"), 2025),
        ("2024-12-30 16:00", Limit(2**31 - 1, "calendar_day"), 2025),
        ("2024-12-30 16:00", Limit(2**31 - 1, "month"), 2025),
        ("2024-12-31 18:00", Limit(1, "working_day"), 2025),
        ("2023-12-31 18:00", Limit(1, "hour"), 2023),
    ],
)
def test_a_year_that_is_missing_for_one_row_is_named(start: str, limit: Limit, year: int) -> None:
    fine = (moment("Mon 09:00"), limit if limit.value < 100 else Limit(1, "hour"))
    for skip_holidays in (False, True):
        with pytest.raises(YearMissing) as missing:
            column(calendar_of(declaration(2024)), fine, (moment(start), limit), skip_holidays=skip_holidays)
        assert missing.value.year == year


@pytest.mark.parametrize(
    ("starts", "values", "units", "told"),
    [
        (pl.Series([datetime(2024, 5, 13, 9)]), [1], ["hour"], "moments with a zone"),  # noqa: DTZ001 - that is the mistake
        (None, [1.5], ["hour"], "whole numbers, not .*Float64"),
        (None, [0], ["month"], "at least 1 month, not 0"),
        (None, [3], ["week"], "3 week: there is no such unit; it is one of hour, working_day, calendar_day, month"),
    ],
)
def test_columns_that_are_something_else_are_refused(
    starts: pl.Series | None, values: list[float], units: list[str], told: str
) -> None:
    given_starts = pl.Series([datetime(2024, 5, 13, 2, tzinfo=UTC)]) if starts is None else starts
    with pytest.raises(ValueError, match=told):
        due_column(PLAIN, starts=given_starts, values=pl.Series(values), units=pl.Series(units))


def test_starts_of_any_resolution() -> None:
    starts = pl.Series([moment("Mon 09:00"), moment("Mon 09:00") + timedelta(milliseconds=5)])
    for resolution in ("ms", "us", "ns"):
        due = due_column(
            PLAIN,
            starts=starts.cast(pl.Datetime(resolution, "Asia/Ho_Chi_Minh")),
            values=pl.Series([3, 3]),
            units=pl.Series(["working_day"] * 2),
        )
        assert due.to_list() == [moment("Thu 09:00"), moment("Thu 09:00") + timedelta(milliseconds=5)]
