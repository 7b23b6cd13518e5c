"""Due dates of whole columns at once, for reports that reckon a limit again for every dossier of a country.

The rules of `due.due_date`, step by step on columns; a property test holds the two equal, and a row that has no due
date is handed to `due_date` to say why.
"""

from __future__ import annotations

from functools import reduce
from operator import or_
from typing import Final, Literal

import polars as pl

from services.domain.working_time.calendar import Calendar
from services.domain.working_time.due import due_date
from services.domain.working_time.limits import UNITS, Limit, Unit
from services.domain.working_time.span import Span
from services.domain.working_time.units import DAY, HOUR

_ENOUGH: Final = 2_500_000
"""More hours, days or months than any calendar has, and few enough that no sum overflows."""


def due_column(
    calendar: Calendar, *, starts: pl.Series, values: pl.Series, units: pl.Series, skip_holidays: bool = False
) -> pl.Series:
    """When each row is due, in the calendar's zone; null where its start, its limit's value or its unit is.

    Shapes: three columns of one length, moments with a zone, whole numbers, and names of `Unit`.

    Raises:
        ValueError: the columns are not that, or a limit is less than one unit.
        YearMissing: a day of an undeclared year would have to be known, for at least one row.
    """
    if not isinstance(starts.dtype, pl.Datetime) or starts.dtype.time_zone is None or not values.dtype.is_integer():
        raise ValueError(f"starts are moments with a zone and values whole numbers, not {starts.dtype}, {values.dtype}")
    asked = pl.DataFrame(
        {"start": starts.dt.cast_time_unit("us"), "value": values.cast(pl.Int64), "unit": units.cast(pl.String)}
    ).with_row_index("row")
    rows = asked.drop_nulls().with_columns(local=pl.col("start").dt.epoch("us") + calendar.offset)
    _require_limits(rows)
    inside = [pl.col("local").is_between(span.first * DAY, span.stop * DAY, closed="left") for span in calendar.spans]
    _require_none(calendar, rows.filter(~reduce(or_, inside)), skip_holidays=skip_holidays)
    found = [
        _due_rows(calendar, span, part, unit, skip_holidays=skip_holidays)
        for span, in_span in zip(calendar.spans, inside, strict=True)
        for unit in UNITS
        for part in [rows.filter(in_span & (pl.col("unit") == unit))]
    ]
    due = asked.select("row").join(pl.concat(found), on="row", how="left", maintain_order="left")["due"]
    return due.cast(pl.Datetime("us", "UTC")).dt.convert_time_zone(calendar.zone.key)


def _require_limits(rows: pl.DataFrame) -> None:
    for value, unit in rows.filter(~pl.col("unit").is_in(UNITS)).head(1).select("value", "unit").rows():
        raise ValueError(f"{value} {unit}: there is no such unit; it is one of {', '.join(UNITS)}")
    for value, unit in rows.filter(pl.col("value") < 1).head(1).select("value", "unit").rows():
        Limit(value, unit)


def _require_none(calendar: Calendar, rows: pl.DataFrame, *, skip_holidays: bool) -> None:
    """Let `due_date` say what is wrong with the first of rows that have no due date."""
    for start, value, unit in rows.head(1).select("start", "value", "unit").rows():
        due = due_date(calendar, start, Limit(value, unit), skip_holidays=skip_holidays)
        raise AssertionError(f"{start} + {value} {unit} is due {due}, but not in a column")


def _due_rows(calendar: Calendar, span: Span, rows: pl.DataFrame, unit: Unit, *, skip_holidays: bool) -> pl.DataFrame:
    value = rows["value"].clip(upper_bound=_ENOUGH)
    due = _due(_Columns(span), rows["local"], value, unit, skip_holidays=skip_holidays)
    _require_none(calendar, rows.filter(due.is_null()), skip_holidays=skip_holidays)
    return rows.select("row", due=due - calendar.offset)


def _due(columns: _Columns, start: pl.Series, value: pl.Series, unit: Unit, *, skip_holidays: bool) -> pl.Series:
    match unit:
        case "hour":
            return columns.worked_off(columns.worked(start) + value * HOUR)
        case "working_day":
            return _after_workdays(columns, columns.next_open(start), value)
        case "calendar_day":
            return _after_days(columns, columns.next_open(start), value, skip_holidays=skip_holidays)
        case "month":
            return _after_months(columns, columns.next_open(start), value)


def _after_workdays(columns: _Columns, begun: pl.Series, days: pl.Series) -> pl.Series:
    begins = columns.begin(columns.workday(begun // DAY) + days)
    return columns.last_open(begins // DAY * DAY + begun % DAY)


def _after_days(columns: _Columns, begun: pl.Series, days: pl.Series, *, skip_holidays: bool) -> pl.Series:
    day = begun // DAY
    at_opening = columns.begin(columns.workday(day)) == begun
    days = days - at_opening.cast(pl.Int64)
    end = columns.later_counted(day, days) if skip_holidays else day + days
    return columns.forward(end * DAY + _either(at_opening, pl.repeat(DAY, len(day), eager=True), begun % DAY))


def _after_months(columns: _Columns, begun: pl.Series, months: pl.Series) -> pl.Series:
    day = begun // DAY
    first = pl.col("first")
    month = first.dt.year().cast(pl.Int64) * 12 + first.dt.month() - 1 + pl.col("months")
    turns = pl.date(month // 12, month % 12 + 1, 1)
    last = turns.dt.month_end().dt.day()
    whole = first.dt.day() > last
    ends = turns.cast(pl.Int64) + pl.min_horizontal(first.dt.day(), last).cast(pl.Int64) - 1
    clock = pl.when(whole).then(DAY).when(pl.col("at_opening")).then(0).otherwise(pl.col("clock"))
    begins = {
        "first": day.cast(pl.Int32).cast(pl.Date),
        "months": months,
        "at_opening": columns.begin(columns.workday(day)) == begun,
        "clock": begun % DAY,
    }
    return columns.forward(pl.DataFrame(begins).select(ends * DAY + clock).to_series())


class _Columns:
    """A span as columns: each method is that of the same name in `Span`, and null where that raises."""

    def __init__(self, span: Span) -> None:
        self._first = span.first
        self._opens = pl.Series(span.opens)
        self._closes = pl.Series(span.closes)
        self._done = pl.Series(span.done)
        self._begins = pl.Series(span.begins)
        self._next_of = pl.Series(span.next_of)
        self._counted = pl.Series(span.counted)
        self._counted_by = pl.Series(span.counted_by)

    def worked(self, moment: pl.Series) -> pl.Series:
        at = (_search(self._opens, moment, "right") - 1).clip(0)
        worked = _lesser(moment, _take(self._closes, at)) - _take(self._opens, at)
        return _take(self._done, at) + worked.clip(0)

    def worked_off(self, work: pl.Series) -> pl.Series:
        at = _search(self._done, work, "left") - 1
        return _take(self._opens, at) + work - _take(self._done, at)

    def next_open(self, moment: pl.Series) -> pl.Series:
        opens = _take(self._opens, _search(self._closes, moment, "right"))
        return _either(opens < moment, moment, opens)

    def last_open(self, moment: pl.Series) -> pl.Series:
        return _lesser(moment, _take(self._closes, _search(self._opens, moment, "left") - 1))

    def workday(self, day: pl.Series) -> pl.Series:
        return _take(self._next_of, day - self._first)

    def begin(self, workday: pl.Series) -> pl.Series:
        return _take(self._begins, workday)

    def later_counted(self, day: pl.Series, days: pl.Series) -> pl.Series:
        return _take(self._counted, _take(self._counted_by, day - self._first) + days)

    def forward(self, end: pl.Series) -> pl.Series:
        """`due._forward`."""
        day = (end - 1) // DAY
        begin = self.begin(self.workday(day))
        after_work = self.begin(self.workday(day - 1)) // DAY == day - 1
        return _either((begin // DAY == day) & ((end > begin) | after_work), self.last_open(end), begin)


def _search(edges: pl.Series, moments: pl.Series, side: Literal["left", "right"]) -> pl.Series:
    # What is null is searched for as if it came first.
    return edges.search_sorted(moments, side).cast(pl.Int64).set(moments.is_null(), None)


def _take(values: pl.Series, places: pl.Series) -> pl.Series:
    # A negative place would count from the end.
    return values.gather(places.set(places < 0, None), null_on_oob=True)


def _either(first: pl.Series, one: pl.Series, other: pl.Series) -> pl.Series:
    """`one` where `first`, else `other`; so also where it is not known."""
    return one.zip_with(first, other)


def _lesser(one: pl.Series, other: pl.Series) -> pl.Series:
    return _either(one < other, one, other)
