"""The due date (ngày hẹn trả) that follows from a start and a limit; each unit counts in its own way.

A start outside working time is first moved to the opening it waits for (`Calendar.normalise`).
"""

from __future__ import annotations

from calendar import monthrange
from datetime import date, datetime
from typing import Final

from services.domain.working_time.calendar import Calendar
from services.domain.working_time.limits import Limit
from services.domain.working_time.span import Span
from services.domain.working_time.units import DAY, HOUR, date_of, day_number

RULES: Final = 1
"""Version of the rules in this package. A changed rule gets another number, and dates reckoned before keep theirs."""


def due_date(calendar: Calendar, start: datetime, limit: Limit, *, skip_holidays: bool = False) -> datetime:
    """When what started then is due.

    - Hours are used up by open time only.
    - Working days end at the same clock time so many working days later; where that time is closed, at the closing
      before it.
    - Calendar days end at the same clock time so many days later, months at that of the same day of the month, or with
      the last day of a month that has no such day. What began at the opening of a day ends with the day before. An end
      on a rest day moves forward to the next opening, and this one is said as the opening: said as a closing it would
      have moved back.
    - `skip_holidays`: holidays do not count as calendar days either (some provinces); weekends always do.

    Never decreases when the start or the limit grows.

    Raises:
        YearMissing: a day of an undeclared year would have to be known.
    """
    local = calendar.local(start)
    return calendar.moment(_due(calendar.span(local), local, limit, skip_holidays=skip_holidays))


def _due(span: Span, start: int, limit: Limit, *, skip_holidays: bool) -> int:
    match limit.unit:
        case "hour":
            return span.worked_off(span.worked(start) + limit.value * HOUR)
        case "working_day":
            return _after_workdays(span, span.next_open(start), limit.value)
        case "calendar_day":
            return _after_days(span, span.next_open(start), limit.value, skip_holidays=skip_holidays)
        case "month":
            return _after_months(span, span.next_open(start), limit.value)


def _after_workdays(span: Span, begun: int, days: int) -> int:
    day, clock = divmod(begun, DAY)
    return span.last_open(span.begin(span.workday(day) + days) // DAY * DAY + clock)


def _after_days(span: Span, begun: int, days: int, *, skip_holidays: bool) -> int:
    day, clock = divmod(begun, DAY)
    # A day that is begun at its opening is used up whole: n days of it end with the (n-1)th day after it.
    if begun == span.begin(span.workday(day)):
        days, clock = days - 1, DAY
    return _forward(span, (span.later_counted(day, days) if skip_holidays else day + days) * DAY + clock)


def _after_months(span: Span, begun: int, months: int) -> int:
    day, clock = divmod(begun, DAY)
    first = date_of(day)
    years, month = divmod(first.month - 1 + months, 12)
    year, month = first.year + years, month + 1
    if year > date_of(span.stop).year:
        raise span.after()
    last = monthrange(year, month)[1]
    end = day_number(date(year, month, min(first.day, last)))
    if first.day > last:
        clock = DAY
    elif begun == span.begin(span.workday(day)):
        clock = 0
    return _forward(span, end * DAY + clock)


def _forward(span: Span, end: int) -> int:
    """An end that falls on a rest day, or before work begins after one, moves to the next opening."""
    # Midnight is the end of a day, not the beginning of the next.
    day = (end - 1) // DAY
    begin = span.begin(span.workday(day))
    if begin // DAY == day and (end > begin or span.is_worked(day - 1)):
        return span.last_open(end)
    return begin
