"""`khop parked`: records that no process could read; a person sends them again, or drops them and says why."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any

import typer
from pydantic import ValidationError

from contracts.observations import parse_observation
from contracts.topics import DOSSIER_EVENTS, OBSERVATIONS
from contracts.upcasting import parse_event
from services.messaging.port import Record
from services.messaging.unreadable import reason_of
from services.operator import screen
from services.operator.errors import Findings, WrongUsage
from services.operator.open import open_database
from services.operator.settings import environment_of, read_settings
from services.parking.port import Parked
from services.parking.postgres import PostgresParkingLot
from services.runtime.settings import KafkaSettings, SettingsError

SHOWN_BYTES = 2_000


def register(app: typer.Typer) -> None:
    """Add `khop parked list|show|redrive|drop`."""
    parked = typer.Typer(help="Bản ghi để riêng · records set aside.", no_args_is_help=True)
    parked.command("list")(list_all)
    parked.command("show")(show)
    parked.command("redrive")(redrive)
    parked.command("drop")(drop)
    app.add_typer(parked, name="parked")


def list_all(
    limit: Annotated[int, typer.Option(help="At most so many.", min=1)] = 100,
    *,
    everything: Annotated[bool, typer.Option("--all", help="Those redriven or dropped too.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document.")] = False,
) -> None:
    """Các bản ghi đang để riêng · what is set aside, and why."""
    records = asyncio.run(_list(limit, everything=everything))
    if as_json:
        screen.print_json({"parked": [_document(record) for record in records]})
        return
    for record in records:
        where = f"{record.topic}/{record.partition}/{record.offset}"
        print(
            f"{record.id}  {record.state}  {where}  {record.group}  {record.parked_at:%Y-%m-%d %H:%M}Z  {record.reason}"
        )
    if not records:
        print("Không có bản ghi nào · nothing is set aside")


def show(
    record_id: Annotated[int, typer.Argument(help="The number that `khop parked list` shows.")],
    *,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document.")] = False,
) -> None:
    """Nội dung một bản ghi · one record whole; it may hold personal data."""
    record = asyncio.run(_get(record_id))
    text = record.value[:SHOWN_BYTES].decode("utf-8", errors="backslashreplace")
    if as_json:
        screen.print_json(_document(record) | {"bytes": len(record.value), "value": text})
        return
    for name, value in _document(record).items():
        print(f"{name}: {value}")
    print(f"{len(record.value)} bytes:\n{text}")


def redrive(
    record_id: Annotated[int, typer.Argument(help="The number that `khop parked list` shows.")],
    *,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document.")] = False,
) -> None:
    """Gửi lại bản ghi · put it into its topic again, once it can be read."""
    asyncio.run(_redrive(record_id))
    if as_json:
        screen.print_json({"id": record_id, "state": "redriven"})
        return
    print(f"Đã gửi lại · sent again: {record_id}")


def drop(
    record_id: Annotated[int, typer.Argument(help="The number that `khop parked list` shows.")],
    reason: Annotated[str, typer.Option(help="Lý do · why nothing is lost by it.")],
    *,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document.")] = False,
) -> None:
    """Bỏ bản ghi, kèm lý do · give it up, and say why."""
    if not reason.strip():
        raise WrongUsage("--reason is empty; say why nothing is lost by dropping this record")
    asyncio.run(_settle(record_id, reason))
    if as_json:
        screen.print_json({"id": record_id, "state": "dropped", "reason": reason})
        return
    print(f"Đã bỏ · dropped: {record_id}")


def tenant_of(record: Parked) -> str:
    """Whose record it is, by reading it as its topic's contract says. Raises Findings when it still cannot be read."""
    try:
        if record.topic == OBSERVATIONS.name:
            return parse_observation(record.value).tenant
        if record.topic == DOSSIER_EVENTS.name:
            return parse_event(record.value).tenant
    except ValidationError as error:
        raise Findings(f"record {record.id} still cannot be read: {reason_of(error)}; drop it or fix it") from None
    raise Findings(f"record {record.id} is of {record.topic}, which nobody writes again")


def _document(record: Parked) -> dict[str, Any]:
    return {
        "id": record.id,
        "state": record.state,
        "topic": record.topic,
        "partition": record.partition,
        "offset": record.offset,
        "group": record.group,
        "tenant": record.tenant,
        "reason": record.reason,
        "attempts": record.attempts,
        "parked_at": record.parked_at.isoformat(),
    }


async def _list(limit: int, *, everything: bool) -> list[Parked]:
    async with open_database(read_settings()) as database:
        return await PostgresParkingLot(database.pool).list(state=None if everything else "parked", limit=limit)


async def _get(record_id: int) -> Parked:
    async with open_database(read_settings()) as database:
        return await _required(PostgresParkingLot(database.pool), record_id)


async def _required(lot: PostgresParkingLot, record_id: int) -> Parked:
    record = await lot.get(record_id)
    if record is None:
        raise Findings(f"no record has the number {record_id}; `khop parked list --all` shows them")
    return record


async def _redrive(record_id: int) -> None:
    # The broker's client takes longest to load; every other command does without it.
    from services.messaging.kafka_publisher import KafkaPublisher

    try:
        kafka = KafkaSettings.from_env(environment_of())
    except SettingsError as error:
        raise WrongUsage(str(error)) from None
    async with open_database(read_settings()) as database, KafkaPublisher(kafka, client_id="khop") as publisher:
        lot = PostgresParkingLot(database.pool)
        record = await _required(lot, record_id)
        if record.state != "parked":
            raise Findings(f"record {record_id} was {record.state} before")
        again = Record(key=record.key or b"", value=record.value, tenant=tenant_of(record))
        # First the topic, then the mark: repeated after a crash it is a duplicate, which every reader ignores.
        await publisher.publish(record.topic, [again])
        await lot.settle(record_id, "redriven", "khop parked redrive")


async def _settle(record_id: int, reason: str) -> None:
    async with open_database(read_settings()) as database:
        lot = PostgresParkingLot(database.pool)
        await _required(lot, record_id)
        if not await lot.settle(record_id, "dropped", reason):
            raise Findings(f"record {record_id} was redriven or dropped before")
