"""Reads a calendar that an official wrote down as TOML: hours by season, rest days, make-up days, and for which years.

Days are the file's own dates (`2024-05-04`), openings are `"07:00-11:30"`. Each weekday is named in every season,
`[]` where it is not worked: a day that was forgotten must not become a rest day.
"""

from __future__ import annotations

import re
from datetime import date, datetime, time
from typing import Annotated, Any, Final, cast

from pydantic import BeforeValidator, Field

from services.domain.working_time.check import CalendarInvalid, require_sound
from services.domain.working_time.declarations import (
    WEEKDAYS,
    ZONE,
    CalendarDeclaration,
    MakeUpDay,
    Opening,
    RestDay,
    Season,
)
from services.sources.tables import Table, TableError, read_table

_OPENING: Final = re.compile(r"(\d{1,2}:\d\d)\s*[-–]\s*(\d{1,2}:\d\d)")


def calendar_declaration(text: str, *, name: str) -> CalendarDeclaration:
    """What the text declares; it is sound. `name` is what its mistakes are told under, such as the file's path.

    Raises:
        TableError: one line a mistake, with its place and, for a mistyped key, the nearest right one.
    """
    file = read_table(text, _File, name=name)
    declared = CalendarDeclaration(
        name=file.name,
        version=file.version,
        zone=file.zone,
        years=tuple(file.years),
        seasons=tuple(each.season() for each in file.seasons),
        rest_days=tuple(RestDay(each.day, each.name, each.agency) for each in file.rest_days),
        make_up_days=tuple(MakeUpDay(each.day, each.in_place_of, each.agency) for each in file.make_up_days),
    )
    try:
        require_sound(declared)
    except CalendarInvalid as error:
        raise TableError("\n".join(f"{name}: {problem}" for problem in error.problems)) from None
    return declared


def _day(given: Any) -> Any:
    # A date in quotes is a text, and one with a clock time says more than is meant; neither is made into a day.
    if isinstance(given, datetime) or not isinstance(given, date):
        raise ValueError(f"{str(given)!r} is not a date; write it as 2024-05-04, without quotes or a clock time")
    return given


def _opening(given: Any) -> Any:
    found = _OPENING.fullmatch(given.strip()) if isinstance(given, str) else None
    try:
        opens, closes = (time.fromisoformat(part.rjust(5, "0")) for part in cast("re.Match[str]", found).groups())
    except (AttributeError, ValueError):
        raise ValueError(f'{given!r} is not an opening; write it as "07:00-11:30"') from None
    return Opening(opens, closes)


_Day = Annotated[date, BeforeValidator(_day)]
_Openings = tuple[Annotated[Opening, BeforeValidator(_opening)], ...]
_Word = Annotated[str, Field(min_length=1)]


class _Season(Table):
    first: _Day
    last: _Day
    agency: _Word | None = None
    monday: _Openings
    tuesday: _Openings
    wednesday: _Openings
    thursday: _Openings
    friday: _Openings
    saturday: _Openings
    sunday: _Openings

    def season(self) -> Season:
        return Season(self.first, self.last, tuple(getattr(self, weekday) for weekday in WEEKDAYS), self.agency)


class _RestDay(Table):
    day: _Day
    name: _Word
    agency: _Word | None = None


class _MakeUpDay(Table):
    day: _Day
    in_place_of: _Day
    agency: _Word | None = None


class _File(Table):
    name: _Word
    version: _Word
    zone: _Word = ZONE
    years: tuple[Annotated[int, Field(strict=True)], ...]
    seasons: tuple[_Season, ...]
    rest_days: tuple[_RestDay, ...]
    make_up_days: tuple[_MakeUpDay, ...]
