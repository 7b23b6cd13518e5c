"""Keys in the schema `gateway`."""

from __future__ import annotations

from builtins import list as List  # noqa: N812 - the port's method is called `list` too
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from services.keys.port import ApiKey
from services.runtime.database import load_statements, translated

if TYPE_CHECKING:
    from asyncpg import Pool, Record


@dataclass(frozen=True, slots=True, kw_only=True)
class Statements:
    """One field a file in `sql/`."""

    add: str
    find: str
    list_all: str
    revoke: str


STATEMENTS: Final = load_statements(Statements, Path(__file__).parent / "sql")


class PostgresKeys:
    """The table of keys through a pool."""

    def __init__(self, pool: Pool[Record]) -> None:
        self._pool = pool

    async def add(self, key: ApiKey) -> None:
        with translated():
            await self._pool.execute(
                STATEMENTS.add, key.id, key.tenant, key.system, key.scope, key.digest, key.created_at
            )

    async def find(self, key_id: str) -> ApiKey | None:
        with translated():
            row = await self._pool.fetchrow(STATEMENTS.find, key_id)
        return None if row is None else ApiKey(**dict(row))

    async def list(self, tenant: str | None = None) -> List[ApiKey]:
        with translated():
            rows = await self._pool.fetch(STATEMENTS.list_all, tenant)
        return [ApiKey(**dict(row)) for row in rows]

    async def revoke(self, key_id: str, *, at: datetime) -> bool:
        with translated():
            return await self._pool.fetchval(STATEMENTS.revoke, key_id, at) is not None
