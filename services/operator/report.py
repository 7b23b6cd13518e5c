"""`khop report`: official figures of a period by a named definition, as of any position of the log."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any, Final
from zoneinfo import ZoneInfo

import typer

from services.domain.reference import Reference, reference_of
from services.domain.statistics.definition import Definition, Due, Mode
from services.domain.statistics.document import Request
from services.domain.statistics.registry import UnknownDefinition, all_definitions, find
from services.event_store.folding import tenant_facts
from services.event_store.port import EventStore
from services.operator import flow_screen, report_screen, screen
from services.operator.as_of import moment_of, position_of, recorded_at, zone_of
from services.operator.errors import Away, Findings, WrongUsage
from services.operator.open import Database, open_database
from services.operator.report_words import as_due, as_list, as_mode, as_switches, day
from services.operator.settings import read_settings
from services.operator.tenants import require_tenant
from services.projections import flow_document
from services.projections.cases import PostgresCases
from services.projections.flow_report import PostgresFlowReports
from services.projections.port import ReadModels
from services.projections.postgres import PostgresReadModels
from services.projections.report import READ_MODELS, make_report
from services.runtime.clock import Clock, SystemClock

POLL_S: Final = 0.1
DIMENSIONS: Final = ("month", "agency", "receiving_agency", "level", "field", "procedure", "channel")


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """The options that every report has, read."""

    tenant: str
    first: date
    last: date
    zone: ZoneInfo
    due: Due
    mode: Mode
    by: tuple[str, ...] | None
    agency: str | None
    switches: tuple[str, ...]


def register(app: typer.Typer) -> None:
    """Add `khop report`."""
    app.command("report")(report)


def report(
    name: Annotated[
        str | None, typer.Argument(metavar="NAME", help="flow, II.06a … · which report; none: list what there is.")
    ] = None,
    *,
    tenant: Annotated[str, typer.Option(help="Tỉnh · the tenant, such as lang-son.")] = "",
    first: Annotated[str, typer.Option("--from", help="Từ ngày · first local day, YYYY-MM-DD.")] = "",
    last: Annotated[str, typer.Option("--to", help="Đến hết ngày · last local day, YYYY-MM-DD.")] = "",
    as_of: Annotated[
        str | None,
        typer.Option(help="Theo dữ liệu đã biết đến · a position, or a time: the last position recorded by then."),
    ] = None,
    by: Annotated[str | None, typer.Option(help=f"Any of {','.join(DIMENSIONS)}, outermost first.")] = None,
    agency: Annotated[str | None, typer.Option(help="Đơn vị · only the dossiers of this agency.")] = None,
    mode: Annotated[str, typer.Option(help="Đơn vị theo thời điểm · agencies as_was or as_is.")] = "as_was",
    zone: Annotated[str, typer.Option(help="Múi giờ · the zone whose days and months are meant.")] = "Asia/Ho_Chi_Minh",
    due: Annotated[str, typer.Option(help="Until the due date's day ends, or its very moment.")] = "instant",
    switch: Annotated[list[str] | None, typer.Option(help="name=value: a reading the form leaves open.")] = None,
    version: Annotated[int | None, typer.Option(help="Of the definition; the newest if absent.")] = None,
    hashes: Annotated[bool, typer.Option("--hashes", help="SHA-256 of each figure's list of dossiers.")] = False,
    wait_s: Annotated[float, typer.Option(help="How long to wait for the read model to come that far.")] = 60.0,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document.")] = False,
) -> None:
    """Báo cáo thống kê · official figures of a period."""
    if name is None:
        _list(as_json=as_json)
        return
    for option, text in (("--tenant", tenant), ("--from", first), ("--to", last)):
        if not text:
            raise WrongUsage(f"{option} is missing; `khop report --help` shows what a report needs")
    flow = name == flow_document.DEFINITION
    asked = Asked(
        tenant=tenant,
        first=day(first, "--from"),
        last=day(last, "--to"),
        zone=zone_of(zone),
        due=as_due(due),
        mode=as_mode(mode),
        by=None if by is None else as_list(by, "--by", flow_document.DIMENSIONS if flow else DIMENSIONS),
        agency=agency,
        switches=tuple(switch or ()),
    )
    if asked.last < asked.first:
        raise WrongUsage(f"--to {last} lies before --from {first}")
    if flow:
        _flow(asked, as_of, hashes=hashes, wait_s=wait_s, as_json=as_json)
    else:
        _defined(_definition(name, version), asked, as_of, hashes=hashes, wait_s=wait_s, as_json=as_json)


def _flow(asked: Asked, as_of: str | None, *, hashes: bool, wait_s: float, as_json: bool) -> None:
    by = asked.by or ()
    if asked.agency is not None or asked.switches or asked.mode != "as_was":
        raise WrongUsage("report flow has no --agency, --mode and --switch; II.06a has")
    request = flow_document.FlowRequest(
        tenant=asked.tenant,
        first=asked.first,
        last=asked.last,
        zone=asked.zone,
        due=asked.due,
        by=tuple(one for one in flow_document.DIMENSIONS if one in by),
        hashes=hashes,
    )

    async def make(database: Database, position: int, moment: datetime | None) -> dict[str, Any]:
        reports = PostgresFlowReports(database.pool)
        return await flow_document.flow_document(reports, request, position=position, as_of=moment)

    document = asyncio.run(_made(make, asked, as_of, wait_s=wait_s, quiet=as_json))
    if as_json:
        screen.print_json(document)
    else:
        flow_screen.show(document)
    broken = flow_document.broken_rows(document)
    if broken:
        raise Findings(
            "carried over + received + reopened is not resolved + in hand in: " + "; ".join(broken) + "; these figures "
            "must not be used, please report them with the position"
        )


def _defined(
    definition: Definition, asked: Asked, as_of: str | None, *, hashes: bool, wait_s: float, as_json: bool
) -> None:
    switches = as_switches(asked.switches, definition)

    async def make(database: Database, position: int, moment: datetime | None) -> dict[str, Any]:
        request = Request(
            tenant=asked.tenant,
            first=asked.first,
            last=asked.last,
            zone=asked.zone.key,
            position=position,
            due=asked.due,
            mode=asked.mode,
            by=definition.by if asked.by is None else asked.by,
            agency=asked.agency,
            switches=switches,
            lists=hashes,
            counted_at=await recorded_at(database.store, asked.tenant, position),
        )
        reference = await declared(database.store, asked.tenant, position)
        return await make_report(PostgresCases(database.pool), definition, request, reference=reference, as_of=moment)

    document = asyncio.run(_made(make, asked, as_of, wait_s=wait_s, quiet=as_json))
    if as_json:
        screen.print_json(document)
    else:
        report_screen.show(definition, document)
    if document["breaches"]:
        told = "; ".join(
            f"{one['identity']}: {one['dossiers']} dossiers, {', '.join(one['codes'])}" for one in document["breaches"]
        )
        raise Findings(f"identities of the form do not hold: {told}; these figures must not be used")


async def _made(make: Any, asked: Asked, as_of: str | None, *, wait_s: float, quiet: bool) -> dict[str, Any]:
    async with open_database(read_settings()) as database:
        await require_tenant(database.store, asked.tenant)
        moment = moment_of(as_of, asked.zone)
        position = await position_of(database.store, asked.tenant, as_of, moment)
        await wait_until_shown(
            PostgresReadModels(database.pool), asked.tenant, position, clock=SystemClock(), wait_s=wait_s, quiet=quiet
        )
        document: dict[str, Any] = await make(database, position, moment)
        return document


async def declared(store: EventStore, tenant: str, position: int) -> Reference:
    """What is declared as of a position. Raises Findings where that contradicts itself."""
    reference = reference_of(tenant_facts(await store.tenant_events(tenant), up_to=position))
    if reference.findings:
        wrong = "; ".join(f"{finding.code} {finding.text}" for finding in reference.findings)
        raise Findings(f"no report rests on declarations that contradict each other: {wrong}")
    return reference


async def wait_until_shown(
    models: ReadModels,
    tenant: str,
    position: int,
    *,
    clock: Clock,
    wait_s: float,
    quiet: bool,
    names: Sequence[str] = READ_MODELS,
) -> None:
    """Wait until read models show a position of the log, those of reports if none are named. Raises Away when they do
    not in time."""
    began = clock.now()
    with screen.progress("Chờ dữ liệu · waiting for the read model", total=position, quiet=quiet) as moved:
        while True:
            positions = await models.positions(tenant)
            shown = min(positions.get(name, 0) for name in names)
            moved(min(shown, position))
            if shown >= position:
                return
            if (clock.now() - began).total_seconds() >= wait_s:
                raise Away(
                    f"the read model of {tenant} is at position {shown} and did not reach {position} within "
                    f"{wait_s:g} s; see `khop status` for the projector"
                )
            await clock.sleep(POLL_S)


def _definition(name: str, version: int | None) -> Definition:
    try:
        return find(name, version=version)
    except UnknownDefinition as error:
        raise WrongUsage(str(error)) from None


def _list(*, as_json: bool) -> None:
    found = [versions[-1] for versions in all_definitions().values()]
    if as_json:
        screen.print_json(
            [
                {"name": one.name, "version": one.version, "title": one.title._asdict(), "source": one.source}
                for one in found
            ]
        )
    else:
        report_screen.show_definitions(found)
