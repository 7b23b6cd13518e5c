"""Keeping read models level gives the same rows live, after gaps, by two at once, after forgetting and in a rebuild."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from services.event_store.memory import MemoryEventStore
from services.projections.follow import BrokenLog
from services.projections.keep import PROJECTIONS, Keeper
from services.projections.port import ReadModels
from services.projections.rebuild import rebuild, sweep
from tests.contract.projections.shown import DAYS, T, eventful_log, shown
from tests.unit.projections.made_log import T0, MadeLog

StoreOf = Callable[[MadeLog], Awaitable[MemoryEventStore]]


async def test_however_it_is_cut_and_forgotten_the_rows_are_the_same(models: ReadModels, store_of: StoreOf) -> None:
    log = eventful_log()
    store = await store_of(log)
    await Keeper(store, models).catch_up(T, up_to=len(log.events))
    expected = await shown(models, log)
    assert expected["position"] == len(log.events)
    assert len(expected["living"]) == 12
    assert sum(each.cells["3"] for each in expected["months"][DAYS[-1]].values()) > 3
    assert all(row.judgements is not None for row in expected["living"])

    for page, facts in ((1, 10_000), (3, 0), (7, 5)):
        await rebuilt(store, models, page_events=page, facts_max=facts)
        assert await shown(models, log) == expected, f"pages of {page}, {facts} facts in mind"


async def rebuilt(store: MemoryEventStore, models: ReadModels, *, page_events: int, facts_max: int) -> None:
    for name in PROJECTIONS:
        build = await models.open_build(name, T, afresh=True)
        keeper = Keeper(
            store,
            models,
            projections={name: PROJECTIONS[name]},
            builds={name: build.number},
            page_events=page_events,
            facts_max=facts_max,
        )
        await keeper.catch_up(T, up_to=await store.head(T))
        assert await models.swap(name, T, build=build.number)
        await sweep(models, projection=name)


async def test_events_come_doubled_late_and_with_holes_and_the_store_fills_them(
    models: ReadModels, store_of: StoreOf
) -> None:
    log = eventful_log()
    keeper = Keeper(await store_of(log), models, page_events=4)
    for first, last in ((0, 3), (0, 5), (9, 12), (8, 10), (20, 21), (30, None)):
        part = log.events[first:last]
        await keeper.take(T, part)
        assert (await models.positions(T))["dossiers"] >= part[-1].position
    await keeper.take(T, log.events)
    got = await shown(models, log)
    await rebuilt(await store_of(log), models, page_events=100, facts_max=1000)
    assert got == await shown(models, log)


async def test_two_keepers_at_once_write_everything_once(models: ReadModels, store_of: StoreOf) -> None:
    log = eventful_log()
    store = await store_of(log)
    one, other = (Keeper(store, models, page_events=2) for _ in range(2))
    await asyncio.gather(one.take(T, log.events), other.take(T, log.events))
    got = await shown(models, log)
    await rebuilt(store, models, page_events=100, facts_max=1000)
    assert got == await shown(models, log)


async def test_a_projection_swapped_in_ahead_of_the_others_is_not_written_twice(
    models: ReadModels, store_of: StoreOf
) -> None:
    log = eventful_log()
    store = await store_of(log)
    keeper = Keeper(store, models, page_events=8)
    await keeper.take(T, log.events[:10])
    assert await rebuild(store, models, projection="agency_day", tenant=T) == len(log.events)
    assert (await models.positions(T))["dossiers"] == 10
    await keeper.take(T, log.events[10:15])
    await keeper.take(T, log.events[15:])
    got = await shown(models, log)
    await rebuilt(store, models, page_events=100, facts_max=1000)
    assert got == await shown(models, log)


async def test_a_topic_ahead_of_the_log_is_refused(models: ReadModels, store_of: StoreOf) -> None:
    log = eventful_log()
    store = await store_of(log)
    log.say("one-stop", "A00", "voided", T0)
    log.say("one-stop", "A01", "voided", T0)
    with pytest.raises(BrokenLog, match=f"position {len(log.events)} is asked for"):
        await Keeper(store, models).take(T, log.events[-1:])


async def test_a_killed_rebuild_goes_on_where_it_stopped(models: ReadModels, store_of: StoreOf) -> None:
    log = eventful_log()
    store = await store_of(log)
    await Keeper(store, models).catch_up(T, up_to=len(log.events))
    expected = await shown(models, log)
    seen: list[int] = []

    class Killed(Exception):
        pass

    def dies(position: int) -> None:
        seen.append(position)
        if position >= 8:
            raise Killed

    build = await models.open_build("dossier_segments", T, afresh=False)
    keeper = Keeper(
        store,
        models,
        projections={"dossier_segments": PROJECTIONS["dossier_segments"]},
        builds={"dossier_segments": build.number},
        page_events=4,
    )
    with pytest.raises(Killed):
        await keeper.catch_up(T, up_to=len(log.events), progress=dies)
    reached: list[int] = []
    await rebuild(store, models, projection="dossier_segments", tenant=T, progress=reached.append)
    assert seen == [4, 8]
    assert min(reached) > 8
    assert await shown(models, log) == expected
