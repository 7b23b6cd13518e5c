"""By which code a dossier stands in lists as of a position: looked up by any code, and how that changed in between."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from services.projections.snapshot import snapshot
from services.projections.statements import STATEMENTS

if TYPE_CHECKING:
    from asyncpg import Pool, Record


class Holder(NamedTuple):
    """A dossier that holds a code of a system now; `line` (`system/code`) is None where it was not known then."""

    system: str
    code: str
    line: str | None


class PostgresLines:
    """Reads which dossier is which out of the schema `read`. Raises ReadModelsUnavailable."""

    def __init__(self, pool: Pool[Record]) -> None:
        self._pool = pool

    async def holders(self, tenant: str, position: int, codes: Sequence[str]) -> list[Holder]:
        """Who holds any of these codes, in any system."""
        async with snapshot(self._pool) as connection:
            rows = await connection.fetch(STATEMENTS.lines_of_codes, tenant, position, list(codes))
        return [
            Holder(system, code, None if least_code is None else f"{least_system}/{least_code}")
            for system, code, least_system, least_code in rows
        ]

    async def renamed(self, tenant: str, one: int, other: int) -> dict[str, str]:
        """Line at the earlier of two positions → line at the later, of the dossiers for which they differ."""
        async with snapshot(self._pool) as connection:
            rows = await connection.fetch(STATEMENTS.renamed, tenant, min(one, other), max(one, other))
        return {row["was"]: row["is_now"] for row in rows}
