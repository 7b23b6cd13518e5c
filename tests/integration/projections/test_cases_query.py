"""The query for cases finds what the segments say dossier by dossier, on whatever segments there may be."""

import itertools
from collections.abc import AsyncIterator, Callable
from uuid import UUID

import polars as pl
import pytest_asyncio
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from services.domain.statistics.cases import SCHEMA
from services.projections.cases import Cases, CasesQuery, PostgresCases
from services.projections.cases_memory import ReferenceCases
from services.projections.dossier_papers import PAPERS
from services.projections.dossier_segments import SEGMENTS
from services.projections.port import TableChanges
from services.projections.postgres import PostgresReadModels
from services.projections.tables import PapersRow, SegmentRow
from services.runtime.postgres import open_pool
from tests.integration.projections.test_flow_query import maybe, moments, segment_rows, timelines

_tenants = (f"c{number}" for number in itertools.count())


@pytest_asyncio.fixture
async def cases(
    postgres_dsn: str, as_role: Callable[[str, str], str]
) -> AsyncIterator[tuple[PostgresReadModels, PostgresCases]]:
    """Read models on PostgreSQL and their cases, both as the operator."""
    async with open_pool(as_role(postgres_dsn, "khop_operator"), name="test") as pool:
        yield PostgresReadModels(pool), PostgresCases(pool)


@st.composite
def paper_rows(draw: st.DrawFn, segments: list[SegmentRow]) -> list[PapersRow]:
    """Papers of some of the dossiers that have these segments, and of one that has none."""
    count, flag = st.none() | st.integers(0, 5), st.sampled_from([True, False, None])
    rows: list[PapersRow] = []
    named = {(row.dossier, row.least_system, row.least_code) for row in segments}
    for dossier, system, code in [*sorted(named), (UUID(int=99), "portal", "none")]:
        beliefs = sorted(draw(st.sets(st.integers(1, 5), max_size=2)))
        for known_from, known_to in zip(beliefs, [*beliefs[1:], None], strict=False):
            for first, last in draw(timelines()):
                told = (
                    *(draw(count) for _ in range(5)),
                    *(draw(flag) for _ in range(3)),
                    *(draw(maybe) for _ in range(3)),
                    draw(st.none() | st.integers(0, 10**7)),
                )
                rows.append(PapersRow(known_from, len(rows), known_to, dossier, system, code, first, last, *told))
    return rows


@given(
    rows=segment_rows(),
    data=st.data(),
    edges=st.sets(moments, min_size=2, max_size=2),
    position=st.integers(0, 5),
    latest=st.booleans(),
    with_papers=st.booleans(),
)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_the_query_finds_what_the_segments_say(
    cases: tuple[PostgresReadModels, PostgresCases],
    rows: list[SegmentRow],
    edges: set[object],
    position: int,
    latest: bool,
    data: st.DataObject,
    with_papers: bool,
) -> None:
    models, by_query = cases
    tenant = next(_tenants)
    changes = [TableChanges(table=SEGMENTS, added=rows)]
    assert await models.apply("dossier_segments", tenant, after=0, up_to=9, changes=changes)
    papers = [TableChanges(table=PAPERS, added=data.draw(paper_rows(rows)))]
    assert await models.apply("dossier_papers", tenant, after=0, up_to=9, changes=papers)
    opens, closes = sorted(edges)  # type: ignore[type-var]
    query = CasesQuery(
        tenant=tenant,
        position=position,
        opens=opens,  # type: ignore[arg-type]
        closes=closes,  # type: ignore[arg-type]
        latest=latest,
        papers=with_papers,
        columns=data.draw(st.none() | st.frozensets(st.sampled_from(tuple(SCHEMA)), max_size=6)),
    )
    [expected] = await collected(ReferenceCases(models), query)
    if not latest:
        expected = expected.with_columns(
            pl.lit(None, dtype=SCHEMA[name]).alias(name) for name in expected.columns if name.startswith("now_")
        )
    assert_frame_equal(pl.concat(await collected(by_query, query)), expected, check_row_order=False)


async def collected(cases: Cases, query: CasesQuery) -> list[pl.DataFrame]:
    frames: list[pl.DataFrame] = []
    await cases.cases(query, frames.append)
    return frames
