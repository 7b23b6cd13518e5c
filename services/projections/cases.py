"""Reads the cases of a report out of the bitemporal segments, as of any position, as one frame."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final, Protocol

import polars as pl

from services.domain.statistics.cases import NAME, PAPERS_SCHEMA, SCHEMA, with_papers
from services.projections import dossier_papers, dossier_segments
from services.projections.snapshot import live_build, snapshot
from services.projections.statements import STATEMENTS

if TYPE_CHECKING:
    from asyncpg import Pool, Record

TEXT_BYTES: Final = 16 << 20
"""How much of the answer is read in at once: about 100,000 dossiers."""
_INSTANT: Final = pl.Datetime("us", "UTC")
_Output = Callable[[bytes], Coroutine[Any, Any, None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class CasesQuery:
    """Which cases: those known at a position of a tenant's log, of the period [opens, closes).

    `latest`: look at what holds at the latest too, without regard to the period. `papers`: at what became of the
    dossiers' papers too. `columns`: those of `SCHEMA` that are wanted beside the dossier's name; all if absent.
    """

    tenant: str
    position: int
    opens: datetime
    closes: datetime
    latest: bool = False
    papers: bool = False
    columns: frozenset[str] | None = None

    def schema(self) -> dict[str, Any]:
        """Column → type of what is wanted, papers aside."""
        wanted = self.columns
        return {name: kind for name, kind in SCHEMA.items() if wanted is None or name in wanted or name in NAME}


class Cases(Protocol):
    """Where cases come from. Raises ReadModelsUnavailable."""

    async def cases(self, query: CasesQuery, take: Callable[[pl.DataFrame], None]) -> None:
        """Give `take` one row a dossier that was known just before `closes`, in no order.

        Columns as `schema` of the query, with `papers` also those of `PAPERS_SCHEMA`. They come in frames of bounded
        size, at least one, so that a whole country need not be in memory at once.
        """
        ...


class PostgresCases:
    """By one statement a table of the schema `read`; answers come as text, which is read in by all cores at once."""

    def __init__(self, pool: Pool[Record]) -> None:
        self._pool = pool

    async def cases(self, query: CasesQuery, take: Callable[[pl.DataFrame], None]) -> None:
        schema = query.schema()
        papers, text = bytearray(), bytearray()

        async def collect(rows: bytes) -> None:
            papers.extend(rows)

        async def keep(rows: bytes) -> None:
            text.extend(rows)  # always whole rows: the server sends each in a message of its own
            if len(text) >= TEXT_BYTES:
                give()

        def give() -> None:
            cases = _read(bytes(text), schema)
            text.clear()
            take(with_papers(cases, known) if query.papers else cases)

        async with snapshot(self._pool) as connection:

            async def copy(statement: str, projection: str, *more: bool, output: _Output) -> None:
                build = await live_build(connection, projection, query.tenant)
                moments = (build, query.position, query.opens, query.closes, *more)
                await connection.copy_from_query(statement, *moments, output=output, format="csv")

            if query.papers:
                await copy(STATEMENTS.case_papers, dossier_papers.NAME, output=collect)
            known = _read(bytes(papers), PAPERS_SCHEMA)
            wanted = f"SELECT {', '.join(schema)} FROM ({STATEMENTS.cases}) AS cases"
            await copy(wanted, dossier_segments.NAME, query.latest, output=keep)
        give()


def _read(text: bytes, schema: Mapping[str, Any]) -> pl.DataFrame:
    if not text:
        return pl.DataFrame(schema=schema)
    on_the_wire = {
        name: pl.Int64 if kind == _INSTANT else pl.String if kind == pl.Boolean else kind
        for name, kind in schema.items()
    }
    frame = pl.read_csv(text, has_header=False, new_columns=list(schema), schema=on_the_wire)
    return frame.with_columns(
        *(pl.col(name).cast(_INSTANT) for name, kind in schema.items() if kind == _INSTANT),
        *(pl.col(name) == "t" for name, kind in schema.items() if kind == pl.Boolean),
    )
