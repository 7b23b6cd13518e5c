"""Makes a report: reads its cases, counts them by its definition, and puts both into a document."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, cast
from zoneinfo import ZoneInfo

import polars as pl

from services.domain.periods import months_of, period_of
from services.domain.reference import Reference
from services.domain.statistics.count import Counted, count
from services.domain.statistics.definition import Definition, Dimension, Question
from services.domain.statistics.document import Request, report
from services.domain.statistics.places import place, places_of
from services.domain.statistics.seats import Unseated, seat
from services.domain.zones import offsets_of
from services.projections.cases import Cases, CasesQuery


async def make_report(
    cases: Cases, definition: Definition, request: Request, *, reference: Reference, as_of: datetime | None = None
) -> dict[str, Any]:
    """The document of a report. Raises ReadModelsUnavailable."""
    zone = ZoneInfo(request.zone)
    whole = (request.first, request.last)
    by = cast("tuple[Dimension, ...]", tuple(name for name in request.by if name != "month"))
    frame, question, unseated = await cases_of_period(cases, definition, request, whole, reference)
    counted = count(frame, definition, question, by=() if "month" in request.by else by, lists=request.lists)
    cut = months_of(*whole) if "month" in request.by else []
    months = [(f"{days[0]:%Y-%m}", await _counted(cases, definition, request, days, by, reference)) for days in cut]
    return report(
        definition,
        request,
        counted,
        period=period_of(*whole, zone),
        reference={part: reference.digests[part] for part in ("agencies", "procedures")},
        unseated=unseated,
        as_of=as_of,
        months=months,
    )


async def cases_of_period(
    cases: Cases, definition: Definition, request: Request, days: tuple[date, date], reference: Reference
) -> tuple[pl.DataFrame, Question, tuple[Unseated, ...]]:
    """The cases from one local day to another with their places, the question they are counted by, and who has none.

    Raises ReadModelsUnavailable.
    """
    zone = ZoneInfo(request.zone)
    period = period_of(*days, zone)
    question = Question(
        opens=period.opens,
        closes=period.closes,
        offsets=offsets_of(zone),
        due=request.due,
        switches={switch.name: switch.default for switch in definition.switches} | dict(request.switches),
    )
    looks_now = any(
        name.startswith("now_")
        for expression in definition.measure(question).values()
        for name in expression.meta.root_names()
    )
    frame = await cases.cases(
        CasesQuery(
            tenant=request.tenant,
            position=request.position,
            opens=period.opens,
            closes=period.closes,
            latest=looks_now,
        )
    )
    frame, unseated = seat(frame, question, reference.agencies, request.mode, days[1])
    frame = place(frame, places_of(reference.catalogue, on=days[1]))
    if request.agency is not None:
        frame = frame.filter(pl.col("agency") == request.agency)
    return frame, question, unseated


async def _counted(
    cases: Cases,
    definition: Definition,
    request: Request,
    days: tuple[date, date],
    by: tuple[Dimension, ...],
    reference: Reference,
) -> Counted:
    frame, question, _ = await cases_of_period(cases, definition, request, days, reference)
    return count(frame, definition, question, by=by, lists=request.lists)
