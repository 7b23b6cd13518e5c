"""`khop purge`: what was set aside and settled may hold personal data, and is kept for questions only so long."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer

from services.operator import screen
from services.operator.open import open_database
from services.operator.settings import read_settings
from services.parking.postgres import PostgresParkingLot, PostgresQuarantine

KEPT_DAYS = 30


def register(app: typer.Typer) -> None:
    """Add `khop purge`."""
    app.command("purge")(purge)


def purge(
    *,
    older_than_days: Annotated[int, typer.Option(min=1, help="Erase what was settled longer ago.")] = KEPT_DAYS,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document.")] = False,
) -> None:
    """Xóa bản ghi đã giải quyết · erase parked and quarantined bytes settled long ago; what waits is never erased."""
    parked, quarantined = asyncio.run(_purge(datetime.now(UTC) - timedelta(days=older_than_days)))
    if as_json:
        screen.print_json({"parked": parked, "quarantined": quarantined})
    else:
        print(f"Đã xóa · erased: {parked:,} bản ghi để riêng · parked, {quarantined:,} dòng chờ · quarantined")


async def _purge(before: datetime) -> tuple[int, int]:
    async with open_database(read_settings()) as database:
        return (
            await PostgresParkingLot(database.pool).purge(before),
            await PostgresQuarantine(database.pool).purge(before),
        )
