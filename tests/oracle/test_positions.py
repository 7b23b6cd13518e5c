"""A few provinces through the recorder and the read models: at every position reports say what was known by then.

What arrived late, was corrected, taken back or linked afterwards is not in an earlier report, in the engine's figures
as in the oracle's. `KHOP_ORACLE_SEED=17` plays that province alone, as for the others.
"""

from __future__ import annotations

import os
import random
from itertools import islice
from uuid import UUID

import pytest

from services.domain.reference import reference_of
from services.domain.statistics.registry import find
from services.event_store.folding import tenant_facts
from services.event_store.memory import MemoryEventStore
from services.projections.cases_memory import ReferenceCases
from services.projections.keep import Keeper
from services.projections.memory import MemoryReadModels
from services.projections.report import make_report
from tests.oracle.engine import request, rows_of
from tests.oracle.oracle import FILES, Oracle
from tests.oracle.province import edge_of, province
from tests.oracle.systems import told
from tests.oracle.test_provinces import PERIODS, differences, expected, printed, readings
from tests.unit.recorder.recording import recorder, wire

ONE = os.environ.get("KHOP_ORACLE_SEED")
SEEDS = range(1, 6) if ONE is None else [int(ONE)]
POSITIONS = 5
NAMES = sorted(set(FILES) - {"hv766", "opencps"})
"""Those count also what was never accepted; the truth has its channel before anybody has said it."""
BY: tuple[tuple[str, ...], ...] = ((), ("agency",), ("agency", "channel"))


@pytest.mark.parametrize("seed", SEEDS)
async def test_at_any_position_a_report_says_what_was_known_by_then(seed: int) -> None:
    rng = random.Random(seed)
    made = province(seed)
    said = told(made)
    store, models = MemoryEventStore(), MemoryReadModels()
    record, tenant = recorder(store), said[0].observation.tenant
    waiting = iter([one.observation for one in said])
    while batch := list(islice(waiting, rng.randint(1, 80))):
        assert await record.handle(wire(batch)) == []
    head = await store.head(tenant)
    await Keeper(store, models, page_events=100).catch_up(tenant, up_to=head)
    log = await store.read(tenant, after=0, limit=head)
    positions: dict[object, int] = {UUID(str(event.id)): event.position for event in log}
    oracle = Oracle([(made, said)], positions=positions)
    wrong: list[str] = []
    for position in [*sorted(rng.sample(range(head // 3, head), POSITIONS - 1)), head]:
        oracle.know(position)
        events = [event for event in await store.tenant_events(tenant) if event.position <= position]
        reference = reference_of(tenant_facts(events))
        for number, name in [(rng.randrange(8), name) for name in rng.sample(NAMES, len(NAMES) // 2)]:
            for asked, _ in readings(name, number, PERIODS[edge_of(seed)][number]):
                words = request(find(name), asked, BY[-1], position=position, tenant=tenant)
                document = await make_report(ReferenceCases(models), find(name), words, reference=reference)
                assert not document["breaches"]
                reported = oracle.reported(asked, made.name) if name == "766" else {}
                for by, right in zip(BY, oracle.count(name, asked, BY), strict=True):
                    found = differences(rows_of(document, by), right, but=document["unknown"].keys())
                    wrong += [f"{name} as of {position} of {head}, {asked}: {each}" for each in found]
                    if not found:
                        # What nobody had said by then is not known, and compared with nothing.
                        known = reported if len(by) < 2 else {}
                        assert printed(document, by) == expected(name, right, known, document)
    assert not wrong, f"KHOP_ORACLE_SEED={seed}: {len(wrong)} cells differ:\n" + "\n".join(wrong[:40])
