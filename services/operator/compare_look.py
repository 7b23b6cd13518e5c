"""Reads what `khop reports compare` sets side by side: submissions, archived reports, and two positions of the log."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

import polars as pl

from contracts.dossier_events import type_of
from services.archive.postgres import PostgresArchive
from services.domain.reference import Reference, Submitted
from services.domain.statistics.count import total_of
from services.domain.statistics.definition import Definition, Dimension, Words
from services.domain.statistics.document import Request
from services.domain.statistics.figures import Figure
from services.domain.statistics.heirs import claims_on, not_known, why_not_known
from services.domain.statistics.side_by_side import Moved, behind, moves, of_agency, strangers
from services.domain.statistics.submitted import given_by
from services.domain.working_time.of_report import as_chosen
from services.domain.zones import VIETNAM
from services.operator.as_of import recorded_at
from services.operator.calendars import with_calendar
from services.operator.open import Database
from services.operator.report import declared
from services.operator.report_words import as_definition
from services.operator.reported_then import Archived, How, Reading, archived
from services.projections.cases import PostgresCases
from services.projections.lines import PostgresLines
from services.projections.report import parts_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What is compared."""

    definition: Definition
    tenant: str
    first: date
    last: date
    reading: Reading
    as_of: str | None
    wait_s: float
    quiet: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Stands:
    """What was reported then: an archived report, or what the log said at a position."""

    how: How
    position: int
    report: Archived | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What a position of the log comes to: figures, and which dossiers are behind them."""

    position: int
    figures: Mapping[str, Figure]
    unknown: Mapping[str, Words]
    """Key of a figure → why it is not known."""
    not_known: Words | None
    """Why none is: dossiers of a split agency may belong to this one."""
    printed: Mapping[str, Figure]
    """As a report has them: an agency's row among others is what was handed over to it, be that all or not."""
    behind: pl.DataFrame


def submissions(asked: Asked, reference: Reference) -> list[Submitted]:
    """What was sent for exactly these days of this agency or of the tenant, the last sent last."""
    found = [
        one
        for one in reference.submitted
        if one.form == asked.definition.name
        and (one.figures.first_day, one.figures.last_day) == (asked.first, asked.last)
        and one.figures.agency == asked.reading.agency
    ]
    return sorted(found, key=lambda one: (one.submitted_at, one.fact))


async def reports(database: Database, asked: Asked, position: int) -> list[Archived]:
    """The archived reports of exactly these days that read everything as asked, none of a later position."""
    kept = PostgresArchive(database.pool).of_days(
        asked.tenant, definition=asked.definition.name, first=asked.first, last=asked.last, up_to=position
    )
    found = [archived(each.entry, json.loads(each.body), asked.reading) async for each in kept]
    return [one for one in found if one is not None]


async def known_then(database: Database, asked: Asked, sent: Submitted) -> Stands:
    """What stands for a report where none was printed before the submission."""
    position = await database.store.position_at(asked.tenant, sent.submitted_at)
    if position:
        return Stands(how="known_when_sent", position=position, report=None)
    events = await database.store.tenant_events(asked.tenant, types=(type_of("figures_submitted"),))
    recorded = next(event.position for event in events if event.id == sent.fact)
    return Stands(how="known_when_recorded", position=recorded, report=None)


def request_of(asked: Asked, position: int, report: Archived | None) -> tuple[Definition, Request]:
    """How to count as of a position: as the report was, else as asked for, else by the defaults."""
    reading, identity = asked.reading, {} if report is None else report.identity
    definition = as_definition(asked.definition.name, identity.get("version", asked.definition.version))
    defaults = {switch.name: switch.default for switch in definition.switches}
    return definition, Request(
        tenant=asked.tenant,
        first=asked.first,
        last=asked.last,
        zone=identity.get("zone") or reading.zone or VIETNAM,
        position=position,
        due=identity.get("due") or reading.due or "instant",
        mode=identity.get("mode") or reading.mode or "as_was",
        # A report of one agency alone counts what it gave up where it is now; an agency's row, where it was before.
        agency=identity.get("agency"),
        switches=identity.get("switches") or defaults | dict(reading.switches),
        calendar=as_chosen(identity.get("calendar")),
    )


async def known(database: Database, definition: Definition, request: Request, agency: str | None) -> Known:
    """What is known as of the request's position, of an agency or of the tenant. Raises ReadModelsUnavailable."""
    reference = await declared(database.store, request.tenant, request.position)
    if request.calendar is None:
        request = with_calendar(request, definition, reference, None)
    request = replace(request, counted_at=await recorded_at(database.store, request.tenant, request.position))
    days, row_of = (request.first, request.last), agency if request.agency is None else None
    cases = PostgresCases(database.pool)
    by: tuple[Dimension, ...] = () if row_of is None else ("agency",)
    parts, unseated = await parts_of(cases, definition, replace(request, by=by), days, by, reference)
    if row_of is not None:
        parts = [of_agency(part, definition, row_of) for part in parts]
    given = given_by(reference.submitted, first=days[0], last=days[1], agency=agency)
    counted = total_of(parts, definition, by=(), given=given)
    claims = claims_on(unseated, agency)
    known_of_it = not_known(counted, claims)
    return Known(
        position=request.position,
        figures=known_of_it.total.figures,
        unknown=known_of_it.unknown,
        not_known=why_not_known(claims) if claims else None,
        printed=(known_of_it if row_of is None else counted).total.figures,
        behind=behind(parts),
    )


async def who_moved(database: Database, asked: Asked, then: Known, now: Known) -> dict[str, Moved]:
    """Key of a measured figure → the dossiers that moved; one that got another code did not."""
    gone, new = strangers(then.behind, now.behind)
    renamed: dict[str, str] = {}
    if gone and new:
        codes = sorted({line.partition("/")[2] for line in gone})
        holders = await PostgresLines(database.pool).holders(asked.tenant, now.position, codes)
        line_now = {f"{holder.system}/{holder.code}": holder.line for holder in holders}
        free = set(new)
        for line in gone:
            # Of several that were merged into one, one goes on as it and the others left.
            if (named := line_now.get(line)) in free and named is not None:
                renamed[line] = named
                free.remove(named)
    return moves(then.behind, now.behind, renamed=renamed)
