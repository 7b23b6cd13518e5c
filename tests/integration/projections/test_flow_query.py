"""The flow report's one query counts exactly as the definition does, on whatever segments there may be."""

import itertools
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest_asyncio
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contracts.codes import DossierStatus
from services.domain.periods import Period
from services.projections.dossier_segments import SEGMENTS
from services.projections.flow_memory import ReferenceFlowReports
from services.projections.flow_report import FlowQuery, PostgresFlowReports
from services.projections.port import TableChanges
from services.projections.postgres import PostgresReadModels
from services.projections.tables import SegmentRow
from services.runtime.postgres import open_pool

_tenants = (f"t{number}" for number in itertools.count())

# Around the nights in which Amsterdam changes its clock, so that local days are not all 24 hours long; few and coarse
# moments, so that edges fall on edges.
BASE = datetime(2024, 3, 30, 11, 0, tzinfo=UTC)
moments = st.integers(0, 96).map(lambda hours: BASE + timedelta(hours=hours / 2))
maybe = st.none() | moments
mostly = st.sampled_from([True, True, True, False]).flatmap(lambda there: moments if there else st.none())
codes = st.sampled_from(["H99.1", "H99.10", "Đơn vị", "a", None])


@st.composite
def timelines(draw: st.DrawFn) -> list[tuple[datetime, datetime | None]]:
    edges = sorted(draw(st.sets(moments, min_size=1, max_size=5)))
    return list(zip(edges, [*edges[1:], None], strict=True))


@st.composite
def segment_rows(draw: st.DrawFn) -> list[SegmentRow]:
    rows: list[SegmentRow] = []
    ordinals = itertools.count()
    for number in range(draw(st.integers(0, 12))):
        system, code = draw(st.sampled_from(["one-stop", "portal"])), f"{draw(st.sampled_from('aBđ/'))}{number}"
        beliefs = sorted(draw(st.sets(st.integers(1, 4), min_size=1, max_size=3)))
        for known_from, known_to in zip(beliefs, [*beliefs[1:], None], strict=True):
            rows.extend(
                SegmentRow(
                    known_from,
                    next(ordinals),
                    known_to,
                    UUID(int=number),
                    system,
                    code,
                    first,
                    last,
                    draw(st.none() | st.sampled_from(list(DossierStatus))),
                    "running",
                    None,
                    draw(mostly),
                    draw(maybe),
                    None,
                    draw(mostly),
                    draw(mostly),
                    draw(codes),
                    draw(codes),
                    draw(st.sampled_from(["online", "direct", "postal", None])),
                    draw(st.booleans()) and draw(st.booleans()),
                    0,
                    draw(maybe),
                    draw(codes),
                    draw(st.integers(0, 2)),
                )
                for first, last in draw(timelines())
            )
    return rows


@st.composite
def queries(draw: st.DrawFn) -> FlowQuery:
    edges = sorted(draw(st.sets(moments, min_size=2, max_size=5)))
    apart = draw(st.booleans())
    periods = [Period(opens, closes) for opens, closes in itertools.pairwise(edges)]
    return FlowQuery(
        tenant="",
        position=draw(st.integers(0, 5)),
        periods=periods if apart else [Period(edges[0], edges[-1])],
        zone=ZoneInfo(draw(st.sampled_from(["Europe/Amsterdam", "Asia/Ho_Chi_Minh"]))),
        due=draw(st.sampled_from(["instant", "day"])),
        by=draw(st.frozensets(st.sampled_from(["agency", "procedure", "channel"]))),
        hashes=draw(st.booleans()),
    )


@pytest_asyncio.fixture
async def reports(
    postgres_dsn: str, as_role: Callable[[str, str], str]
) -> AsyncIterator[tuple[PostgresReadModels, PostgresFlowReports]]:
    """Read models on PostgreSQL and the report, both as the operator."""
    async with open_pool(as_role(postgres_dsn, "khop_operator"), name="test") as pool:
        yield PostgresReadModels(pool), PostgresFlowReports(pool)


@given(rows=segment_rows(), asked=queries())
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_the_query_counts_as_the_definition_does(
    reports: tuple[PostgresReadModels, PostgresFlowReports], rows: list[SegmentRow], asked: FlowQuery
) -> None:
    models, by_query = reports
    tenant = next(_tenants)
    changes = [TableChanges(table=SEGMENTS, added=rows)]
    assert await models.apply("dossier_segments", tenant, after=0, up_to=9, changes=changes)
    query = FlowQuery(
        tenant=tenant,
        position=asked.position,
        periods=asked.periods,
        zone=asked.zone,
        due=asked.due,
        by=asked.by,
        hashes=asked.hashes,
    )
    assert await by_query.flow(query) == await ReferenceFlowReports(models).flow(query)
