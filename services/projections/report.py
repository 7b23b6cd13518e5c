"""Makes a report: reads its cases, counts them by its definition, and puts both into a document."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime
from typing import Any, Final, cast
from zoneinfo import ZoneInfo

import polars as pl

from services.domain.periods import months_of, period_of
from services.domain.reference import Reference
from services.domain.statistics.cases import PAPER_COLUMNS, with_later_ones
from services.domain.statistics.count import Counted, Part, columns_of, part_of, total_of
from services.domain.statistics.definition import Definition, Dimension, Question
from services.domain.statistics.document import Request, report
from services.domain.statistics.heirs import claims_on, not_known
from services.domain.statistics.places import PLACED_BY, place, places_of
from services.domain.statistics.question import question_of
from services.domain.statistics.seats import SEATED_BY, Unseated, seat, summed
from services.domain.statistics.submitted import given_by
from services.domain.working_time.calendar import Calendar
from services.domain.working_time.of_report import calendars_of
from services.projections import dossier_papers, dossier_segments
from services.projections.cases import Cases, CasesQuery

READ_MODELS: Final = (dossier_segments.NAME, dossier_papers.NAME)
"""What must show a position before a report can be made as of it."""

Days = tuple[date, date]
"""The first and the last local day of a period, both within it."""


async def make_report(
    cases: Cases, definition: Definition, request: Request, *, reference: Reference, as_of: datetime | None = None
) -> dict[str, Any]:
    """The document of a report. Raises ReadModelsUnavailable, YearMissing."""
    whole = (request.first, request.last)
    by = cast("tuple[Dimension, ...]", tuple(name for name in request.by if name != "month"))
    monthly = "month" in request.by
    counted, unseated = await _counted(cases, definition, request, whole, () if monthly else by, reference)
    months = []
    for days in months_of(*whole) if monthly else ():
        month, _ = await _counted(cases, definition, request, days, by, reference)
        months.append((f"{days[0]:%Y-%m}", month))
    return report(
        definition,
        request,
        counted,
        period=period_of(*whole, ZoneInfo(request.zone)),
        reference={part: reference.digests[part] for part in _rests_on(definition, request)},
        unseated=unseated,
        as_of=as_of,
        months=months,
    )


def looks_at_limits(definition: Definition, request: Request) -> bool:
    """Whether a working-time calendar bears on the figures."""
    question = question_of(definition, request, (request.first, request.last))
    return "law_due_at" in columns_of(definition, question)


def _rests_on(definition: Definition, request: Request) -> Iterator[str]:
    yield from ("agencies", "procedures")
    if any(cell.given is not None for cell in definition.cells):
        yield "figures"
    if request.calendar is not None:
        yield "calendars"


async def cases_in_place(
    cases: Cases,
    question: Question,
    request: Request,
    reference: Reference,
    take: Callable[[pl.DataFrame, tuple[Unseated, ...]], None],
    *,
    last: date,
    columns: frozenset[str],
) -> None:
    """Give `take` the cases of every agency with their places, some at a time, each time with those that have no place.

    Every way to count the days of the question, `last` the last of them, that looks at `columns` alone can be counted
    on them. Raises ReadModelsUnavailable.
    """
    places = places_of(reference.catalogue, on=last, calendars=_calendars(request, reference))
    latest = any(name.startswith("now_") for name in columns)

    def put_in_place(some: pl.DataFrame) -> None:
        known = with_later_ones(some) if latest else some
        seated, unseated = seat(known, question, reference.agencies, request.mode, last)
        take(place(seated, places, opens=question.opens), unseated)

    await cases.cases(
        CasesQuery(
            tenant=request.tenant,
            position=request.position,
            opens=question.opens,
            closes=question.closes,
            latest=latest,
            papers=not columns.isdisjoint(PAPER_COLUMNS),
            columns=None if latest else columns | SEATED_BY | PLACED_BY | frozenset(request.by),
        ),
        put_in_place,
    )


async def parts_of(
    cases: Cases,
    definition: Definition,
    request: Request,
    days: Days,
    by: tuple[Dimension, ...],
    reference: Reference,
    *,
    also: Callable[[pl.DataFrame, Question], None] | None = None,
) -> tuple[list[Part], tuple[Unseated, ...]]:
    """The cases of these days, counted one by one; and those that have no place. `also` is given the cases too.

    Raises ReadModelsUnavailable.
    """
    question, agency = question_of(definition, request, days), request.agency
    parts: list[Part] = []
    unseated: list[Unseated] = []

    def take(some: pl.DataFrame, without_seat: tuple[Unseated, ...]) -> None:
        meant = some if agency is None else some.filter(pl.col("agency") == agency)
        parts.append(part_of(meant, definition, question, by=by))
        unseated.extend(without_seat)
        if also is not None:
            also(meant, question)

    columns = columns_of(definition, question)
    await cases_in_place(cases, question, request, reference, take, last=days[1], columns=columns)
    return parts, summed(unseated)


def _calendars(request: Request, reference: Reference) -> Mapping[str | None, Calendar]:
    if request.calendar is None:
        return {}
    return calendars_of(reference.calendars[request.calendar], request.calendar[0])


async def _counted(
    cases: Cases,
    definition: Definition,
    request: Request,
    days: Days,
    by: tuple[Dimension, ...],
    reference: Reference,
) -> tuple[Counted, tuple[Unseated, ...]]:
    parts, unseated = await parts_of(cases, definition, request, days, by, reference)
    given = given_by(reference.submitted, first=days[0], last=days[1], agency=request.agency)
    counted = total_of(parts, definition, by=by, lists=request.lists, given=given)
    claims = claims_on(unseated, request.agency)
    return not_known(counted, claims), unseated if request.agency is None else claims
