"""Restating: every dossier that a configuration changes hears of it once, whatever interrupts the sweep."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from contracts.dossier_events import DossierEvent
from contracts.observations import Observation
from services.event_store.memory import MemoryEventStore, MemoryTenantWriter
from services.event_store.memory_checkpoints import MemoryCheckpoints
from services.event_store.port import StoreUnavailable
from services.recorder.record import Recorder
from services.recorder.restate import Restater
from tests.builders import TENANT, connecting, observation
from tests.unit.recorder.recording import HandClock, log_of, recorder, wire

DOSSIERS = 23


class World:
    """A store with a recorder and a restater that may be replaced by fresh ones."""

    def __init__(self, store: MemoryEventStore | None = None) -> None:
        self.store = store or MemoryEventStore()
        self.checkpoints = MemoryCheckpoints(self.store)
        self.clock = HandClock()
        self.start()

    def start(self) -> None:
        """As after a restart: nothing is remembered."""
        self.recorder: Recorder = recorder(self.store, clock=self.clock)
        self.restater = Restater(
            store=self.store, checkpoints=self.checkpoints, clock=self.clock, recorder=self.recorder, page_max=5
        )

    async def restated(self) -> list[DossierEvent]:
        return [event for event in await log_of(self.store) if event.act == "restated"]


def accepted(number: int) -> Observation:
    return observation("one-stop", "accepted", "13/5 09:00", code=f"H99-{number:04}", due_at="20/5 09:00")


@pytest.fixture
async def world() -> World:
    made = World()
    await made.recorder.handle(wire([accepted(n) for n in range(DOSSIERS)]))
    return made


async def test_a_system_that_is_connected_late_moves_the_states_it_was_waited_for(world: World) -> None:
    assert [event.state.status for event in await log_of(world.store) if event.state] == [None] * DOSSIERS
    cause = connecting("one-stop", "one_stop")
    await world.recorder.handle(wire([cause]))
    assert world.recorder.configured.is_set()
    await world.restater.settle(TENANT)
    told = await world.restated()
    assert len({event.subject for event in told}) == len(told) == DOSSIERS
    assert {event.state.status for event in told if event.state} == {2}
    assert {event.data.cause for event in told} == {str(cause.id)}  # type: ignore[attr-defined]
    assert all(event.previous is not None and event.changed["status"] == "one-stop" for event in told)
    assert [event.position for event in await log_of(world.store)] == list(range(1, 2 * DOSSIERS + 2))


async def test_who_loses_the_word_on_papers_alone_is_restated_too() -> None:
    world = World()
    verified = observation("portal", "identity_verified", "13/5 09:00", code="P1")
    await world.recorder.handle(wire([connecting("portal", "provincial_portal")]))
    await world.restater.settle(TENANT)
    await world.recorder.handle(wire([verified]))
    # The national portal stands before a province's own where an account is verified: its word alone counts.
    await world.recorder.handle(wire([connecting("national", "national_portal")]))
    await world.restater.settle(TENANT)
    [told] = await world.restated()
    assert told.changed == {}


async def test_once_told_nothing_is_told_again_not_even_after_a_restart(world: World) -> None:
    await world.recorder.handle(wire([connecting("one-stop", "one_stop")]))
    for _ in range(3):
        await world.restater.settle(TENANT)
        world.start()
    assert len(await world.restated()) == DOSSIERS


async def test_what_comes_in_after_the_change_stands_on_the_new_configuration(world: World) -> None:
    await world.recorder.handle(wire([connecting("one-stop", "one_stop")]))
    await world.recorder.handle(wire([observation("one-stop", "processing_finished", "14/5 10:00", code="H99-0003")]))
    last = (await log_of(world.store))[-1]
    assert last.state is not None
    assert last.state.status == 9
    await world.restater.settle(TENANT)
    final = {event.subject: event.state for event in await log_of(world.store) if event.state is not None}
    assert sorted(state.status or 0 for state in final.values()) == [2] * (DOSSIERS - 1) + [9]


async def test_a_configuration_that_changes_nothing_is_told_to_nobody(world: World) -> None:
    await world.recorder.handle(wire([connecting("one-stop", "one_stop")]))
    await world.restater.settle(TENANT)
    await world.recorder.handle(wire([connecting("payments", "payment_platform")]))
    await world.restater.settle(TENANT)
    assert len(await world.restated()) == DOSSIERS


async def test_of_two_changes_before_anybody_heard_of_one_both_are_told_at_once(world: World) -> None:
    await world.recorder.handle(wire([connecting("one-stop", "one_stop"), connecting("payments", "payment_platform")]))
    await world.restater.settle(TENANT)
    told = await world.restated()
    assert len({event.subject for event in told}) == len(told) == DOSSIERS


class Crashing(MemoryEventStore):
    """A store whose writer fails every time on the n-th page that is appended, before or after its commit."""

    def __init__(self) -> None:
        super().__init__()
        self.pages_until_crash = 10**9
        self.after_commit = False

    @asynccontextmanager
    async def writer(self, tenant: str) -> AsyncIterator[MemoryTenantWriter]:
        self.pages_until_crash -= 1
        crash = self.pages_until_crash == 0
        async with super().writer(tenant) as writer:
            yield writer
            if crash and not self.after_commit:
                raise StoreUnavailable("crash")
        if crash:
            raise StoreUnavailable("crash")


@pytest.mark.parametrize("after_commit", [False, True], ids=["before the commit", "after the commit"])
@pytest.mark.parametrize("page", [1, 2, 3, 5])
async def test_a_sweep_that_is_cut_off_goes_on_where_it_was(page: int, after_commit: bool) -> None:
    store = Crashing()
    store.after_commit = after_commit
    world = World(store)
    await world.recorder.handle(wire([accepted(n) for n in range(DOSSIERS)]))
    await world.recorder.handle(wire([connecting("one-stop", "one_stop")]))
    store.pages_until_crash = page
    with pytest.raises(StoreUnavailable):
        await world.restater.settle(TENANT)
    world.start()
    await world.restater.settle(TENANT)
    told = await world.restated()
    assert len({event.subject for event in told}) == len(told) == DOSSIERS


async def test_two_instances_at_once_tell_everybody_once(world: World) -> None:
    await world.recorder.handle(wire([connecting("one-stop", "one_stop")]))
    other = Restater(
        store=world.store,
        checkpoints=world.checkpoints,
        clock=world.clock,
        recorder=recorder(world.store, clock=world.clock),
        page_max=7,
    )
    async with world.checkpoints.hold("restate", TENANT) as mine:
        assert mine
        await other.settle(TENANT)
        assert await world.restated() == []
    await other.settle(TENANT)
    await world.restater.settle(TENANT)
    assert len(await world.restated()) == DOSSIERS


async def test_a_change_in_the_middle_of_a_sweep_starts_the_sweep_again_for_the_newer_one(world: World) -> None:
    first, second = connecting("one-stop", "one_stop"), connecting("ministry", "ministry_system")
    await world.recorder.handle(wire([first]))
    page = world.restater._page
    pages = 0

    async def interrupted(*arguments: object) -> object:
        nonlocal pages
        pages += 1
        if pages == 3:
            await world.recorder.handle(wire([second]))
        return await page(*arguments)  # type: ignore[arg-type]

    world.restater._page = interrupted  # type: ignore[method-assign, assignment]
    await world.restater.settle(TENANT)
    final = {event.subject: event.state for event in await log_of(world.store) if event.state is not None}
    assert {state.status for state in final.values()} == {2}
    assert len(final) == DOSSIERS
    assert await world.checkpoints.get(f"restate/{second.id}", TENANT) == 2**63 - 1
