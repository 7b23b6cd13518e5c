"""The flow report asked of the bitemporal segments: any periods, as of any position, in one query."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, Protocol
from zoneinfo import ZoneInfo

from services.domain.periods import Period
from services.domain.statistics.flow import FIGURES, Due, Figure
from services.domain.zones import offsets_of
from services.projections import dossier_segments
from services.projections.snapshot import live_build, snapshot
from services.projections.statements import STATEMENTS

if TYPE_CHECKING:
    from asyncpg import Pool, Record

Dimension = Literal["agency", "procedure", "channel"]


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowQuery:
    """What a flow report is a function of, together with the log."""

    tenant: str
    position: int
    periods: Sequence[Period]
    zone: ZoneInfo
    due: Due = "instant"
    by: frozenset[Dimension] = frozenset()
    hashes: bool = False


@dataclass(frozen=True, slots=True)
class FlowRow:
    """The figures of one period, and of one agency, procedure and channel where these are told apart."""

    period: int
    agency: str | None
    procedure: str | None
    channel: str | None
    figures: Mapping[Figure, int]
    hashes: Mapping[Figure, str] = field(default_factory=dict)
    """Figure → SHA-256 (hex) of the sorted lines `system/code` of the dossiers it counts, each by its least one."""


class FlowReports(Protocol):
    """Answers a flow report's question. Raises ReadModelsUnavailable."""

    async def flow(self, query: FlowQuery) -> list[FlowRow]:
        """The rows in which anything counts, by period, agency, procedure and channel; absent values first."""
        ...


class PostgresFlowReports:
    """By one statement over the schema `read`."""

    def __init__(self, pool: Pool[Record]) -> None:
        self._pool = pool

    async def flow(self, query: FlowQuery) -> list[FlowRow]:
        starts, offsets = offsets_of(query.zone)
        async with snapshot(self._pool) as connection:
            records = await connection.fetch(
                STATEMENTS.flow,
                await live_build(connection, dossier_segments.NAME, query.tenant),
                query.position,
                list(range(len(query.periods))),
                [period.opens for period in query.periods],
                [period.closes for period in query.periods],
                "agency" in query.by,
                "procedure" in query.by,
                "channel" in query.by,
                query.due == "day",
                list(starts),
                list(offsets),
                query.hashes,
            )
        return told(_row(record, hashes=query.hashes) for record in records)


def told(rows: Iterable[FlowRow]) -> list[FlowRow]:
    """Rows in order, those in which nothing counts left out."""
    return sorted(
        (row for row in rows if any(row.figures.values())),
        key=lambda row: (
            row.period,
            *((value is not None, value or "") for value in (row.agency, row.procedure, row.channel)),
        ),
    )


def _row(record: Record, *, hashes: bool) -> FlowRow:
    return FlowRow(
        record["number"],
        record["agency"],
        record["procedure"],
        record["by_channel"],
        {figure: record[figure] for figure in FIGURES},
        {figure: record[f"{figure}_hash"] for figure in FIGURES} if hashes else {},
    )
