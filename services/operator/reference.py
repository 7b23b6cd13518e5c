"""`khop reference`: loads what gives dossiers their meaning (agencies, procedures, calendars), and shows what holds."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer
from pydantic import TypeAdapter, ValidationError

from contracts.codes import TenantName
from services.domain.dossier import Fact
from services.domain.identity import OPERATOR
from services.domain.reference import reference_of
from services.domain.zones import VIETNAM
from services.event_store.checkpoints import PostgresCheckpoints
from services.event_store.folding import tenant_facts
from services.operator import reference_screen, screen
from services.operator.as_of import moment_of, position_of, zone_of
from services.operator.errors import Away, Findings, WrongUsage
from services.operator.import_ import until_recorded
from services.operator.open import open_database
from services.operator.settings import environment_of, read_settings
from services.operator.tenants import require_no_slip, require_tenant
from services.parking.postgres import PostgresQuarantine
from services.runtime.clock import SystemClock
from services.runtime.settings import KafkaSettings, SettingsError
from services.sources.postgres import PostgresContentMemory
from services.sources.reference.judge import contradictions
from services.sources.reference.load import Loaded, acts_of, load_reference
from services.sources.reference.read import Speaker, read_reference
from services.sources.row import Said, Unsaid
from services.sources.tables import TableError


def register(app: typer.Typer) -> None:
    """Add `khop reference load` and `show`."""
    commands = typer.Typer(help="Danh mục · agencies, procedures, calendars, submitted figures.", no_args_is_help=True)
    commands.command("load")(load)
    commands.command("show")(show)
    app.add_typer(commands, name="reference")


def load(
    files: Annotated[list[Path], typer.Argument(help="TOML; or CSV, TSV of agencies or procedures.")],
    *,
    tenant: Annotated[str, typer.Option(help="Tỉnh · the tenant, such as lang-son.")],
    zone: Annotated[str, typer.Option(help="Múi giờ · the zone whose days are meant.")] = VIETNAM,
    check: Annotated[bool, typer.Option("--check", help="Chỉ kiểm tra · judge the files, send nothing.")] = False,
    alone: Annotated[
        bool, typer.Option("--alone", help="With --check: judge the files by themselves, without the log.")
    ] = False,
    begin: Annotated[
        bool, typer.Option("--begin", help="Tỉnh mới · the tenant is new, although its name is like another's.")
    ] = False,
    wait: Annotated[bool, typer.Option(help="Until the log holds what was published.")] = True,
    patience_s: Annotated[float, typer.Option(help="How long the log may stand still before waiting ends.")] = 60.0,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document.")] = False,
) -> None:
    """Nạp danh mục · load reference files; all or nothing, and running it again is harmless."""
    if alone and not check:
        raise WrongUsage("--alone goes with --check: nothing is sent that was not judged beside the log")
    speaker = Speaker(tenant=_tenant(tenant), zone=zone_of(zone), observed_at=SystemClock().now())
    try:
        stated = read_reference(files, speaker)
    except TableError as error:
        raise Findings(f"nothing was sent:\n{error}") from None
    loaded: Loaded | None = None
    if check:
        _judge(stated, [] if alone else asyncio.run(_in_log(tenant, begin=begin)))
    else:
        loaded = asyncio.run(
            _load(stated, speaker, begin=begin, patience_s=patience_s if wait else None, quiet=as_json)
        )
    document = {
        "tenant": tenant,
        "check": check,
        "beside_log": not alone,
        "statements": dict(sorted(acts_of(stated).items())),
        "published": 0 if loaded is None else loaded.published,
        "unchanged": 0 if loaded is None else loaded.unchanged,
    }
    if as_json:
        screen.print_json(document)
    else:
        reference_screen.show_load(document)


def show(
    *,
    tenant: Annotated[str, typer.Option(help="Tỉnh · the tenant, such as lang-son.")],
    as_of: Annotated[
        str | None,
        typer.Option(help="Theo dữ liệu đã biết đến · a position, or a time: the last position recorded by then."),
    ] = None,
    zone: Annotated[str, typer.Option(help="Múi giờ · of a time without one.")] = VIETNAM,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document.")] = False,
) -> None:
    """Xem danh mục · what holds, as of a position of the log."""
    document = asyncio.run(_show(tenant, as_of, zone_of(zone)))
    if as_json:
        screen.print_json(document)
    else:
        reference_screen.show(document)
    if document["findings"]:
        raise Findings(f"{len(document['findings'])} contradictions; mend the files and load them again")


async def _show(tenant: str, as_of: str | None, zone: ZoneInfo) -> dict[str, Any]:
    async with open_database(read_settings()) as database:
        await require_tenant(database.store, tenant)
        position = await position_of(database.store, tenant, as_of, moment_of(as_of, zone), now=SystemClock().now())
        facts = tenant_facts(await database.store.tenant_events(tenant), up_to=position)
    return {"tenant": tenant, "position": position, **reference_screen.document(reference_of(facts))}


async def _in_log(tenant: str, *, begin: bool) -> list[Fact]:
    async with open_database(read_settings()) as database:
        if not begin:
            await require_no_slip(database.store, tenant)
        return tenant_facts(await database.store.tenant_events(tenant))


def _judge(stated: Sequence[Said | Unsaid], in_log: Sequence[Fact]) -> None:
    found = contradictions(stated, in_log)
    if found:
        raise Findings("nothing was sent:\n" + "\n".join(found))


async def _load(
    stated: Sequence[Said | Unsaid], speaker: Speaker, *, begin: bool, patience_s: float | None, quiet: bool
) -> Loaded:
    # The broker's client takes longest to load; a check does without it.
    from services.messaging.kafka_publisher import KafkaPublisher

    settings, tenant = read_settings(), speaker.tenant
    try:
        kafka = KafkaSettings.from_env(environment_of())
    except SettingsError as error:
        raise WrongUsage(str(error)) from None
    async with open_database(settings) as database, KafkaPublisher(kafka, client_id="khop-reference") as publisher:
        if not begin:
            await require_no_slip(database.store, tenant)
        holds = PostgresCheckpoints(database.pool, dsn=settings.postgres_dsn)
        async with holds.hold(f"observer/{OPERATOR}", tenant) as mine:
            if not mine:
                raise Away(f"somebody else is loading reference data of {tenant}; wait for it")
            _judge(stated, tenant_facts(await database.store.tenant_events(tenant)))
            before = await database.store.head(tenant)
            loaded = await load_reference(
                stated,
                tenant=tenant,
                publisher=publisher,
                memory=PostgresContentMemory(database.pool),
                quarantine=PostgresQuarantine(database.pool),
                observed_at=speaker.observed_at,
            )
        if patience_s is not None and loaded.last is not None:
            await until_recorded(
                database, loaded.last, published=loaded.published, before=before, patience_s=patience_s, quiet=quiet
            )
        return loaded


def _tenant(name: str) -> str:
    try:
        return TypeAdapter(TenantName).validate_python(name)
    except ValidationError:
        raise WrongUsage(f"--tenant {name!r} is no name of a tenant; write it as lang-son") from None
