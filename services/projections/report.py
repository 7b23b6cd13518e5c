"""Makes a report: reads its cases, counts them by its definition, and puts both into a document."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection
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
from services.domain.statistics.places import place, places_of
from services.domain.statistics.question import question_of
from services.domain.statistics.seats import Unseated, seat
from services.domain.statistics.submitted import given_by
from services.projections import dossier_papers, dossier_segments
from services.projections.cases import Cases, CasesQuery

READ_MODELS: Final = (dossier_segments.NAME, dossier_papers.NAME)
"""What must show a position before a report can be made as of it."""

Days = tuple[date, date]
"""The first and the last local day of a period, both within it."""


async def make_report(
    cases: Cases, definition: Definition, request: Request, *, reference: Reference, as_of: datetime | None = None
) -> dict[str, Any]:
    """The document of a report. Raises ReadModelsUnavailable."""
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
        reference={part: reference.digests[part] for part in _rests_on(definition)},
        unseated=unseated,
        as_of=as_of,
        months=months,
    )


def _rests_on(definition: Definition) -> tuple[str, ...]:
    compares = any(cell.given is not None for cell in definition.cells)
    return ("agencies", "procedures", "figures") if compares else ("agencies", "procedures")


async def cases_of_days(
    cases: Cases,
    definition: Definition,
    request: Request,
    days: Days,
    reference: Reference,
    take: Callable[[pl.DataFrame, tuple[Unseated, ...]], None],
) -> None:
    """Give `take` the cases of these days with their places, some at a time, each time with those that have no place.

    Raises ReadModelsUnavailable.
    """
    question = question_of(definition, request, days)
    agency = request.agency

    def keep(some: pl.DataFrame, unseated: tuple[Unseated, ...]) -> None:
        take(some if agency is None else some.filter(pl.col("agency") == agency), unseated)

    await cases_in_place(
        cases, question, request, reference, keep, last=days[1], columns=columns_of(definition, question)
    )


async def cases_in_place(
    cases: Cases,
    question: Question,
    request: Request,
    reference: Reference,
    take: Callable[[pl.DataFrame, tuple[Unseated, ...]], None],
    *,
    last: date,
    columns: Collection[str],
) -> None:
    """The same of every agency, for any ways to count the days of a question, `last` the last of them, together.

    `columns`: what they look at. Raises ReadModelsUnavailable.
    """
    places = places_of(reference.catalogue, on=last)
    latest = any(name.startswith("now_") for name in columns)

    def put_in_place(some: pl.DataFrame) -> None:
        known = with_later_ones(some) if latest else some
        seated, unseated = seat(known, question, reference.agencies, request.mode, last)
        take(place(seated, places), unseated)

    await cases.cases(
        CasesQuery(
            tenant=request.tenant,
            position=request.position,
            opens=question.opens,
            closes=question.closes,
            latest=latest,
            papers=not PAPER_COLUMNS.isdisjoint(columns),
        ),
        put_in_place,
    )


async def _counted(
    cases: Cases,
    definition: Definition,
    request: Request,
    days: Days,
    by: tuple[Dimension, ...],
    reference: Reference,
) -> tuple[Counted, tuple[Unseated, ...]]:
    question = question_of(definition, request, days)
    parts: list[Part] = []
    unseated: Counter[Unseated] = Counter()

    def take(some: pl.DataFrame, without_seat: tuple[Unseated, ...]) -> None:
        parts.append(part_of(some, definition, question, by=by))
        for one in without_seat:
            unseated[Unseated(one.code, one.why, one.candidates, 0)] += one.dossiers

    await cases_of_days(cases, definition, request, days, reference, take)
    given = given_by(reference.submitted, first=days[0], last=days[1], agency=request.agency)
    return total_of(parts, definition, by=by, lists=request.lists, given=given), tuple(
        Unseated(one.code, one.why, one.candidates, dossiers) for one, dossiers in sorted(unseated.items())
    )
