"""A rebuild in parts gives the rows of one in a whole, whatever was linked, arrives meanwhile or stops it."""

import random
from collections.abc import Awaitable, Callable, Iterable
from datetime import timedelta
from itertools import pairwise
from typing import Any
from uuid import UUID

import pytest

from contracts.observations import Observation, make_observation
from services.event_store.memory import MemoryEventStore
from services.event_store.port import EventStore, StoredEvent
from services.projections.division import by_id, find_strays, read_part
from services.projections.follow import BrokenLog
from services.projections.keep import PROJECTIONS, Keeper
from services.projections.memory import MemoryReadModels
from services.projections.port import Division, ReadModels
from services.projections.rebuild import PartOf, in_this_process, rebuild, sweep
from tests.builders import connecting
from tests.contract.projections.shown import HOUR, T, eventful_log, everything, shown
from tests.unit.projections.made_log import T0, MadeLog
from tests.unit.recorder.recording import recorder, wire

StoreOf = Callable[[MadeLog], Awaitable[MemoryEventStore]]
PARTS = 3


class Stopped(Exception):
    """As a kill, but that this process goes on."""


class Parts:
    """Follows parts in pages of two events; stops after so many pages, and keeps whose turn it was."""

    def __init__(self, store: EventStore, models: ReadModels, *, pages_max: int = 10_000, facts_max: int = 7) -> None:
        self._follow = in_this_process(store, models, facts_max=facts_max, page_events=2)
        self._pages_max = pages_max
        self.asked: list[int] = []
        self.reached: list[tuple[int, int]] = []

    async def __call__(self, parts: Iterable[PartOf], *, reached: Callable[[PartOf, int], None]) -> None:
        def told(part: PartOf, position: int) -> None:
            self.reached.append((part.number, position))
            if len(self.reached) >= self._pages_max:
                raise Stopped
            reached(part, position)

        asked = list(parts)
        self.asked = [part.number for part in asked]
        await self._follow(asked, reached=told)


def unheard(part: PartOf, position: int) -> None:
    """Nobody asks how far it got."""


async def append(store: EventStore, log: MadeLog, *, after: int) -> None:
    """What the log holds by now, after a position."""
    async with store.writer(log.tenant) as writer:
        await writer.append(log.stored()[after:], log.identity())


async def in_parts(store: EventStore, models: ReadModels, *, parts: int = PARTS) -> None:
    """Every projection made again in parts and swept."""
    for name in PROJECTIONS:
        follow = Parts(store, models)
        await rebuild(
            store, models, projection=name, tenant=T, afresh=True, parts=parts, parts_from=1, follow_parts=follow
        )
        assert follow.asked == list(range(parts))
        await sweep(models, projection=name)


async def test_a_rebuild_in_parts_gives_the_same_rows(models: ReadModels, store_of: StoreOf) -> None:
    log = eventful_log()
    store = await store_of(log)
    await Keeper(store, models).catch_up(T, up_to=len(log.events))
    expected = await shown(models, log)
    assert {by_id(holder, PARTS) for holder in log.holders.values()} == set(range(PARTS))
    for parts in (PARTS, 2, 7):
        await in_parts(store, models, parts=parts)
        assert await shown(models, log) == expected, f"{parts} parts"


async def test_who_was_ever_linked_is_in_one_part(models: ReadModels, store_of: StoreOf) -> None:
    log = MadeLog()
    log.connect(("one-stop", "one_stop"))
    codes = [f"A{number:02}" for number in range(40)]
    for code in codes:
        log.say("one-stop", code, "accepted", T0)
    alone = {log.holders["one-stop", code] for code in codes[20:]}
    # Chains of five, told from the last link to the first, so that groups of several grow together late.
    chains = [codes[first : first + 5] for first in range(0, 20, 5)]
    ids = [[log.holders["one-stop", code] for code in chain] for chain in chains]
    for chain in chains:
        for one, other in reversed(list(pairwise(chain))):
            log.say("one-stop", one, "linked", T0, {"system": "one-stop", "code": other})
        log.say("one-stop", chain[2], "unlinked", T0 + HOUR, {"system": "one-stop", "code": chain[3]})

    store = await store_of(log)
    build = (await models.open_build("dossiers", T, afresh=False)).number
    strays = await find_strays(store, T, parts=PARTS)
    await models.divide("dossiers", T, build=build, parts=PARTS, up_to=len(log.events), strays=strays)
    parts = [await read_part(models, build=build, number=number, parts=PARTS, up_to=1) for number in range(PARTS)]

    def parts_of(dossier: UUID) -> list[int]:
        return [part.number for part in parts if part.has(dossier)]

    for chain in ids:
        assert [parts_of(dossier) for dossier in chain] == [[by_id(min(chain), PARTS)]] * len(chain)
    assert any(len({by_id(dossier, PARTS) for dossier in chain}) > 1 for chain in ids), "ids alone would part them"
    for dossier in alone:
        assert parts_of(dossier) == [by_id(dossier, PARTS)]
    assert {dossier for dossier, _ in await models.strays_after(build, None, 99)} & alone == set()


@pytest.mark.parametrize("pages", [1, 5, 12])
async def test_what_was_stopped_goes_on_in_the_parts_it_has_while_others_are_linked(
    models: ReadModels, store_of: StoreOf, pages: int
) -> None:
    log = eventful_log()
    store = await store_of(log)
    divided_at = len(log.events)
    for name in PROJECTIONS:
        with pytest.raises(Stopped):
            await rebuild(
                store,
                models,
                projection=name,
                tenant=T,
                parts=PARTS,
                parts_from=1,
                follow_parts=Parts(store, models, pages_max=pages),
            )

    # Two that are in different parts become one, and a third leaves its group, before the parts are done.
    by_part = {by_id(log.holders["one-stop", code], PARTS): code for code in ("A03", "A05", "A08", "A09", "A10", "A11")}
    one, other, *_ = by_part.values()
    log.say("one-stop", one, "linked", T0 + 3 * HOUR, {"system": "one-stop", "code": other})
    log.say("one-stop", "A07", "unlinked", T0 + 4 * HOUR, {"system": "one-stop", "code": "B-7"})
    log.say("one-stop", "A00", "voided", T0 + 90 * HOUR)
    log.say("one-stop", other, "processing_finished", T0 + 95 * HOUR)
    await append(store, log, after=divided_at)

    for name in PROJECTIONS:
        build = (await models.open_build(name, T, afresh=False)).number
        before = await models.division(name, T, build=build)
        assert before is not None
        assert (before.up_to, len(before.positions)) == (divided_at, PARTS)
        follow = Parts(store, models)
        progress: list[int] = []
        assert await rebuild(
            store,
            models,
            projection=name,
            tenant=T,
            parts=2,
            parts_from=1,
            follow_parts=follow,
            progress=progress.append,
        ) == len(log.events)
        assert follow.asked == [part for part, position in enumerate(before.positions) if position < divided_at]
        assert all(position > before.positions[part] for part, position in follow.reached)
        assert progress == sorted(progress)
        await sweep(models, projection=name)
    got = await shown(models, log)
    assert got["position"] == len(log.events)

    whole = MemoryReadModels()
    await Keeper(store, whole).catch_up(T, up_to=len(log.events))
    assert got == await shown(whole, log)


async def test_a_short_log_and_one_half_followed_are_not_divided(models: ReadModels, store_of: StoreOf) -> None:
    log = eventful_log()
    store = await store_of(log)
    follow = Parts(store, models)
    too_many = len(log.events) + 1
    await rebuild(store, models, projection="dossiers", tenant=T, parts=PARTS, parts_from=too_many, follow_parts=follow)
    build = (await models.open_build("agency_day", T, afresh=False)).number
    assert await models.apply("agency_day", T, after=0, up_to=1, changes=[], build=build)
    await rebuild(store, models, projection="agency_day", tenant=T, parts=PARTS, parts_from=1, follow_parts=follow)
    assert follow.reached == []
    assert await models.positions(T) == {"dossiers": len(log.events), "agency_day": len(log.events)}


async def test_two_rebuilds_at_once_of_the_same_parts_write_everything_once(
    models: ReadModels, store_of: StoreOf
) -> None:
    log = eventful_log()
    store = await store_of(log)
    await Keeper(store, models).catch_up(T, up_to=len(log.events))
    expected = await shown(models, log)
    for name in PROJECTIONS:
        build = (await models.open_build(name, T, afresh=False)).number
        strays = await find_strays(store, T, parts=PARTS)
        await models.divide(name, T, build=build, parts=PARTS, up_to=len(log.events), strays=strays)
        parts = [PartOf(projection=name, tenant=T, build=build, number=number) for number in range(PARTS)]
        for_nobody = Parts(store, models)
        await Parts(store, models)([*parts, *parts], reached=unheard)
        assert await models.division(name, T, build=build) == Division(len(log.events), (len(log.events),) * PARTS)
        await rebuild(store, models, projection=name, tenant=T, follow_parts=for_nobody)
        assert for_nobody.reached == []
    assert await shown(models, log) == expected


async def test_a_log_with_a_hole_is_refused_whoever_it_would_be_of(store_of: StoreOf) -> None:
    class Holed(MemoryEventStore):
        async def read(self, tenant: str, *, after: int, limit: int) -> list[StoredEvent]:
            return [each for each in await whole.read(tenant, after=after, limit=limit) if each.position != 9]

        async def head(self, tenant: str) -> int:
            return await whole.head(tenant)

    log = eventful_log()
    whole = await store_of(log)
    holed, models = Holed(), MemoryReadModels()
    with pytest.raises(BrokenLog, match="after position 8 end at 10"):
        await rebuild(
            holed,
            models,
            projection="dossiers",
            tenant=T,
            parts=2,
            parts_from=1,
            follow_parts=in_this_process(holed, models, page_events=1),
        )


SYSTEMS = ("one-stop", "portal")
CODES = [(system, f"C{number}") for system in SYSTEMS for number in range(8)]
ACTS = ("accepted", "processing_finished", "supplement_requested", "reopened", "voided", "linked", "linked", "unlinked")


def anything(rng: random.Random, number: int) -> Observation:
    """One claim, of few enough codes that they are linked and parted again and again."""
    (system, code), act = rng.choice(CODES), rng.choice(ACTS)
    at = T0 + timedelta(hours=rng.randrange(100))
    data: dict[str, Any] = {}
    if act in {"linked", "unlinked"}:
        data = dict(zip(("system", "code"), rng.choice(CODES), strict=True))
    elif act == "accepted":
        data = {"agency": rng.choice(("H99.1", "H99.2")), "channel": "online", "due_at": at + 20 * HOUR}
    return make_observation(
        tenant=T,
        system=system,
        code=code,
        act=act,
        occurred_at=at,
        observed_at=T0 + timedelta(days=5, seconds=number),
        data=data,
    )


@pytest.mark.parametrize("seed", range(60))
async def test_any_log_stopped_anywhere_gives_the_same_rows(seed: int) -> None:
    rng = random.Random(seed)
    store, models = MemoryEventStore(), MemoryReadModels()
    recording = recorder(store)
    said = [anything(rng, number) for number in range(60)]
    said.insert(0, connecting("one-stop", "one_stop"))
    said.insert(rng.randrange(1, 60), connecting("portal", "provincial_portal"))
    divided_at = rng.randrange(20, 60)
    assert await recording.handle(wire(said[:divided_at])) == []
    head = await store.head(T)
    for name in PROJECTIONS:
        stops = Parts(store, models, pages_max=rng.randrange(1, 12), facts_max=rng.choice((0, 9, 1_000)))
        with pytest.raises(Stopped):
            await rebuild(store, models, projection=name, tenant=T, parts=PARTS, parts_from=1, follow_parts=stops)
    assert await recording.handle(wire(said[divided_at:])) == []
    assert await store.head(T) > head
    for name in PROJECTIONS:
        follow = Parts(store, models, facts_max=rng.choice((0, 9, 1_000)))
        await rebuild(store, models, projection=name, tenant=T, follow_parts=follow)
        assert all(position <= head for _, position in follow.reached), "as they were divided"

    head = await store.head(T)
    whole = MemoryReadModels()
    await Keeper(store, whole).catch_up(T, up_to=head)
    assert await everything(models, CODES, head=head) == await everything(whole, CODES, head=head)
