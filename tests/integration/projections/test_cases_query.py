"""The query for cases finds what the segments say dossier by dossier, on whatever segments there may be."""

import itertools
from collections.abc import AsyncIterator, Callable

import polars as pl
import pytest_asyncio
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from services.domain.statistics.cases import NOW
from services.projections.cases import Cases, CasesQuery, PostgresCases
from services.projections.cases_memory import ReferenceCases
from services.projections.dossier_segments import SEGMENTS
from services.projections.port import TableChanges
from services.projections.postgres import PostgresReadModels
from services.projections.tables import SegmentRow
from services.runtime.postgres import open_pool
from tests.integration.projections.test_flow_query import moments, segment_rows

_tenants = (f"c{number}" for number in itertools.count())


@pytest_asyncio.fixture
async def cases(
    postgres_dsn: str, as_role: Callable[[str, str], str]
) -> AsyncIterator[tuple[PostgresReadModels, PostgresCases]]:
    """Read models on PostgreSQL and their cases, both as the operator."""
    async with open_pool(as_role(postgres_dsn, "khop_operator"), name="test") as pool:
        yield PostgresReadModels(pool), PostgresCases(pool)


@given(
    rows=segment_rows(),
    edges=st.sets(moments, min_size=2, max_size=2),
    position=st.integers(0, 5),
    latest=st.booleans(),
)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_the_query_finds_what_the_segments_say(
    cases: tuple[PostgresReadModels, PostgresCases],
    rows: list[SegmentRow],
    edges: set[object],
    position: int,
    latest: bool,
) -> None:
    models, by_query = cases
    tenant = next(_tenants)
    changes = [TableChanges(table=SEGMENTS, added=rows)]
    assert await models.apply("dossier_segments", tenant, after=0, up_to=9, changes=changes)
    opens, closes = sorted(edges)  # type: ignore[type-var]
    query = CasesQuery(tenant=tenant, position=position, opens=opens, closes=closes, latest=latest)  # type: ignore[arg-type]
    [expected] = await collected(ReferenceCases(models), query)
    if not latest:
        expected = expected.with_columns(
            pl.lit(None, dtype=expected.schema[f"now_{name}"]).alias(f"now_{name}") for name in NOW
        )
    assert_frame_equal(pl.concat(await collected(by_query, query)), expected, check_row_order=False)


async def collected(cases: Cases, query: CasesQuery) -> list[pl.DataFrame]:
    frames: list[pl.DataFrame] = []
    await cases.cases(query, frames.append)
    return frames
