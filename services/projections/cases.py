"""Reads the cases of a report out of the bitemporal segments, as of any position, as one frame."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from typing import TYPE_CHECKING, Any, Final, Protocol

import polars as pl

from services.domain.statistics.cases import PAPERS_SCHEMA, SCHEMA, with_papers
from services.projections.port import ReadModelsUnavailable
from services.projections.statements import STATEMENTS
from services.runtime.database import translated

if TYPE_CHECKING:
    from asyncpg import Pool, Record

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

    async def cases(self, query: CasesQuery) -> pl.DataFrame:
        """One row a dossier that was known just before `closes`, columns as in `SCHEMA`, in no order.

        With `papers` also those of `PAPERS_SCHEMA`.
        """
        ...


class PostgresCases:
    """By one statement a table of the schema `read`; answers come as text, which is read in by all cores at once."""

    def __init__(self, pool: Pool[Record]) -> None:
        self._pool = pool

    async def cases(self, query: CasesQuery) -> pl.DataFrame:
        text, papers = BytesIO(), BytesIO()
        moments = (query.tenant, query.position, query.opens, query.closes)
        with translated(ReadModelsUnavailable):
            async with self._pool.acquire() as connection, connection.transaction(readonly=True):
                # The rows of one report fit in memory; on disk the same joins take several times as long.
                await connection.execute("SET LOCAL work_mem = '128MB'")
                await connection.copy_from_query(STATEMENTS.cases, *moments, query.latest, output=text, format="csv")
                if query.papers:
                    await connection.copy_from_query(STATEMENTS.case_papers, *moments, output=papers, format="csv")
        cases = _read(text, SCHEMA)
        return with_papers(cases, _read(papers, PAPERS_SCHEMA)) if query.papers else cases


def _read(text: BytesIO, schema: Mapping[str, Any]) -> pl.DataFrame:
    if not text.getbuffer().nbytes:
        return pl.DataFrame(schema=schema)
    text.seek(0)
    on_the_wire = {
        name: pl.Int64 if kind == _INSTANT else pl.String if kind == pl.Boolean else kind
        for name, kind in schema.items()
    }
    frame = pl.read_csv(text, has_header=False, new_columns=list(schema), schema=on_the_wire)
    return frame.with_columns(
        *(pl.col(name).cast(_INSTANT) for name, kind in schema.items() if kind == _INSTANT),
        *(pl.col(name) == "t" for name, kind in schema.items() if kind == pl.Boolean),
    )
