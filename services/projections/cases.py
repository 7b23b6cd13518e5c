"""Reads the cases of a report out of the bitemporal segments, as of any position, as one frame."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final, Protocol

import polars as pl

from services.domain.statistics.cases import PAPERS_SCHEMA, SCHEMA, with_papers
from services.projections.port import ReadModelsUnavailable
from services.projections.statements import STATEMENTS
from services.runtime.database import translated

if TYPE_CHECKING:
    from asyncpg import Pool, Record

TEXT_BYTES: Final = 16 << 20
"""How much of the answer is read in at once: about 100,000 dossiers."""
_INSTANT: Final = pl.Datetime("us", "UTC")


@dataclass(frozen=True, slots=True, kw_only=True)
class CasesQuery:
    """Which cases: those known at a position of a tenant's log, of the period [opens, closes).

    `latest`: look at what holds at the latest too, without regard to the period. `papers`: at what became of the
    dossiers' papers too.
    """

    tenant: str
    position: int
    opens: datetime
    closes: datetime
    latest: bool = False
    papers: bool = False


class Cases(Protocol):
    """Where cases come from. Raises ReadModelsUnavailable."""

    async def cases(self, query: CasesQuery, take: Callable[[pl.DataFrame], None]) -> None:
        """Give `take` one row a dossier that was known just before `closes`, columns as in `SCHEMA`, in no order.

        With `papers` also those of `PAPERS_SCHEMA`. They come in frames of bounded size, at least one, so that a whole
        country need not be in memory at once.
        """
        ...


class PostgresCases:
    """By one statement a table of the schema `read`; answers come as text, which is read in by all cores at once."""

    def __init__(self, pool: Pool[Record]) -> None:
        self._pool = pool

    async def cases(self, query: CasesQuery, take: Callable[[pl.DataFrame], None]) -> None:
        moments = (query.tenant, query.position, query.opens, query.closes)
        papers, text = bytearray(), bytearray()

        async def collect(rows: bytes) -> None:
            papers.extend(rows)

        async def keep(rows: bytes) -> None:
            text.extend(rows)  # always whole rows: the server sends each in a message of its own
            if len(text) >= TEXT_BYTES:
                give()

        def give() -> None:
            cases = _read(bytes(text), SCHEMA)
            text.clear()
            take(with_papers(cases, known) if query.papers else cases)

        with translated(ReadModelsUnavailable):
            async with self._pool.acquire() as connection, connection.transaction(readonly=True):
                # The rows of one report fit in memory; on disk the same joins take several times as long.
                await connection.execute("SET LOCAL work_mem = '128MB'")
                if query.papers:
                    await connection.copy_from_query(STATEMENTS.case_papers, *moments, output=collect, format="csv")
                known = _read(bytes(papers), PAPERS_SCHEMA)
                await connection.copy_from_query(STATEMENTS.cases, *moments, query.latest, output=keep, format="csv")
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
