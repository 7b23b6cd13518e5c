"""Finds what contradicts itself in a declared calendar, before a single due date rests on it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from services.domain.working_time.declarations import WEEKDAYS, CalendarDeclaration, MakeUpDay, RestDay, Season, Week

_YEAR_MIN: Final = 1990
_YEAR_MAX: Final = 2200


class CalendarInvalid(ValueError):
    """The calendar contradicts itself or leaves something open; `problems` has one sentence each."""

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(self.problems))


def require_sound(declared: CalendarDeclaration) -> None:
    """Raise CalendarInvalid unless every day of every declared year has exactly one meaning, for every agency."""
    found = tuple(problems(declared))
    if found:
        raise CalendarInvalid(found)


def problems(declared: CalendarDeclaration) -> Iterator[str]:
    """Each mistake as a sentence that begins with its place; numbers count from 1."""
    years = list(_years(declared.years))
    yield from years
    yield from _seasons(declared)
    yield from _days(declared)
    if not years:
        yield from _zone(declared.zone, declared.years)
        yield from _uncovered(declared)


def _years(years: tuple[int, ...]) -> Iterator[str]:
    if not years:
        yield "years: none is declared; name each year whose rest days are all here"
    for year in sorted({each for each in years if years.count(each) > 1}):
        yield f"years: {year} is named twice"
    for year in years:
        if not _YEAR_MIN <= year <= _YEAR_MAX:
            yield f"years: {year} is not a year from {_YEAR_MIN} to {_YEAR_MAX}"


def _zone(name: str, years: tuple[int, ...]) -> Iterator[str]:
    try:
        zone = ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        yield f"zone: there is no time zone {name!r}; in Vietnam it is 'Asia/Ho_Chi_Minh'"
        return
    # Same clock time, n days later must be the same distance everywhere: a zone that moves its clocks has no such rule.
    begin, stop = datetime(min(years), 1, 1, tzinfo=UTC), datetime(max(years) + 1, 1, 1, tzinfo=UTC)
    offsets = {(begin + timedelta(days=n)).astimezone(zone).utcoffset() for n in range((stop - begin).days + 1)}
    if len(offsets) > 1:
        yield f"zone: {name} moves its clocks between {min(years)} and {max(years)}; a calendar needs one offset"


def _seasons(declared: CalendarDeclaration) -> Iterator[str]:
    years = set(declared.years)
    by_agency: dict[str | None, list[tuple[Season, int]]] = {}
    for number, season in enumerate(declared.seasons, 1):
        place = f"seasons[{number}]"
        by_agency.setdefault(season.agency, []).append((season, number))
        yield from _week(place, season.week)
        for name, day in (("first", season.first), ("last", season.last)):
            yield from _in_years(f"{place}.{name}", day, years)
        if season.last < season.first:
            yield f"{place}: ends on {season.last}, before it begins on {season.first}"
    for agency, seasons in by_agency.items():
        whose = f" of agency {agency}" if agency else ""
        ordered = sorted(seasons, key=lambda each: (each[0].first, each[0].last))
        for (earlier, one), (later, other) in pairwise(ordered):
            if later.first <= earlier.last:
                yield (
                    f"seasons[{other}]{whose}: begins on {later.first}, but seasons[{one}] lasts until {earlier.last};"
                    " a day has the hours of one season"
                )


def _week(place: str, week: Week) -> Iterator[str]:
    if len(week) != len(WEEKDAYS):
        yield f"{place}.week: has {len(week)} days, not seven"
        return
    if not any(week):
        yield f"{place}.week: no day is worked"
    for name, openings in zip(WEEKDAYS, week, strict=True):
        for opening in openings:
            if opening.closes <= opening.opens:
                yield f"{place}.{name}: {_clock(opening.opens)}-{_clock(opening.closes)} ends before it begins"
        for earlier, later in pairwise(openings):
            # Two that touch would put a boundary into the middle of open time.
            if later.opens <= earlier.closes:
                yield (
                    f"{place}.{name}: opens at {_clock(later.opens)}, but is open until {_clock(earlier.closes)};"
                    " name openings in order, with a break between them"
                )


def _days(declared: CalendarDeclaration) -> Iterator[str]:
    years = set(declared.years)
    rest: dict[tuple[date, str | None], int] = {}
    for number, one in enumerate(declared.rest_days, 1):
        place = f"rest_days[{number}]"
        yield from _in_years(f"{place}.day", one.day, years)
        first = rest.setdefault((one.day, one.agency), number)
        if first != number:
            yield f"{place}.day: {one.day} is already rest_days[{first}]"
    made: dict[tuple[date, str | None], int] = {}
    for number, each in enumerate(declared.make_up_days, 1):
        place = f"make_up_days[{number}]"
        yield from _in_years(f"{place}.day", each.day, years)
        first = made.setdefault((each.day, each.agency), number)
        if first != number:
            yield f"{place}.day: {each.day} is already make_up_days[{first}]"
        yield from _make_up(place, each, declared)


def _make_up(place: str, each: MakeUpDay, declared: CalendarDeclaration) -> Iterator[str]:
    resting = [one for one in declared.rest_days if _may_meet(one, each)]
    if any(one.day == each.day for one in resting):
        yield f"{place}.day: {each.day} is also a rest day; it cannot be both"
    if not any(one.day == each.in_place_of for one in resting):
        yield f"{place}.in_place_of: {each.in_place_of} is not among the rest days"
    for week in _weeks_on(each.day, each.agency, declared.seasons):
        if len(week) != len(WEEKDAYS):
            return
        if week[each.day.weekday()]:
            yield f"{place}.day: {each.day} is a {WEEKDAYS[each.day.weekday()]}, which is worked anyway"
        if not week[each.in_place_of.weekday()]:
            yield (
                f"{place}.in_place_of: {each.in_place_of} is a {WEEKDAYS[each.in_place_of.weekday()]},"
                " which is not worked; the hours of the make-up day are then not known"
            )


def _may_meet(one: RestDay, each: MakeUpDay) -> bool:
    return one.agency is None or each.agency is None or one.agency == each.agency


def _weeks_on(day: date, agency: str | None, seasons: tuple[Season, ...]) -> list[Week]:
    """The weeks the day may fall into: the agency's own, else everybody's; for everybody, that of the tenant."""
    on = [season for season in seasons if season.first <= day <= season.last]
    own = [season.week for season in on if season.agency == agency]
    return own or [season.week for season in on if season.agency is None]


def _uncovered(declared: CalendarDeclaration) -> Iterator[str]:
    common = sorted((season.first, season.last) for season in declared.seasons if season.agency is None)
    for year in sorted(declared.years):
        day = date(year, 1, 1)
        end = date(year + 1, 1, 1)
        for first, last in common:
            if first <= day <= last:
                day = min(last, end - timedelta(days=1)) + timedelta(days=1)
        if day < end:
            yield f"seasons: none for everybody covers {day}, though {year} is declared"


def _in_years(place: str, day: date, years: set[int]) -> Iterator[str]:
    if years and day.year not in years:
        yield f"{place}: {day} is not in a declared year ({', '.join(map(str, sorted(years)))})"


def _clock(at: time) -> str:
    return at.isoformat("minutes")
