"""Turns declarations into spans: every day of the declared years is looked at here, once, and never again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from itertools import accumulate, pairwise

from services.domain.working_time.declarations import CalendarDeclaration, Opening, Season, Week
from services.domain.working_time.span import Span
from services.domain.working_time.units import DAY, clock_of, day_number

Openings = tuple[Opening, ...]


def spans_of(declared: CalendarDeclaration, agency: str | None) -> tuple[Span, ...]:
    """The declared years as that agency works, those on end together, in order."""
    mine = {None, agency}
    holidays = {one.day for one in declared.rest_days if one.agency in mine}
    stands_in = {one.day: one.in_place_of for one in declared.make_up_days if one.agency in mine}
    weeks = _weeks(declared.seasons, agency)
    spans = []
    for first, last in _on_end(declared.years):
        openings = [
            (day, () if day in holidays else weeks[day][stands_in.get(day, day).weekday()])
            for day in _days(first, last)
        ]
        spans.append(_span(declared, openings, holidays))
    return tuple(spans)


def _weeks(seasons: Iterable[Season], agency: str | None) -> Mapping[date, Week]:
    """The week each day belongs to; an agency's own seasons are laid over everybody's."""
    weeks: dict[date, Week] = {}
    for whose in dict.fromkeys((None, agency)):
        for season in seasons:
            if season.agency == whose:
                weeks.update(dict.fromkeys(_days(season.first, season.last), season.week))
    return weeks


def _span(declared: CalendarDeclaration, openings: list[tuple[date, Openings]], holidays: set[date]) -> Span:
    first = day_number(openings[0][0])
    opens: list[int] = []
    closes: list[int] = []
    begins: list[int] = []
    next_of: list[int] = []
    counted: list[int] = []
    counted_by: list[int] = []
    for number, (day, open_) in enumerate(openings, first):
        next_of.append(len(begins))
        counted_by.append(len(counted))
        if day not in holidays:
            counted.append(number)
        if open_:
            begins.append(number * DAY + clock_of(open_[0].opens))
            opens += [number * DAY + clock_of(opening.opens) for opening in open_]
            closes += [number * DAY + clock_of(opening.closes) for opening in open_]
    return Span(
        calendar=declared.name,
        version=declared.version,
        first=first,
        stop=first + len(openings),
        opens=tuple(opens),
        closes=tuple(closes),
        done=tuple(accumulate((end - begin for begin, end in zip(opens, closes, strict=True)), initial=0)),
        begins=tuple(begins),
        next_of=tuple(next_of),
        counted=tuple(counted),
        counted_by=tuple(counted_by),
    )


def _on_end(years: Iterable[int]) -> list[tuple[date, date]]:
    """First and last days of the runs of years without a gap."""
    ordered = sorted(years)
    gaps = [(one, other) for one, other in pairwise(ordered) if other != one + 1]
    begins = [ordered[0], *(other for _, other in gaps)]
    ends = [*(one for one, _ in gaps), ordered[-1]]
    return [(date(begin, 1, 1), date(end, 12, 31)) for begin, end in zip(begins, ends, strict=True)]


def _days(first: date, last: date) -> Iterable[date]:
    return (first + timedelta(days=number) for number in range((last - first).days + 1))
