"""Keeping read models level gives the same rows live, after gaps, by two at once, after forgetting and in a rebuild."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import date, timedelta
from typing import Any

import pytest

from services.domain.reference import reference_of
from services.domain.statistics.month_figures import AgencyFigures, figures_of
from services.event_store.memory import MemoryEventStore
from services.projections.follow import BrokenLog
from services.projections.keep import PROJECTIONS, Keeper
from services.projections.port import ReadModels
from services.projections.rebuild import rebuild, sweep
from tests.unit.projections.made_log import T0, MadeLog

StoreOf = Callable[[MadeLog], Awaitable[MemoryEventStore]]
HOUR = timedelta(hours=1)
T = "lang-son"
DAYS = [date(2024, 1, day) for day in range(1, 8)] + [date(2024, 2, 1)]


def eventful_log() -> MadeLog:
    """Acceptances, ends, late facts, a merge, a split, a reopening, a void and a configuration that comes late."""
    log = MadeLog()
    log.connect(("one-stop", "one_stop"))
    told = {"channel": "online", "agency": "H99.1", "due_at": T0 + 30 * HOUR}
    for number in range(12):
        log.say("one-stop", f"A{number:02}", "accepted", T0 + number * 5 * HOUR, told)
    log.say("portal", "P-1", "submitted", T0 - HOUR, {"channel": "online"})
    log.say("one-stop", "A01", "linked", T0, {"system": "portal", "code": "P-1"})
    log.connect(("portal", "provincial_portal"))
    for number in range(0, 12, 2):
        log.say("one-stop", f"A{number:02}", "processing_finished", T0 + (number * 5 + 20) * HOUR)
    log.say("one-stop", "A02", "reopened", T0 + 60 * HOUR)
    log.say("one-stop", "A04", "supplement_requested", T0 + 22 * HOUR)
    log.say("one-stop", "A06", "voided", T0 + 70 * HOUR)
    log.say("one-stop", "A07", "linked", T0, {"system": "one-stop", "code": "B-7"})
    log.say("one-stop", "B-7", "accepted", T0 + 9 * HOUR, told)
    log.say("one-stop", "A07", "unlinked", T0 + HOUR, {"system": "one-stop", "code": "B-7"})
    log.say("one-stop", "B-7", "processing_finished", T0 + 40 * HOUR)
    log.say("one-stop", "A02", "processing_finished", T0 + 80 * HOUR)
    log.say("one-stop", "A04", "supplement_received", T0 + 60 * HOUR)
    log.say("one-stop", "B-7", "component_digitised", T0 + 10 * HOUR, {"component": "G-1", "reused": True})
    log.say("one-stop", "A07", "component_digitised", T0 + 11 * HOUR, {"component": "G-2"}, act_id="g")
    log.say("one-stop", "A07", "linked", T0 + 2 * HOUR, {"system": "one-stop", "code": "B-7"})
    log.say("one-stop", "A07", "retracted", T0 + 12 * HOUR, {"act": "component_digitised", "act_id": "g"})
    return log


async def figures(models: ReadModels, day: date) -> dict[str | None, AgencyFigures]:
    """The figures of the month to date that are not nothing, as no agency is declared."""
    _, counts = await models.month_to_date(T, day)
    found = figures_of(counts, reference_of(()).agencies, day=day)
    return {agency: each for agency, each in found.items() if each != AgencyFigures()}


async def everything(models: ReadModels, log: MadeLog) -> dict[str, Any]:
    async with models.states(T) as (position, states):
        living = [row async for row in states]
    return {
        "position": position,
        "living": living,
        "found": {code: await models.find(T, *code) for code in log.holders},
        "segments": [await models.segments(T, as_of=at) for at in range(len(log.events) + 1)],
        "papers": [await models.papers(T, as_of=at) for at in range(len(log.events) + 1)],
        "days": await models.days(T),
        "months": {day: await figures(models, day) for day in DAYS},
    }


async def test_however_it_is_cut_and_forgotten_the_rows_are_the_same(models: ReadModels, store_of: StoreOf) -> None:
    log = eventful_log()
    store = await store_of(log)
    await Keeper(store, models).catch_up(T, up_to=len(log.events))
    expected = await everything(models, log)
    assert expected["position"] == len(log.events)
    assert len(expected["living"]) == 12
    assert sum(each.cells["3"] for each in expected["months"][DAYS[-1]].values()) > 3
    assert all(row.judgements is not None for row in expected["living"])

    for page, facts in ((1, 10_000), (3, 0), (7, 5)):
        await rebuilt(store, models, page_events=page, facts_max=facts)
        assert await everything(models, log) == expected, f"pages of {page}, {facts} facts in mind"


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
    got = await everything(models, log)
    await rebuilt(await store_of(log), models, page_events=100, facts_max=1000)
    assert got == await everything(models, log)


async def test_two_keepers_at_once_write_everything_once(models: ReadModels, store_of: StoreOf) -> None:
    log = eventful_log()
    store = await store_of(log)
    one, other = (Keeper(store, models, page_events=2) for _ in range(2))
    await asyncio.gather(one.take(T, log.events), other.take(T, log.events))
    got = await everything(models, log)
    await rebuilt(store, models, page_events=100, facts_max=1000)
    assert got == await everything(models, log)


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
    got = await everything(models, log)
    await rebuilt(store, models, page_events=100, facts_max=1000)
    assert got == await everything(models, log)


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
    expected = await everything(models, log)
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
    assert await everything(models, log) == expected
