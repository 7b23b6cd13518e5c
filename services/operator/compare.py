"""`khop reports compare`: what was submitted, what was reported then and what is known now, side by side."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Annotated, Any, Final

import typer

from services.domain.reference import Reference, Submitted
from services.domain.statistics.definition import Definition
from services.domain.statistics.document import Request, utc
from services.domain.statistics.side_by_side import cells_of
from services.domain.zones import VIETNAM
from services.operator import compare_look, compare_screen, screen
from services.operator.agencies import has_dossiers, require_agency
from services.operator.as_of import moment_of, position_of, zone_of
from services.operator.compare_look import Asked, Known, Stands
from services.operator.errors import Findings, WrongUsage
from services.operator.open import open_database
from services.operator.report import declared, wait_until_shown
from services.operator.report_words import as_definition, as_due, as_mode, as_period, as_switches, day
from services.operator.reported_then import Reading, choose
from services.operator.settings import read_settings
from services.operator.tenants import require_tenant
from services.projections import dossiers, flow_document
from services.projections.postgres import PostgresReadModels
from services.projections.report import READ_MODELS
from services.runtime.clock import SystemClock

FORMAT: Final = 1
"""Of the document; readers refuse what they do not know."""


def compare(
    name: Annotated[str, typer.Argument(metavar="NAME", help="II.06a … · by which definition.")],
    *,
    tenant: Annotated[str, typer.Option(help="Tỉnh · the tenant, such as lang-son.")],
    first: Annotated[str, typer.Option("--from", help="Từ ngày · first local day, YYYY-MM-DD.")],
    last: Annotated[str, typer.Option("--to", help="Đến hết ngày · last local day, YYYY-MM-DD.")],
    agency: Annotated[str | None, typer.Option(help="Đơn vị · figures of this agency, not of the tenant.")] = None,
    as_of: Annotated[str | None, typer.Option(help="What `now` is: a position, or a time; the end if absent.")] = None,
    zone: Annotated[str | None, typer.Option(help=f"Múi giờ · as the report had it, else {VIETNAM}.")] = None,
    due: Annotated[str | None, typer.Option(help="instant or day; as the report had it, else instant.")] = None,
    mode: Annotated[str | None, typer.Option(help="as_was or as_is; as the report had it, else as_was.")] = None,
    switch: Annotated[
        list[str] | None, typer.Option(help="name=value; as the report had it, else the default.")
    ] = None,
    version: Annotated[int | None, typer.Option(help="Of the definition; the report's, else the newest.")] = None,
    wait_s: Annotated[float, typer.Option(help="How long to wait for the read model to come that far.")] = 60.0,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document, with every dossier.")] = False,
) -> None:
    """Số đã gửi, số báo cáo khi đó và số nay đã biết · submitted, reported then, known now, and who moved."""
    if name == flow_document.DEFINITION:
        raise WrongUsage("flow is no form that is submitted; name one that is, such as II.06a")
    definition = as_definition(name, version)
    named = {text.partition("=")[0] for text in switch or ()}
    switches = as_switches(switch or (), definition)
    asked = Asked(
        definition=definition,
        tenant=tenant,
        first=day(first, "--from"),
        last=day(last, "--to"),
        reading=Reading(
            agency=agency,
            version=version,
            zone=None if zone is None else zone_of(zone).key,
            due=None if due is None else as_due(due),
            mode=None if mode is None else as_mode(mode),
            switches={each: switches[each] for each in named},
        ),
        as_of=as_of,
        wait_s=wait_s,
        quiet=as_json,
    )
    as_period(asked.first, asked.last)
    document = asyncio.run(_compared(asked))
    if as_json:
        screen.print_json(document)
    else:
        compare_screen.show(as_definition(name, document["identity"]["version"]), document)
    if document["then"] is not None and not document["then"]["counted_again"]:
        raise Findings(
            f"the archived report {document['then']['hash']} cannot be counted again from the log: its figures are "
            "other ones, so which dossiers moved is not certain; please report this with the position"
        )


async def _compared(asked: Asked) -> dict[str, Any]:
    agency = asked.reading.agency
    async with open_database(read_settings()) as database:
        await require_tenant(database.store, asked.tenant)
        moment = moment_of(asked.as_of, zone_of(asked.reading.zone or VIETNAM))
        position = await position_of(database.store, asked.tenant, asked.as_of, moment, now=SystemClock().now())
        models = PostgresReadModels(database.pool)
        await wait_until_shown(
            models,
            asked.tenant,
            position,
            clock=SystemClock(),
            wait_s=asked.wait_s,
            quiet=asked.quiet,
            names=(*READ_MODELS, dossiers.NAME),
        )
        reference = await declared(database.store, asked.tenant, position)
        sent = compare_look.submissions(asked, reference)
        last_sent = sent[-1] if sent else None
        stands: Stands | None = None
        if (chosen := choose(await compare_look.reports(database, asked, position), last_sent)) is not None:
            stands = Stands(how=chosen[0], position=chosen[1].entry.position, report=chosen[1])
        elif last_sent is not None:
            stands = await compare_look.known_then(database, asked, last_sent)
        report = None if stands is None else stands.report
        definition, request = compare_look.request_of(asked, position, report)
        now = await compare_look.known(database, definition, request, agency)
        if agency is not None and stands is None and not has_dossiers(now.figures):
            await require_agency(models, asked.tenant, agency, reference)
        then = moved = None
        if stands is not None:
            earlier = replace(request, position=min(stands.position, position))
            then = await compare_look.known(database, definition, earlier, agency)
            if then.not_known is None and now.not_known is None:
                moved = await compare_look.who_moved(database, asked, then, now)
    figures = None if last_sent is None else last_sent.figures.figures
    row = None if then is None else then.figures if report is None else report.row
    return {
        "format": FORMAT,
        "identity": _identity(asked, definition, request),
        "submitted": None if last_sent is None else _sent(last_sent),
        "submitted_before": [_sent(one) for one in sent[:-1]],
        "submitted_otherwise": [] if sent else _others(asked, reference),
        "then": None if stands is None or then is None else _then(stands, then),
        "now": {"position": position},
        "cells": cells_of(definition, sent=figures, then=row, now=now.figures, moved=moved),
        "unknown": {key: words._asdict() for key, words in now.unknown.items()},
        "not_compared": {key: figure for key, figure in (figures or {}).items() if key not in now.figures},
    }


def _identity(asked: Asked, definition: Definition, request: Request) -> dict[str, Any]:
    return {
        "definition": definition.name,
        "version": definition.version,
        "tenant": asked.tenant,
        "from": asked.first.isoformat(),
        "to": asked.last.isoformat(),
        "agency": asked.reading.agency,
        "zone": request.zone,
        "due": request.due,
        "mode": request.mode,
        "switches": dict(sorted(request.switches.items())),
    }


def _sent(one: Submitted) -> dict[str, Any]:
    said = one.figures
    return {
        "at": utc(one.submitted_at),
        "to": said.submitted_to,
        "reference": said.reference,
        "form_version": said.version,
        "figures": dict(said.figures),
    }


def _others(asked: Asked, reference: Reference) -> list[dict[str, Any]]:
    # Where nothing was sent for what is asked, the days or the agency may be mistyped.
    said = sorted(
        (one.figures.first_day, one.figures.last_day, one.figures.agency or "", utc(one.submitted_at))
        for one in reference.submitted
        if one.form == asked.definition.name
    )
    return [
        {"from": first.isoformat(), "to": last.isoformat(), "agency": agency or None, "at": at}
        for first, last, agency, at in said
    ]


def _then(stands: Stands, then: Known) -> dict[str, Any]:
    report = stands.report
    entry = None if report is None else report.entry
    return {
        "how": stands.how,
        "position": stands.position,
        "hash": None if entry is None else entry.hash,
        "printed_at": None if entry is None else utc(entry.printed_at),
        "counted_again": report is None or all(report.row[key] == figure for key, figure in then.printed.items()),
        "not_known": None if then.not_known is None else then.not_known._asdict(),
    }
