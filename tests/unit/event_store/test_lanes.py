"""A lane for each tenant: served by one instance, begun again after an error as if nothing had been."""

from __future__ import annotations

import asyncio

import pytest

from services.event_store.lanes import Lane, Lanes
from services.event_store.memory import MemoryEventStore
from services.event_store.memory_checkpoints import MemoryCheckpoints
from services.event_store.port import StoreUnavailable
from services.runtime.clock import SystemClock
from tests.waiting import until


def lanes(checkpoints: MemoryCheckpoints, served: list[str], *, instance: str = "one") -> Lanes[Lane]:
    async def work(tenant: str, lane: Lane) -> None:
        served.append(f"{instance} {tenant}")
        await lane.woken.wait()
        raise StoreUnavailable(tenant)

    return Lanes(
        "reader",
        new=Lane,
        work=work,
        checkpoints=checkpoints,
        clock=SystemClock(),
        instance=instance,
        take_over_every_s=0.001,
    )


async def test_an_error_of_one_ends_all_is_raised_alone_and_leaves_the_task_as_it_was() -> None:
    served: list[str] = []
    made = lanes(MemoryCheckpoints(MemoryEventStore()), served)
    ended: list[str] = []

    async def look() -> None:
        made.of("ha-noi")
        made.of("lang-son").woken.set()
        assert made.of("ha-noi") is made["ha-noi"]
        await asyncio.Event().wait()

    async def beside() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.append("beside")

    for times in (1, 2):
        with pytest.raises(StoreUnavailable, match="lang-son"):
            await made.run(look, beside)
        assert sorted(served) == ["one ha-noi"] * times + ["one lang-son"] * times
        assert (len(ended), [tenant for tenant, lane in made.items() if lane.held]) == (times, [])
        # A hold tells that it was lost by cancelling: a mark that is left behind would make that a stop.
        task = asyncio.current_task()
        assert task is not None
        assert task.cancelling() == 0


async def test_who_does_not_hold_a_tenant_takes_it_over_when_it_is_let_go() -> None:
    checkpoints, served = MemoryCheckpoints(MemoryEventStore()), list[str]()
    first = lanes(checkpoints, served)
    second = lanes(checkpoints, served, instance="two")

    async def look_first() -> None:
        first.of("lang-son")
        await until(lambda: bool(second))
        assert served == ["one lang-son"]
        first["lang-son"].woken.set()
        await asyncio.Event().wait()

    async def look_second() -> None:
        second.of("lang-son")
        await asyncio.Event().wait()

    running = asyncio.create_task(first.run(look_first))
    await until(lambda: bool(served))  # the first one holds it, before the second one asks
    waiting = asyncio.create_task(second.run(look_second))
    with pytest.raises(StoreUnavailable):
        await running
    await until(lambda: second["lang-son"].held)
    assert served == ["one lang-son", "two lang-son"]
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert not second["lang-son"].held
