"""`khop report`: official figures of a period by a named definition, as of any position of the log."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any, Final
from zoneinfo import ZoneInfo

import typer

from services.archive.postgres import PostgresArchive
from services.domain.reference import Reference, reference_of
from services.domain.statistics.definition import Definition, Due, Mode
from services.domain.statistics.document import Request
from services.domain.statistics.registry import all_definitions
from services.domain.working_time.span import YearMissing
from services.domain.zones import VIETNAM
from services.event_store.folding import tenant_facts
from services.event_store.port import EventStore
from services.operator import archiving, flow_screen, report_screen, screen
from services.operator.agencies import has_dossiers, require_agency
from services.operator.as_of import moment_of, position_of, recorded_at, zone_of
from services.operator.calendars import with_calendar
from services.operator.counting import counting
from services.operator.errors import Away, Findings, WrongUsage
from services.operator.open import Database, open_database
from services.operator.outputs.files import prepare
from services.operator.outputs.wanted import Wanted, wanted, write
from services.operator.report_words import (
    as_definition,
    as_due,
    as_list,
    as_mode,
    as_period,
    as_switches,
    day,
    not_over,
)
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
    calendar: str | None
    switches: tuple[str, ...]
    archive: bool
    """Whether what is printed is kept."""


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
    by: Annotated[
        str | None, typer.Option(help=f"Theo · any of {', '.join(DIMENSIONS)}; outermost first, months always.")
    ] = None,
    agency: Annotated[str | None, typer.Option(help="Đơn vị · only the dossiers of this agency.")] = None,
    calendar: Annotated[
        str | None, typer.Option(help="Lịch làm việc · name or name@version, for statutory limits.")
    ] = None,
    mode: Annotated[str, typer.Option(help="Đơn vị theo thời điểm · agencies as_was or as_is.")] = "as_was",
    zone: Annotated[str, typer.Option(help="Múi giờ · the zone whose days and months are meant.")] = VIETNAM,
    due: Annotated[
        str, typer.Option(help="Hạn theo · instant: until its very moment; day: until that day ends.")
    ] = "instant",
    switch: Annotated[
        list[str] | None, typer.Option(help="name=value: a reading the form leaves open; a wrong name lists them.")
    ] = None,
    version: Annotated[int | None, typer.Option(help="Of the definition; the newest if absent.")] = None,
    hashes: Annotated[bool, typer.Option("--hashes", help="SHA-256 of each figure's list of dossiers.")] = False,
    wait_s: Annotated[float, typer.Option(help="How long to wait for the read model to come that far.")] = 60.0,
    archive: Annotated[bool, typer.Option("--archive/--no-archive", help="Lưu báo cáo · keep what is printed.")] = True,
    csv: Annotated[
        str | None,
        typer.Option(metavar="FILE", help="Bảng cho Excel (UTF-8) · a table of text; - for standard output."),
    ] = None,
    xlsx: Annotated[
        str | None, typer.Option(metavar="FILE", help="Biểu mẫu để in, ký · the form as a workbook.")
    ] = None,
    html: Annotated[
        str | None, typer.Option(metavar="FILE", help="Trang có biểu đồ, danh sách hồ sơ · one page with charts.")
    ] = None,
    office: Annotated[str | None, typer.Option(help="Đơn vị báo cáo · the office, as the form names it.")] = None,
    publish: Annotated[
        bool, typer.Option("--publish", help="Để công bố: ẩn số nhỏ · without small figures and what tells them.")
    ] = False,
    publish_below: Annotated[
        int | None, typer.Option(help="Số từ 1 đến dưới N là nhỏ · smaller figures than N are small; 5 if absent.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Ghi đè tệp đã có · replace files that are there.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document.")] = False,
) -> None:
    """Báo cáo thống kê · official figures of a period."""
    if name is None:
        _list(as_json=as_json)
        return
    for option, text in (("--tenant", tenant), ("--from", first), ("--to", last)):
        if not text:
            raise WrongUsage(f"{option} is missing; `khop report --help` shows what a report needs")
    flow = name.casefold() == flow_document.DEFINITION
    asked = Asked(
        tenant=tenant,
        first=day(first, "--from"),
        last=day(last, "--to"),
        zone=zone_of(zone),
        due=as_due(due),
        mode=as_mode(mode),
        by=None if by is None else as_list(by, "--by", flow_document.DIMENSIONS if flow else DIMENSIONS),
        agency=agency,
        calendar=calendar,
        switches=tuple(switch or ()),
        archive=archive,
    )
    as_period(asked.first, asked.last)
    files = wanted(
        csv=csv,
        xlsx=xlsx,
        html=html,
        office=office,
        publish=publish,
        publish_below=publish_below,
        force=force,
        as_json=as_json,
        by=asked.by or (),
    )
    if flow and (files.paths or publish or force or version is not None):
        raise WrongUsage("report flow has no --csv, --xlsx, --html, --force, --publish and --version; II.06a has")
    if not archive:
        print("không lưu, không phải báo cáo chính thức · not kept, so it is not official", file=sys.stderr)
    if flow:
        _flow(asked, as_of, hashes=hashes, wait_s=wait_s, as_json=as_json)
    else:
        _defined(as_definition(name, version), asked, files, as_of, hashes=hashes, wait_s=wait_s, as_json=as_json)


def _flow(asked: Asked, as_of: str | None, *, hashes: bool, wait_s: float, as_json: bool) -> None:
    by = asked.by or ()
    if asked.agency is not None or asked.calendar is not None or asked.switches or asked.mode != "as_was":
        raise WrongUsage("report flow has no --agency, --calendar, --mode and --switch; II.06a has")
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
    definition: Definition,
    asked: Asked,
    files: Wanted,
    as_of: str | None,
    *,
    hashes: bool,
    wait_s: float,
    as_json: bool,
) -> None:
    switches = as_switches(asked.switches, definition)
    contents: dict[str, bytes] = {}

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
        request = with_calendar(request, definition, reference, asked.calendar)
        cases = PostgresCases(database.pool)
        with counting(cases, quiet=as_json) as counted:
            document = await make_report(counted, definition, request, reference=reference, as_of=moment)
        if asked.agency is not None and not has_dossiers(document["total"]):
            await require_agency(PostgresReadModels(database.pool), asked.tenant, asked.agency, reference)
        shown, made = await prepare(files, cases, definition, request, document, reference=reference, quiet=as_json)
        contents.update(made)
        return shown

    try:
        document = asyncio.run(_made(make, asked, as_of, wait_s=wait_s, quiet=as_json))
    except YearMissing as error:
        raise Findings(str(error)) from None
    write(contents, quiet=as_json)
    if as_json:
        screen.print_json(document)
    elif not files.on_standard_output:
        report_screen.show(definition, document)
    if document["breaches"]:
        told = "; ".join(
            f"{one['identity']}: {one['dossiers']} dossiers, {', '.join(one['codes'])}" for one in document["breaches"]
        )
        raise Findings(f"identities of the form do not hold: {told}; these figures must not be used")


async def _made(make: Any, asked: Asked, as_of: str | None, *, wait_s: float, quiet: bool) -> dict[str, Any]:
    async with open_database(read_settings()) as database:
        await require_tenant(database.store, asked.tenant)
        moment, now = moment_of(as_of, asked.zone), SystemClock().now()
        position = await position_of(database.store, asked.tenant, as_of, moment, now=now)
        if (open_still := not_over(asked.last, asked.zone, known_at=moment or now)) is not None:
            print(open_still, file=sys.stderr)
        await wait_until_shown(
            PostgresReadModels(database.pool), asked.tenant, position, clock=SystemClock(), wait_s=wait_s, quiet=quiet
        )
        document: dict[str, Any] = await make(database, position, moment)
        if asked.archive:
            await archiving.archive(PostgresArchive(database.pool), document, at=SystemClock().now())
        return document


async def declared(store: EventStore, tenant: str, position: int) -> Reference:
    """What is declared of a tenant as of a position. Raises Findings where that contradicts itself."""
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
