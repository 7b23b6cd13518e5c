"""`report flow` over a province of 172,000 dossiers, as of positions all along its log."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from datetime import date
from functools import partial
from typing import TYPE_CHECKING, TypeVar
from zoneinfo import ZoneInfo

from services.projections.flow_document import FlowRequest, broken_rows, flow_document
from services.projections.flow_report import PostgresFlowReports
from tests.bench.filled import TENANT
from tests.bench.row import Goal, Row
from tests.bench.stage import Stage, Stuck

if TYPE_CHECKING:
    from asyncpg import Pool, Record

T = TypeVar("T")
POSITIONS = 5
TIMES = 3
KINDS: dict[str, tuple[str, ...]] = {"": (), ", by month and agency": ("month", "agency")}
COUNT = "SELECT count(*) FROM read.segments WHERE known_from <= $1 AND (known_to IS NULL OR known_to > $1)"


async def measure(stage: Stage, pool: Pool[Record], head: int, *, dossiers: int) -> list[Row]:
    """The slowest position of each report, each the median of three; the peer counts the table that it reads."""
    # As autovacuum does soon after; here the table is minutes old and was never read.
    await pool.execute("VACUUM ANALYZE read.segments")
    reports = PostgresFlowReports(pool)
    positions = [head * number // POSITIONS for number in range(1, POSITIONS + 1)]
    slowest = dict.fromkeys(KINDS, 0.0)
    counted = 0.0
    for position in positions:
        for name, by in KINDS.items():
            stage.tell(f"report{name}", position, head)
            request = FlowRequest(
                tenant=TENANT,
                first=date(2024, 1, 1),
                last=date(2024, 6, 30),
                zone=ZoneInfo("Asia/Ho_Chi_Minh"),
                by=by,
            )
            took_s, document = await _median(partial(flow_document, reports, request, position=position))
            if not document["totals"]["received_online"] or broken_rows(document):
                raise Stuck(f"as of {position} the report says {document['totals']}")
            slowest[name] = max(slowest[name], took_s)
        async with pool.acquire() as connection, connection.transaction(readonly=True):
            await connection.execute("SET LOCAL enable_indexscan = off; SET LOCAL enable_bitmapscan = off")
            took_s, _ = await _median(partial(connection.fetchval, COUNT, position))
        counted = max(counted, took_s)
    return [
        Row(
            name=f"report flow, {dossiers:,} dossiers, a half year, as of any position{name}",
            value=seconds,
            unit="s",
            limit="bare sequential count over the same table",
            limit_value=counted,
            goal=Goal(at_most=1),
        )
        for name, seconds in slowest.items()
    ]


async def _median(ask: Callable[[], Awaitable[T]]) -> tuple[float, T]:
    took: list[tuple[float, T]] = []
    for _ in range(TIMES):
        started = time.perf_counter()
        answer = await ask()
        took.append((time.perf_counter() - started, answer))
    return sorted(took, key=lambda each: each[0])[TIMES // 2]
