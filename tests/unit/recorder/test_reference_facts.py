"""Thousands of agencies and procedures come into a log without anything being derived again for each of them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime
from typing import Any

import pytest

from contracts.observations import Observation, make_observation
from services.domain import decide
from services.domain.reference import reference_of
from services.event_store.folding import tenant_facts
from services.event_store.memory import MemoryEventStore, MemoryTenantWriter
from services.event_store.port import StoredEvent
from services.projections import follow
from services.projections.follow import Follower, Mind
from tests.builders import TENANT, connecting, observation
from tests.unit.recorder.recording import log_of, recorder, wire
from tests.unit.recorder.test_restate import DOSSIERS, World, accepted

STATEMENTS = 3_000


def procedure(number: int, *, title: str = "Thủ tục") -> Observation:
    return make_observation(
        tenant=TENANT,
        system="operator",
        code=f"9.{number:06}",
        act="procedure_declared",
        act_id="2019-01-01",
        occurred_at=datetime(2019, 1, 1, tzinfo=UTC),
        observed_at=datetime(2024, 5, 1, tzinfo=UTC),
        data={"title": title, "valid_from": date(2019, 1, 1)},
    )


class Counting(MemoryEventStore):
    """Counts the tenant-level events that are read."""

    def __init__(self) -> None:
        super().__init__()
        self.events_read = 0

    async def tenant_events(self, tenant: str, *, types: Collection[str] | None = None) -> list[StoredEvent]:
        found = await super().tenant_events(tenant, types=types)
        self.events_read += len(found)
        return found

    @asynccontextmanager
    async def writer(self, tenant: str) -> AsyncIterator[MemoryTenantWriter]:
        async with super().writer(tenant) as writer:
            read = writer.tenant_events

            async def counted(*, types: Collection[str] | None = None) -> list[StoredEvent]:
                found = await read(types=types)
                self.events_read += len(found)
                return found

            writer.tenant_events = counted  # type: ignore[method-assign]
            yield writer


class Calls:
    """A function, and how often it was called."""

    def __init__(self, inner: Any) -> None:
        self.inner = inner
        self.count = 0

    def __call__(self, *arguments: Any) -> Any:
        self.count += 1
        return self.inner(*arguments)


@pytest.fixture
async def world() -> World:
    made = World(Counting())
    await made.recorder.handle(wire([connecting("one-stop", "one_stop"), *(accepted(n) for n in range(DOSSIERS))]))
    await made.restater.settle(TENANT)
    return made


async def test_recording_them_derives_no_connections_and_restates_nobody(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    derived = Calls(decide.connections_of)
    monkeypatch.setattr(decide, "connections_of", derived)
    world.recorder.configured.clear()
    before = len(await log_of(world.store))
    statements = [procedure(number) for number in range(STATEMENTS)]
    for start in range(0, STATEMENTS, 500):
        assert await world.recorder.handle(wire(statements[start : start + 500])) == []
    assert derived.count == 0
    assert not world.recorder.configured.is_set()
    await world.restater.settle(TENANT)
    log = await log_of(world.store)
    assert len(log) == before + STATEMENTS
    assert {event.act for event in log[before:]} == {"procedure_declared"}


async def test_a_change_of_who_takes_part_reads_none_of_them(world: World) -> None:
    await world.recorder.handle(wire([procedure(number) for number in range(STATEMENTS)]))
    assert isinstance(world.store, Counting)
    world.store.events_read = 0
    world.start()
    await world.recorder.handle(wire([connecting("ministry", "ministry_system")]))
    await world.restater.settle(TENANT)
    # Two connections are all there is to read: on loading, before and after the sweep, and on each of its pages.
    pages = DOSSIERS // 5 + 2
    assert 0 < world.store.events_read <= 2 * (pages + 3)


async def test_dossiers_stand_as_they_did(world: World) -> None:
    states = {event.subject: event.state for event in await log_of(world.store)}
    await world.recorder.handle(
        wire([procedure(1), observation("one-stop", "forwarded", "14/5 09:00", code="H99-0001")])
    )
    last = (await log_of(world.store))[-1]
    assert last.state is not None
    assert (last.state.status, last.state.due_at) == (4, states[last.subject].due_at)  # type: ignore[union-attr]


async def test_following_them_derives_no_connections_and_folds_no_dossier_anew(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await world.recorder.handle(wire([procedure(number) for number in range(STATEMENTS)]))
    await world.recorder.handle(wire([observation("one-stop", "forwarded", "14/5 09:00", code="H99-0001")]))
    log = await log_of(world.store)
    derived, folded = Calls(follow.connections_of), Calls(follow.fold)
    monkeypatch.setattr(follow, "connections_of", derived)
    monkeypatch.setattr(follow, "fold", folded)
    follower = Follower(Mind(facts_max=1_000), configuration=(), position=0)
    for event in log:
        follower.follow(event)
    # Once for nothing at all, once for the connection.
    assert derived.count == 2
    # The follower's empty dossier, each dossier's first event and what it was told of the connection; the last act is
    # taken on top.
    assert folded.count == 1 + 2 * DOSSIERS
    assert follower.position == len(log)


async def test_reference_data_is_what_was_known_at_a_position() -> None:
    store = MemoryEventStore()
    one = recorder(store)
    await one.handle(wire([procedure(1)]))
    revised = procedure(1, title="Thủ tục sửa")
    await one.handle(wire([make_later(revised)]))
    events = await store.tenant_events(TENANT)
    titles = [
        [procedure.title for procedure in reference_of(tenant_facts(events, up_to=position)).catalogue.declared]
        for position in (0, 1, 2)
    ]
    assert titles == [[], ["Thủ tục"], ["Thủ tục sửa"]]


def make_later(said: Observation) -> Observation:
    """The same act as the source revised it a month later."""
    return make_observation(
        **{name: getattr(said, name) for name in ("tenant", "system", "code", "act", "act_id", "occurred_at", "data")},
        observed_at=datetime(2024, 6, 1, tzinfo=UTC),
        revision=datetime(2024, 6, 1, tzinfo=UTC),
    )
