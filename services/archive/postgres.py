"""Printed reports in the schema `reports`."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, fields
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Final

import asyncpg

from services.archive.port import Entry, NotKept, Printed
from services.runtime.database import load_statements, reason, translated

if TYPE_CHECKING:
    from asyncpg import Pool, Record


@dataclass(frozen=True, slots=True, kw_only=True)
class Statements:
    """One field a file in `sql/`."""

    keep: str
    list_of: str
    find: str
    of_days: str


STATEMENTS: Final = load_statements(Statements, Path(__file__).parent / "sql")
_READ_AT_ONCE: Final = 8
_NAMES: Final = tuple(field.name for field in fields(Entry))


class PostgresArchive:
    """The table of printed reports through a pool."""

    def __init__(self, pool: Pool[Record]) -> None:
        self._pool = pool

    async def keep(self, printed: Printed) -> bool:
        values = (getattr(printed.entry, name) for name in _NAMES)
        try:
            with translated():
                done = await self._pool.execute(STATEMENTS.keep, *values, printed.body)
        except asyncpg.PostgresError as error:
            raise NotKept(reason(error)) from error
        return done == "INSERT 0 1"

    async def entries(
        self, tenant: str, *, definition: str | None = None, first: date | None = None, last: date | None = None
    ) -> list[Entry]:
        with translated():
            rows = await self._pool.fetch(STATEMENTS.list_of, tenant, definition, first, last)
        return [_entry(row) for row in rows]

    async def find(self, beginning: str, *, limit: int = 2) -> list[Printed]:
        with translated():
            rows = await self._pool.fetch(STATEMENTS.find, beginning, limit)
        return [_printed(row) for row in rows]

    async def of_days(
        self, tenant: str, *, definition: str, first: date, last: date, up_to: int
    ) -> AsyncIterator[Printed]:
        asked = (tenant, definition, first, last, up_to)
        with translated():
            async with self._pool.acquire() as connection, connection.transaction(readonly=True):
                async for row in connection.cursor(STATEMENTS.of_days, *asked, prefetch=_READ_AT_ONCE):
                    yield _printed(row)


def _printed(row: Record) -> Printed:
    return Printed(entry=_entry(row), body=row["body"])


def _entry(row: Record) -> Entry:
    return Entry(**{name: row[name] for name in _NAMES})
