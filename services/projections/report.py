"""Makes a report: reads its cases, counts them by its definition, and puts both into a document."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import date, datetime
from typing import Any, cast
from zoneinfo import ZoneInfo

import polars as pl

from services.domain.periods import months_of, period_of
from services.domain.reference import Reference
from services.domain.statistics.cases import looks_now, with_later_ones
from services.domain.statistics.count import Counted, Part, part_of, total_of
from services.domain.statistics.definition import Definition, Dimension, Question
from services.domain.statistics.document import Request, report
from services.domain.statistics.places import place, places_of
from services.domain.statistics.question import question_of
from services.domain.statistics.seats import Unseated, seat
from services.projections.cases import Cases, CasesQuery

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
        reference={part: reference.digests[part] for part in ("agencies", "procedures")},
        unseated=unseated,
        as_of=as_of,
        months=months,
    )


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
    latest = looks_now(definition.measure(question).values())
    agency = request.agency

    def keep(some: pl.DataFrame, unseated: tuple[Unseated, ...]) -> None:
        take(some if agency is None else some.filter(pl.col("agency") == agency), unseated)

    await cases_in_place(cases, question, request, days, reference, keep, latest=latest)


async def cases_in_place(
    cases: Cases,
    question: Question,
    request: Request,
    days: Days,
    reference: Reference,
    take: Callable[[pl.DataFrame, tuple[Unseated, ...]], None],
    *,
    latest: bool,
) -> None:
    """The same of every agency; with `latest` what is known now too. Raises ReadModelsUnavailable."""
    places = places_of(reference.catalogue, on=days[1])

    def put_in_place(some: pl.DataFrame) -> None:
        known = with_later_ones(some) if latest else some
        seated, unseated = seat(known, question, reference.agencies, request.mode, days[1])
        take(place(seated, places), unseated)

    await cases.cases(
        CasesQuery(
            tenant=request.tenant,
            position=request.position,
            opens=question.opens,
            closes=question.closes,
            latest=latest,
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
    return total_of(parts, definition, by=by, lists=request.lists), tuple(
        Unseated(one.code, one.why, one.candidates, dossiers) for one, dossiers in sorted(unseated.items())
    )
