"""Reports as of an earlier position never change: ten thousand corrections and late facts, and the same bytes again."""

from __future__ import annotations

import json
import random
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass
from datetime import date
from itertools import islice
from typing import TYPE_CHECKING, Any

import pytest_asyncio

from contracts.observations import Observation
from services.domain.reference import reference_of
from services.domain.statistics.registry import find
from services.event_store.folding import tenant_facts
from services.event_store.postgres import PostgresEventStore
from services.projections.cases import PostgresCases
from services.projections.flow_document import FlowRequest, broken_rows, flow_document
from services.projections.flow_report import PostgresFlowReports
from services.projections.keep import Keeper
from services.projections.postgres import PostgresReadModels
from services.projections.rebuild import rebuild
from services.projections.report import make_report
from services.recorder.record import Recorder
from services.runtime.clock import SystemClock
from services.runtime.postgres import open_pool
from tests.oracle.corrections import corrections
from tests.oracle.engine import ZONE, request
from tests.oracle.oracle import Asked
from tests.oracle.province import province
from tests.oracle.systems import told
from tests.unit.recorder.recording import wire

if TYPE_CHECKING:
    from asyncpg import Pool, Record

SEED = 4
"""Of a province whose one-stop system gives its acts ids, and whose agencies change on 1 July 2025."""
DOSSIERS = 1_000
CORRECTIONS = 10_000
POSITIONS = 5
QUARTER = (date(2025, 4, 1), date(2025, 6, 30))
HALF_YEAR = (date(2025, 4, 1), date(2025, 9, 30))
SWITCHES = (("open_supplement", "9"), ("withdrawn", "on_time"))
CUTS: dict[str, tuple[str, Asked, tuple[str, ...]]] = {
    "form": ("II.06a", Asked(*QUARTER), ("level", "field", "procedure")),
    "form as is, by day": ("II.06a", Asked(*QUARTER, "day", "as_is"), ("agency",)),
    "form by month": ("II.06a", Asked(*HALF_YEAR), ("month", "agency")),
    "form by its switches": ("II.06a", Asked(*HALF_YEAR, "day", "as_was", SWITCHES), ("channel",)),
    "four figures": ("four-figures", Asked(*HALF_YEAR), ("month",)),
    "four figures by agency": ("four-figures", Asked(*QUARTER, "day", "as_is"), ("agency", "procedure")),
}
FLOWS = {"flow": ("month", "agency"), "flow by channel": ("channel", "procedure")}


@dataclass(frozen=True)
class Khop:
    """The parts of an installation that a report needs, on one database."""

    tenant: str
    store: PostgresEventStore
    models: PostgresReadModels
    pool: Pool[Record]
    recorder: Recorder
    keeper: Keeper

    async def hear(self, observations: Iterable[Observation]) -> int:
        """Record and project; gives the head of the log."""
        waiting = iter(observations)
        while batch := list(islice(waiting, 500)):
            assert await self.recorder.handle(wire(batch)) == []
        head = await self.store.head(self.tenant)
        await self.keeper.catch_up(self.tenant, up_to=head)
        return head

    async def reports(self, position: int) -> dict[str, dict[str, Any]]:
        """Every cut as of a position."""
        declared = reference_of(tenant_facts(await self.store.tenant_events(self.tenant), up_to=position))
        documents = {}
        for name, (definition, asked, by) in CUTS.items():
            words = request(find(definition), asked, by, position=position, tenant=self.tenant)
            documents[name] = await make_report(PostgresCases(self.pool), find(definition), words, reference=declared)
        for name, by in FLOWS.items():
            first, last = HALF_YEAR
            flow = FlowRequest(tenant=self.tenant, first=first, last=last, zone=ZONE, by=by, hashes=True)  # type: ignore[arg-type]
            documents[name] = await flow_document(PostgresFlowReports(self.pool), flow, position=position)
        return documents


@pytest_asyncio.fixture
async def khop(postgres_dsn: str) -> AsyncIterator[Khop]:
    """An installation without processes: recorder and projector in this one."""
    async with open_pool(postgres_dsn, name="test", size_max=8) as pool:
        store, models = PostgresEventStore(pool, dsn=postgres_dsn), PostgresReadModels(pool)
        recorder = Recorder(store=store, clock=SystemClock())
        yield Khop(f"h{SEED}", store, models, pool, recorder, Keeper(store, models))


def as_bytes(reports: dict[int, dict[str, dict[str, Any]]]) -> dict[tuple[int, str], bytes]:
    return {
        (position, name): json.dumps(document, ensure_ascii=False).encode()
        for position, named in reports.items()
        for name, document in named.items()
    }


def figures(document: dict[str, Any]) -> Any:
    return document["rows"], document.get("total", document.get("totals"))


async def test_what_was_reported_as_of_a_position_is_reported_so_for_ever(khop: Khop) -> None:
    made = province(SEED, dossiers=DOSSIERS)
    said = told(made)
    head = await khop.hear(one.observation for one in said)
    positions = [*sorted(random.Random(SEED).sample(range(head // 4, head), POSITIONS - 1)), head]
    before = {position: await khop.reports(position) for position in positions}
    assert len(as_bytes(before)) == 40
    assert len(set(as_bytes(before).values())) == 40

    later = await khop.hear(corrections(made, said, count=CORRECTIONS))
    assert later >= head + CORRECTIONS
    after = {position: await khop.reports(position) for position in positions}
    assert as_bytes(after) == as_bytes(before)

    # As of now each of them says something else: in its figures, not in its position alone.
    now = await khop.reports(later)
    for name, document in now.items():
        assert figures(document) != figures(before[head][name]), name
        assert not (broken_rows(document) if name in FLOWS else document["breaches"]), name

    # And so it is where the read model is made again from the whole log.
    await rebuild(khop.store, khop.models, projection="dossier_segments", tenant=khop.tenant, afresh=True)
    assert as_bytes({position: await khop.reports(position) for position in positions}) == as_bytes(before)
    assert as_bytes({later: await khop.reports(later)}) == as_bytes({later: now})
