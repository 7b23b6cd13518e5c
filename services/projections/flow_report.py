"""The flow report asked of the bitemporal segments: any periods, as of any position, in one query."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Final, Literal, Protocol
from zoneinfo import ZoneInfo

from services.projections.port import ReadModelsUnavailable
from services.projections.statements import STATEMENTS
from services.projections.zones import offsets
from services.runtime.database import translated

if TYPE_CHECKING:
    from asyncpg import Pool, Record

Due = Literal["instant", "day"]
Dimension = Literal["agency", "procedure", "channel"]

IN: Final = (
    "carried_over",
    "received_online",
    "received_direct",
    "received_channel_unknown",
    "reopened",
)
OUT: Final = (
    "resolved_on_time",
    "resolved_late",
    "resolved_no_due_date",
    "in_hand_not_due",
    "in_hand_overdue",
    "in_hand_no_due_date",
)
FIGURES: Final = (*IN, *OUT, "voided")
"""Every figure of a row. What came in (`IN`) is what went out or is still there (`OUT`); voided ones are in neither."""


@dataclass(frozen=True, slots=True)
class Period:
    """From an instant on, up to but not including its closing instant."""

    opens: datetime
    closes: datetime


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
    figures: Mapping[str, int]
    hashes: Mapping[str, str] = field(default_factory=dict)
    """Figure → SHA-256 (hex) of the sorted lines `system/code` of the dossiers it counts, each by its least one."""


class FlowReports(Protocol):
    """Answers a flow report's question. Raises ReadModelsUnavailable."""

    async def flow(self, query: FlowQuery) -> list[FlowRow]:
        """The rows there are, in order of period, agency, procedure and channel; absent values come first."""
        ...


class PostgresFlowReports:
    """By one statement over the schema `read`."""

    def __init__(self, pool: Pool[Record]) -> None:
        self._pool = pool

    async def flow(self, query: FlowQuery) -> list[FlowRow]:
        starts, seconds = offsets(query.zone)
        with translated(ReadModelsUnavailable):
            async with self._pool.acquire() as connection, connection.transaction(readonly=True):
                # The rows of one report fit in memory; on disk the same joins take several times as long.
                await connection.execute("SET LOCAL work_mem = '128MB'")
                records = await connection.fetch(
                    STATEMENTS.flow,
                    query.tenant,
                    query.position,
                    list(range(len(query.periods))),
                    [period.opens for period in query.periods],
                    [period.closes for period in query.periods],
                    "agency" in query.by,
                    "procedure" in query.by,
                    "channel" in query.by,
                    query.due == "day",
                    list(starts),
                    list(seconds),
                    query.hashes,
                )
        return in_order([_row(record, hashes=query.hashes) for record in records])


def in_order(rows: list[FlowRow]) -> list[FlowRow]:
    """By period, agency, procedure and channel, text by code points, absent values first."""
    return sorted(
        rows,
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
