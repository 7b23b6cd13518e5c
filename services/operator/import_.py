"""`khop import`: files of an existing system enter through the front door, as its observations."""

from __future__ import annotations

import asyncio
import gc
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TaskProgressColumn, TextColumn, TimeRemainingColumn

from contracts.observations import Observation
from services.event_store.checkpoints import PostgresCheckpoints
from services.operator import screen
from services.operator.errors import Away, Findings, WrongUsage
from services.operator.open import Database, open_database
from services.operator.settings import environment_of, read_settings
from services.parking.postgres import PostgresQuarantine
from services.runtime.clock import SystemClock
from services.runtime.settings import KafkaSettings, SettingsError
from services.sources.bytes import FileBroken
from services.sources.file import Part, parts
from services.sources.importing import NotRecorded, check_files, import_files, wait_recorded
from services.sources.mapping import SourceMapping, load_mapping
from services.sources.postgres import PostgresContentMemory
from services.sources.reading import Tally
from services.sources.tables import TableError


def register(app: typer.Typer) -> None:
    """Add `khop import`."""
    app.command("import")(command)


def command(
    files: Annotated[list[Path], typer.Argument(help="CSV, TSV, JSON Lines, XLSX, XES; .gz or not.")],
    *,
    mapping: Annotated[Path, typer.Option(help="Bảng ánh xạ · what the columns and codes mean (TOML).")],
    tenant: Annotated[str | None, typer.Option(help="Instead of the mapping's tenant.")] = None,
    system: Annotated[str | None, typer.Option(help="Instead of the mapping's system.")] = None,
    check: Annotated[bool, typer.Option("--check", help="Chỉ kiểm tra · say what it would do, do nothing.")] = False,
    wait: Annotated[bool, typer.Option(help="Until the log holds what was published.")] = True,
    patience_s: Annotated[float, typer.Option(help="How long the log may stand still before waiting ends.")] = 60.0,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document.")] = False,
) -> None:
    """Nhập dữ liệu từ tệp · import files; running it again is harmless."""
    try:
        rules = load_mapping(mapping, tenant=tenant, system=system)
        work = parts(rules, files)
    except (TableError, FileBroken) as error:
        raise WrongUsage(str(error)) from None
    # What loading made lives as long as the command: the collector need not look through it with every batch.
    gc.freeze()
    if check:
        tally = asyncio.run(_check(work, quiet=as_json))
    else:
        patience = patience_s if wait else None
        tally = asyncio.run(_import(rules, work, source=mapping.name, patience_s=patience, quiet=as_json))
    if as_json:
        screen.print_json(_document(rules, tally, check=check))
    else:
        _show(rules, tally, check=check)
    wrong = [
        f"{count:,} {noun[count != 1]} {what}"
        for count, noun, what in (
            (tally.refused, ("row", "rows"), "not taken"),
            (tally.contradictions, ("act", "acts"), "said twice with other content"),
            (len(tally.broken), ("file", "files"), "not read to the end"),
        )
        if count
    ]
    if wrong:
        raise Findings(", ".join(wrong) + "; everything else " + ("would be" if check else "is") + " taken")


async def _check(work: Sequence[Part], *, quiet: bool) -> Tally:
    with _bars("Kiểm tra · checking", quiet=quiet) as told:
        return await check_files(work, observed_at=SystemClock().now(), told=told)


async def _import(
    rules: SourceMapping, work: Sequence[Part], *, source: str, patience_s: float | None, quiet: bool
) -> Tally:
    # The broker's client takes longest to load; a check does without it.
    from services.messaging.kafka_publisher import KafkaPublisher

    settings, clock = read_settings(), SystemClock()
    try:
        kafka = KafkaSettings.from_env(environment_of())
    except SettingsError as error:
        raise WrongUsage(str(error)) from None
    async with open_database(settings) as database, KafkaPublisher(kafka, client_id="khop-import") as publisher:
        holds = PostgresCheckpoints(database.pool, dsn=settings.postgres_dsn)
        async with holds.hold(f"observer/{rules.system}", rules.tenant) as mine:
            if not mine:
                raise Away(f"{rules.tenant}/{rules.system} is being read by an observer or another import; wait for it")
            before = await database.store.head(rules.tenant)
            with _bars("Nhập · importing", quiet=quiet) as told:
                tally = await import_files(
                    rules,
                    work,
                    source=source,
                    publisher=publisher,
                    memory=PostgresContentMemory(database.pool),
                    quarantine=PostgresQuarantine(database.pool),
                    observed_at=clock.now(),
                    told=told,
                )
        if patience_s is not None and tally.last is not None:
            await until_recorded(
                database, tally.last, published=tally.published, before=before, patience_s=patience_s, quiet=quiet
            )
        return tally


async def until_recorded(
    database: Database, last: Observation, *, published: int, before: int, patience_s: float, quiet: bool
) -> None:
    """Wait, with a bar, until the log holds the last of what was published; it was at `before`. Raises Away."""
    with screen.progress("Chờ ghi nhận · waiting for the log", total=published, quiet=quiet) as moved:
        try:
            await wait_recorded(
                database.store,
                last,
                clock=SystemClock(),
                patience_s=patience_s,
                grown=lambda head: moved(min(published, max(0, head - before))),
            )
        except NotRecorded as error:
            raise Away(f"everything is published, but {error}; see `khop status` for the recorder") from None


@contextmanager
def _bars(label: str, *, quiet: bool) -> Iterator[Callable[[Part, int], None]]:
    # Fits into 80 columns with a file's name and its kind of rows.
    columns = (TextColumn("{task.description}"), BarColumn(bar_width=16), TaskProgressColumn(), TimeRemainingColumn())
    console = Console(stderr=True)
    with Progress(*columns, console=console, disable=quiet or not console.is_terminal, transient=True) as bar:
        tasks: dict[int, TaskID] = {}

        def told(part: Part, read: int) -> None:
            if id(part) not in tasks:
                named = f"{label} {part.path.name}{f' ({part.rows.name})' if part.rows.name else ''}"
                tasks[id(part)] = bar.add_task(named, total=part.path.stat().st_size)
            bar.update(tasks[id(part)], completed=read)

        yield told


def _document(rules: SourceMapping, tally: Tally, *, check: bool) -> dict[str, Any]:
    return {
        "tenant": rules.tenant,
        "system": rules.system,
        "check": check,
        "rows": tally.rows,
        "dossiers": tally.dossiers,
        "acts": dict(sorted(tally.acts.items())),
        "published": tally.published,
        "unchanged": tally.unchanged,
        "refused": tally.refused,
        "first_refused": [
            {"at": one.locator, "field": one.field, "value": one.value[:200], "reason": one.reason}
            for one in tally.first_refused
        ],
        "unknown_codes": [
            {"field": field, "value": value, "rows": rows} for (field, value), rows in tally.unknown.most_common()
        ],
        "contradictions": tally.contradictions,
        "first_contradictions": [_contradiction(tally, index) for index in range(len(tally.first_contradictions))],
        "broken": tally.broken,
        "never_seen": tally.never_seen,
    }


def _show(rules: SourceMapping, tally: Tally, *, check: bool) -> None:
    did = "Sẽ nhập · would take" if check else "Đã nhập · took"
    print(f"{did}: {rules.tenant}/{rules.system}, {tally.rows:,} dòng · rows, {tally.dossiers:,} hồ sơ · dossiers")
    for act, count in sorted(tally.acts.items()):
        print(f"  {act:<32}{count:>12,}")
    if not check:
        print(f"Công bố · published {tally.published:,}, không đổi · unchanged {tally.unchanged:,}")
    for (field, value), rows in tally.unknown.most_common(20):
        print(f"Mã chưa biết · unknown code: {field} = {value!r} ({rows:,} dòng · rows)")
    for one in tally.first_refused:
        print(f"Chưa nhận · not taken: {one}", file=sys.stderr)
    for index in range(len(tally.first_contradictions)):
        print(f"Mâu thuẫn · contradiction: {_contradiction(tally, index)}", file=sys.stderr)
    for sentence in tally.broken:
        print(f"Tệp hỏng · broken file: {sentence}", file=sys.stderr)
    for column in tally.never_seen:
        print(f"Không thấy · in no row: {column}; is the name in the mapping right?", file=sys.stderr)


def _contradiction(tally: Tally, index: int) -> str:
    said = tally.first_contradictions[index]
    one = said.observation
    named = f"{one.act} {one.act_id}" if one.act_id is not None else f"{one.act} at {one.occurred_at.isoformat()}"
    return f"{said.locator}: {one.code}: {named} was said before in these files with other content; keep one of them"
