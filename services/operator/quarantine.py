"""`khop quarantine`: rows that no mapping knows, for a person to read and, once the mapping is mended, to release."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated, Any

import typer

import services.sources
from services.operator import screen
from services.operator.errors import Findings, WrongUsage
from services.operator.open import open_database
from services.operator.settings import environment_of, read_settings
from services.parking.port import Quarantined
from services.parking.postgres import PostgresQuarantine
from services.runtime.settings import KafkaSettings, SettingsError
from services.sources.mapping import SourceMapping, load_mapping
from services.sources.postgres import PostgresContentMemory
from services.sources.redriving import Redriven, redrive
from services.sources.tables import TableError

_MAPS = Path(services.sources.__path__[0]) / "maps"
_ROWS_MAX = 100_000
_SHOWN_MAX = 20


def register(app: typer.Typer) -> None:
    """Add `khop quarantine list`, `redrive` and `drop`."""
    commands = typer.Typer(help="Dữ liệu chờ ánh xạ · rows that wait for a mapping.", no_args_is_help=True)
    commands.command("list")(list_rows)
    commands.command("redrive")(redrive_rows)
    commands.command("drop")(drop_row)
    app.add_typer(commands, name="quarantine")


def list_rows(
    *,
    tenant: Annotated[str | None, typer.Option(help="Only this tenant.")] = None,
    source: Annotated[str | None, typer.Option(help="Only rows met by this mapping, as the list names it.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="At most so many.")] = 100,
    raw: Annotated[bool, typer.Option("--raw", help="The whole rows too: they may hold personal data.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document.")] = False,
) -> None:
    """Liệt kê · what waits: where it is, which field and value, and what to do."""
    counts, rows = asyncio.run(_list(tenant, source, limit))
    if as_json:
        screen.print_json({"waiting": counts, "rows": [_shown(row, raw=raw) for row in rows]})
        return
    for name, count in sorted(counts.items()):
        print(f"{name}: {count:,} dòng chờ · rows wait")
    for row in rows:
        print(f"{row.id}: [{row.source}] {row.locator}: {row.field} {row.value[:80]!r} {row.reason}")
        if raw:
            print(f"    {row.raw.decode()}")


def redrive_rows(
    *,
    mapping: Annotated[
        Path | None, typer.Option(help="Bảng ánh xạ mới · the mended mapping; else the one shipped with Khớp.")
    ] = None,
    tenant: Annotated[str | None, typer.Option(help="Only this tenant.")] = None,
    source: Annotated[str | None, typer.Option(help="Only rows met by this mapping, as the list names it.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document.")] = False,
) -> None:
    """Đưa lại vào · map what waits again; what the mapping knows now enters with its original times."""
    try:
        kafka = KafkaSettings.from_env(environment_of())
        done = asyncio.run(_redrive(kafka, mapping, tenant, source))
    except (SettingsError, TableError) as error:
        raise WrongUsage(str(error)) from None
    if as_json:
        waiting = [{**_shown(row, raw=False), "reason": reason} for row, reason in done.waiting]
        screen.print_json({"released": len(done.released), "waiting": waiting})
    else:
        print(f"Đã đưa lại · released {len(done.released):,}")
        for row, reason in done.waiting[:_SHOWN_MAX]:
            print(f"{row.id}: [{row.source}] {row.locator}: {reason}")
    if done.waiting:
        raise Findings(f"{len(done.waiting):,} rows still wait")


def drop_row(
    number: Annotated[int, typer.Argument(help="Its number, as the list shows it.")],
    *,
    reason: Annotated[str, typer.Option(help="Lý do · why it will never be taken.")],
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document.")] = False,
) -> None:
    """Bỏ · settle a row that will never be taken; the row and the reason are kept until they expire."""
    if not reason.strip():
        raise WrongUsage("--reason is empty; say why, for whoever asks later")
    if not asyncio.run(_drop(number, reason)):
        raise Findings(f"row {number} does not wait; see `khop quarantine list`")
    if as_json:
        screen.print_json({"id": number, "state": "dropped", "reason": reason})
        return
    print(f"Đã bỏ · dropped {number}")


async def _drop(number: int, reason: str) -> bool:
    async with open_database(read_settings()) as database:
        return await PostgresQuarantine(database.pool).settle(number, "dropped", reason)


async def _list(tenant: str | None, source: str | None, limit: int) -> tuple[dict[str, int], list[Quarantined]]:
    async with open_database(read_settings()) as database:
        quarantine = PostgresQuarantine(database.pool)
        return await quarantine.counts(), await quarantine.list(tenant=tenant, source=source, limit=limit)


async def _redrive(kafka: KafkaSettings, path: Path | None, tenant: str | None, source: str | None) -> Redriven:
    # The broker's client takes longest to load; listing does without it.
    from services.messaging.kafka_publisher import KafkaPublisher

    async with open_database(read_settings()) as database, KafkaPublisher(kafka, client_id="khop-redrive") as publisher:
        quarantine = PostgresQuarantine(database.pool)
        return await redrive(
            await quarantine.list(tenant=tenant, source=source, limit=_ROWS_MAX),
            mapping_for=lambda row: _mapping_for(row, path, chosen=source is not None),
            publisher=publisher,
            memory=PostgresContentMemory(database.pool),
            quarantine=quarantine,
        )


def _mapping_for(row: Quarantined, path: Path | None, *, chosen: bool) -> SourceMapping | str:
    name = row.source.partition("#")[0]
    if path is None:
        shipped = _MAPS / name
        if not shipped.is_file():
            return f"give the mapping it came by with --mapping {name}"
        return load_mapping(shipped, tenant=row.tenant, system=row.system)
    if path.name != name and not chosen:
        return f"came by {name}, not by {path.name}: if that is meant, say --source {row.source!r} too"
    return load_mapping(path, tenant=row.tenant, system=row.system)


def _shown(row: Quarantined, *, raw: bool) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "id": row.id,
        "tenant": row.tenant,
        "system": row.system,
        "source": row.source,
        "at": row.locator,
        "field": row.field,
        "value": row.value,
        "reason": row.reason,
        "observed_at": row.observed_at.isoformat(),
    }
    return shown | {"raw": row.raw.decode()} if raw else shown
