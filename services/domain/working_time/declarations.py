"""What is said of working time, as data: hours by season, rest days and the working days that make up for them.

Nothing here is computed from the moon or guessed from the year before: an official table says it, year by year.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, time
from typing import Final, Literal, get_args

from services.domain.zones import VIETNAM

Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
WEEKDAYS: Final[tuple[Weekday, ...]] = get_args(Weekday)
"""In the order of `date.weekday()`."""


@dataclass(frozen=True, slots=True)
class Opening:
    """An office is open from `opens` until just before `closes`, on one day, in local time."""

    opens: time
    closes: time


Week = tuple[tuple[Opening, ...], ...]
"""The openings of each day from Monday to Sunday, in order; empty: a weekly rest day."""


@dataclass(frozen=True, slots=True)
class Season:
    """The weekly hours from `first` to `last`, both included; those of an `agency` come before everybody's."""

    first: date
    last: date
    week: Week
    agency: str | None = None


@dataclass(frozen=True, slots=True)
class RestDay:
    """Ngày nghỉ lễ, nghỉ bù, nghỉ hoán đổi: a day without work whatever the week says."""

    day: date
    name: str
    agency: str | None = None


@dataclass(frozen=True, slots=True)
class MakeUpDay:
    """Ngày làm bù: a weekly rest day that is worked, with the hours of the weekday it stands in for."""

    day: date
    in_place_of: date
    """The rest day it makes up for."""
    agency: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarDeclaration:
    """One version of a tenant's calendar. `years`: those it knows completely; of any other it says nothing."""

    name: str
    version: str
    years: tuple[int, ...]
    seasons: tuple[Season, ...]
    rest_days: tuple[RestDay, ...] = ()
    make_up_days: tuple[MakeUpDay, ...] = ()
    zone: str = VIETNAM
