"""What observers remember, on PostgreSQL."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from services.runtime.database import load_statements, translated
from services.sources.port import HASH_BYTES, Seen

if TYPE_CHECKING:
    from asyncpg import Pool, Record


@dataclass(frozen=True, slots=True, kw_only=True)
class _Statements:
    recall: str
    remember: str
    cursor: str
    start_cursor: str
    move_cursor: str


_SQL: Final = load_statements(_Statements, Path(__file__).parent / "sql")


class PostgresContentMemory:
    """One row an act, found and replaced many at a time. Raises DatabaseUnavailable."""

    def __init__(self, pool: Pool[Record]) -> None:
        self._pool = pool

    async def recall(self, tenant: str, system: str, keys: Collection[bytes]) -> dict[bytes, Seen]:
        """What is known of these acts; an act never seen is absent."""
        with translated():
            rows = await self._pool.fetch(_SQL.recall, tenant, system, list(keys))
        return {row["key"]: Seen(row["content"], row["seen_at"], _parted(row["also"])) for row in rows}

    async def remember(self, tenant: str, system: str, seen: Mapping[bytes, Seen]) -> None:
        """Replace what is known of these acts."""
        # In the order of the key: two writers that touch the same rows then wait for each other, never in a circle.
        keys = sorted(seen)
        said = [seen[key] for key in keys]
        with translated():
            await self._pool.execute(
                _SQL.remember,
                *(tenant, system, keys),
                [one.content for one in said],
                [one.seen_at for one in said],
                [b"".join(one.also) for one in said],
            )


class PostgresCursors:
    """One row a polled source. Raises DatabaseUnavailable."""

    def __init__(self, pool: Pool[Record]) -> None:
        self._pool = pool

    async def get(self, tenant: str, system: str) -> str | None:
        """The cursor, None before the first page."""
        with translated():
            cursor: str | None = await self._pool.fetchval(_SQL.cursor, tenant, system)
        return cursor

    async def move(self, tenant: str, system: str, *, old: str | None, new: str) -> bool:
        """Move from `old`; False, and nothing moved, if it is not there."""
        with translated():
            if old is None:
                return await self._pool.execute(_SQL.start_cursor, tenant, system, new) == "INSERT 0 1"
            return await self._pool.execute(_SQL.move_cursor, tenant, system, old, new) == "UPDATE 1"


def _parted(joined: bytes) -> tuple[bytes, ...]:
    return tuple(joined[start : start + HASH_BYTES] for start in range(0, len(joined), HASH_BYTES))
