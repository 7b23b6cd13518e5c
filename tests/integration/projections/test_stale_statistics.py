"""A report of a build that the planner's statistics know nothing of reads each table a few times, not once a row."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID
from zoneinfo import ZoneInfo

from contracts.codes import DossierStatus
from services.domain.periods import Period
from services.projections.cases import CasesQuery, PostgresCases
from services.projections.dossier_papers import PAPERS
from services.projections.dossier_segments import SEGMENTS
from services.projections.flow_report import FlowQuery, PostgresFlowReports
from services.projections.port import TableChanges
from services.projections.postgres import PostgresReadModels
from services.projections.tables import PapersRow, SegmentRow
from services.runtime.postgres import open_pool

if TYPE_CHECKING:
    from asyncpg import Pool, Record

DOSSIERS = 500
OPENS = datetime(2024, 3, 31, 17, tzinfo=UTC)
CLOSES = datetime(2024, 6, 30, 17, tzinfo=UTC)
SCANS = "SELECT sum(seq_scan + idx_scan)::int FROM pg_stat_user_tables WHERE relname IN ('segments', 'papers')"


async def test_what_is_read_does_not_grow_with_the_dossiers(
    postgres_dsn: str, as_role: Callable[[str, str], str]
) -> None:
    async with open_pool(postgres_dsn, name="owner", size_max=1) as owner:
        await _fill(PostgresReadModels(owner), "known")
        await owner.execute("ANALYZE read.segments, read.papers")
        await _fill(PostgresReadModels(owner), "younger")
        async with open_pool(as_role(postgres_dsn, "khop_operator"), name="test", size_max=1) as pool:
            before = await _scans(pool, owner)
            frames: list[int] = []
            query = CasesQuery(
                tenant="younger", position=DOSSIERS, opens=OPENS, closes=CLOSES, latest=True, papers=True, columns=None
            )
            await PostgresCases(pool).cases(query, lambda frame: frames.append(frame.height))
            assert sum(frames) == DOSSIERS
            flow = FlowQuery(
                tenant="younger", position=DOSSIERS, periods=[Period(OPENS, CLOSES)], zone=ZoneInfo("Asia/Ho_Chi_Minh")
            )
            [row] = await PostgresFlowReports(pool).flow(flow)
            assert row.figures["resolved_no_due_date"] == DOSSIERS
            # Three instants of cases, two of the flow, one look at papers for both: each by one scan.
            assert await _scans(pool, owner) - before <= 10


async def _fill(models: PostgresReadModels, tenant: str) -> None:
    segments, papers = [], []
    for number in range(DOSSIERS):
        accepted, ended = OPENS - timedelta(hours=number + 1), OPENS + timedelta(hours=number + 1)
        named = (UUID(int=number), "one-stop", f"H{number:04}")
        for ordinal, (since, until) in enumerate(((accepted, ended), (ended, None))):
            status = DossierStatus.IN_PROCESS if until else DossierStatus.FINISHED
            end = None if until else ended
            segments.append(
                SegmentRow(
                    *(number + 1, ordinal, None, *named, since, until, status, "running" if until else "stopped"),
                    *(accepted, accepted, end, None if until else "finished", None, None, "H99", "1.000", "online"),
                    *(False, 0, None, None, 0),
                )
            )
        papers.append(PapersRow(number + 1, 0, None, *named, accepted, None, *(None,) * 12))
    for projection, table, rows in (("dossier_segments", SEGMENTS, segments), ("dossier_papers", PAPERS, papers)):
        changes = [TableChanges(table=table, added=rows)]
        assert await models.apply(projection, tenant, after=0, up_to=DOSSIERS, changes=changes)


async def _scans(pool: "Pool[Record]", owner: "Pool[Record]") -> int:
    """How often the tables were scanned, by all that this pool's one connection has done too."""
    await pool.execute("SELECT pg_stat_force_next_flush()")
    return int(await owner.fetchval(SCANS))
