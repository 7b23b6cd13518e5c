"""Moments and amounts of time as whole numbers, so that sums are exact and bisection is cheap."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Final

SECOND: Final = 1_000_000
"""Whole microseconds: what goes in comes out to the last digit a moment can have."""
HOUR: Final = 3600 * SECOND
DAY: Final = 24 * HOUR

_EPOCH: Final = date(1970, 1, 1).toordinal()


def day_number(day: date) -> int:
    """Days since 1 January 1970."""
    return day.toordinal() - _EPOCH


def date_of(number: int) -> date:
    """The day of a number that `day_number` gave."""
    return date.fromordinal(number + _EPOCH)


def clock_of(at: time | datetime) -> int:
    """Since midnight."""
    return ((at.hour * 60 + at.minute) * 60 + at.second) * SECOND + at.microsecond
