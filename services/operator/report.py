"""`khop report`: the official figures of a period, as of any position of the log."""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import Annotated, Any, Final, cast
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import typer

from services.domain.statistics.flow import Due
from services.event_store.port import EventStore
from services.operator import report_screen, screen
from services.operator.errors import Away, Findings, WrongUsage
from services.operator.open import open_database
from services.operator.settings import read_settings
from services.operator.tenants import require_tenant
from services.projections import dossier_segments
from services.projections.flow_document import DIMENSIONS, FlowRequest, broken_rows, flow_document
from services.projections.flow_report import PostgresFlowReports
from services.projections.port import ReadModels
from services.projections.postgres import PostgresReadModels
from services.runtime.clock import Clock, SystemClock

POLL_S: Final = 0.1


def register(app: typer.Typer) -> None:
    """Add `khop report flow`."""
    reports = typer.Typer(help="Báo cáo · reports.", no_args_is_help=True)
    reports.command("flow")(flow)
    app.add_typer(reports, name="report")


def flow(
    tenant: Annotated[str, typer.Option(help="Tỉnh · the tenant, such as lang-son.")],
    first: Annotated[str, typer.Option("--from", help="Từ ngày · first local day, YYYY-MM-DD.")],
    last: Annotated[str, typer.Option("--to", help="Đến hết ngày · last local day, YYYY-MM-DD.")],
    *,
    as_of: Annotated[
        str | None,
        typer.Option(help="Theo dữ liệu đã biết đến · a position, or a time: the last position recorded by then."),
    ] = None,
    by: Annotated[str, typer.Option(help="Any of month,agency,procedure,channel.")] = "",
    zone: Annotated[str, typer.Option(help="Múi giờ · the zone whose days and months are meant.")] = "Asia/Ho_Chi_Minh",
    due: Annotated[str, typer.Option(help="Until the due date's day ends, or its very moment.")] = "instant",
    hashes: Annotated[bool, typer.Option("--hashes", help="SHA-256 of each figure's list of dossiers.")] = False,
    wait_s: Annotated[float, typer.Option(help="How long to wait for the read model to come that far.")] = 60.0,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document.")] = False,
) -> None:
    """Tiếp nhận, giải quyết, tồn trong kỳ · received, resolved and in hand over a period."""
    request = FlowRequest(
        tenant=tenant,
        first=_day(first, "--from"),
        last=_day(last, "--to"),
        zone=_zone(zone),
        due=_due(due),
        by=_dimensions(by),
        hashes=hashes,
    )
    if request.last < request.first:
        raise WrongUsage(f"--to {last} lies before --from {first}")
    document = asyncio.run(_report(request, as_of, wait_s=wait_s, quiet=as_json))
    if as_json:
        screen.print_json(document)
    else:
        report_screen.show(document)
    broken = broken_rows(document)
    if broken:
        raise Findings(
            "carried over + received + reopened is not resolved + in hand in: " + "; ".join(broken) + "; these figures "
            "must not be used, please report them with the position"
        )


async def _report(request: FlowRequest, as_of: str | None, *, wait_s: float, quiet: bool) -> dict[str, Any]:
    async with open_database(read_settings()) as database:
        await require_tenant(database.store, request.tenant)
        moment = None if as_of is None or as_of.isdecimal() else _moment(as_of, request.zone)
        position = await _position(database.store, request.tenant, as_of, moment)
        await wait_until_shown(
            PostgresReadModels(database.pool),
            request.tenant,
            position,
            clock=SystemClock(),
            wait_s=wait_s,
            quiet=quiet,
        )
        reports = PostgresFlowReports(database.pool)
        return await flow_document(reports, request, position=position, as_of=moment)


async def _position(store: EventStore, tenant: str, as_of: str | None, moment: datetime | None) -> int:
    head = await store.head(tenant)
    if as_of is None:
        return head
    if moment is not None:
        return await store.position_at(tenant, moment)
    position = int(as_of)
    if position > head:
        raise WrongUsage(f"--as-of {position}: the log of {tenant} ends at position {head}")
    return position


async def wait_until_shown(
    models: ReadModels, tenant: str, position: int, *, clock: Clock, wait_s: float, quiet: bool
) -> None:
    """Wait until the segments show a position of the log. Raises Away when they do not in time."""
    began = clock.now()
    with screen.progress("Chờ dữ liệu · waiting for the read model", total=position, quiet=quiet) as moved:
        while True:
            shown = (await models.positions(tenant)).get(dossier_segments.NAME, 0)
            moved(min(shown, position))
            if shown >= position:
                return
            if (clock.now() - began).total_seconds() >= wait_s:
                raise Away(
                    f"the read model of {tenant} is at position {shown} and did not reach {position} within "
                    f"{wait_s:g} s; see `khop status` for the projector"
                )
            await clock.sleep(POLL_S)


def _day(text: str, option: str) -> Any:
    try:
        return datetime.strptime(text, "%Y-%m-%d").date()  # noqa: DTZ007 - a local day has no zone of its own
    except ValueError:
        raise WrongUsage(f"{option} {text!r} is no day; write it as 2024-06-30") from None


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise WrongUsage(f"--zone {name!r} is no time zone; write it as Asia/Ho_Chi_Minh") from None


def _due(text: str) -> Due:
    if text not in {"day", "instant"}:
        raise WrongUsage(f"--due {text!r}: say day or instant")
    return cast(Due, text)


def _dimensions(text: str) -> tuple[str, ...]:
    asked = [part.strip() for part in text.split(",") if part.strip()]
    for one in asked:
        if one not in DIMENSIONS:
            raise WrongUsage(f"--by {one!r}: say any of {','.join(DIMENSIONS)}, with commas between")
    return tuple(one for one in DIMENSIONS if one in asked)


def _moment(text: str, zone: ZoneInfo) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise WrongUsage(f"--as-of {text!r} is neither a position nor a time such as 2024-07-01T08:00+07:00") from None
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=zone)
