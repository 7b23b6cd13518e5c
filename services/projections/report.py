"""Makes a report: reads its cases, counts them by its definition, and puts both into a document."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from typing import Any, Final, cast
from zoneinfo import ZoneInfo

import polars as pl

from services.domain.periods import months_of, period_of
from services.domain.statistics.cases import PAPER_COLUMNS
from services.domain.statistics.count import Counted, columns_of, count
from services.domain.statistics.definition import Definition, Dimension, Question
from services.domain.statistics.document import Request, report
from services.domain.statistics.places import Places, place
from services.domain.zones import offsets_of
from services.projections import dossier_papers, dossier_segments
from services.projections.cases import Cases, CasesQuery

READ_MODELS: Final = (dossier_segments.NAME, dossier_papers.NAME)
"""What must show a position before a report can be made as of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Declared:
    """What is declared of a tenant as of the report's position. `places` is asked for the end of each period."""

    places: Callable[[date], Places]
    digest: str
    """SHA-256 (hex) of all of it: an input of the report like any other."""


NOTHING_DECLARED: Final = Declared(places=lambda _: Places(), digest=sha256(b"").hexdigest())


async def make_report(
    cases: Cases, definition: Definition, request: Request, *, declared: Declared, as_of: datetime | None = None
) -> dict[str, Any]:
    """The document of a report. Raises ReadModelsUnavailable."""
    zone = ZoneInfo(request.zone)
    whole = (request.first, request.last)
    by = cast("tuple[Dimension, ...]", tuple(name for name in request.by if name != "month"))
    counted = await _counted(cases, definition, request, whole, () if "month" in request.by else by, declared)
    cut = months_of(*whole) if "month" in request.by else []
    months = [(f"{days[0]:%Y-%m}", await _counted(cases, definition, request, days, by, declared)) for days in cut]
    return report(
        definition,
        request,
        counted,
        period=period_of(*whole, zone),
        reference=declared.digest,
        as_of=as_of,
        months=months,
    )


async def cases_of_period(
    cases: Cases, definition: Definition, request: Request, days: tuple[date, date], declared: Declared
) -> tuple[pl.DataFrame, Question]:
    """The cases from one local day to another with their places, and the question they are counted by.

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
    columns = columns_of(definition, question)
    frame = await cases.cases(
        CasesQuery(
            tenant=request.tenant,
            position=request.position,
            opens=period.opens,
            closes=period.closes,
            latest=any(name.startswith("now_") for name in columns),
            papers=not columns.isdisjoint(PAPER_COLUMNS),
        )
    )
    frame = place(frame, declared.places(days[1]))
    if request.agency is not None:
        frame = frame.filter(pl.col("agency") == request.agency)
    return frame, question


async def _counted(
    cases: Cases,
    definition: Definition,
    request: Request,
    days: tuple[date, date],
    by: tuple[Dimension, ...],
    declared: Declared,
) -> Counted:
    frame, question = await cases_of_period(cases, definition, request, days, declared)
    return count(frame, definition, question, by=by, lists=request.lists)
