"""What every event store promises to who writes: alone in a tenant, all or nothing, the next positions only."""

from __future__ import annotations

import asyncio
import contextlib
from datetime import timedelta

import pytest

from services.event_store.port import AlreadyRecorded, Conflict, EventStore, IdentityChange
from tests.contract.event_store.conftest import Adapter
from tests.contract.event_store.events import NOTHING, START, append, dossier_id, entry, event, identity


async def test_a_new_tenants_log_is_empty(store: EventStore) -> None:
    async with store.writer("lang-son") as writer:
        assert (writer.tenant, writer.last_position, writer.last_recorded_at) == ("lang-son", 0, None)
        assert await writer.known([event(1).id]) == set()
        assert await writer.entries([("one-stop", "H1")]) == ({}, {})
    assert await store.heads() == {}


async def test_a_writer_sees_where_the_log_ends(store: EventStore) -> None:
    await append(store, event(1), event(2))
    async with store.writer("lang-son") as writer:
        assert (writer.last_position, writer.last_recorded_at) == (2, START + timedelta(seconds=2))
    async with store.writer("ca-mau") as other:
        assert other.last_position == 0


async def test_nothing_is_visible_before_the_block_ends(adapter: Adapter) -> None:
    async with adapter.store.writer("lang-son") as writer:
        await writer.append([event(1)], IdentityChange({("one-stop", "H1"): dossier_id("a")}, [identity("a")]))
        assert await adapter.twin.read("lang-son", after=0, limit=10) == []
        assert await adapter.twin.find("lang-son", "one-stop", "H1") is None
    assert await adapter.twin.read("lang-son", after=0, limit=10) == [event(1)]


async def test_a_block_that_fails_writes_nothing(store: EventStore) -> None:
    async def fail_half_way() -> None:
        async with store.writer("lang-son") as writer:
            await writer.append(
                [event(2), event(3, dossier="b")],
                IdentityChange(
                    {("portal", "P1"): dossier_id("b"), ("one-stop", "H1"): dossier_id("b")},
                    [identity("a", merged_into="b"), identity("b", lineage=("a", "b"))],
                ),
            )
            raise RuntimeError("half-way")

    kept = IdentityChange({("one-stop", "H1"): dossier_id("a")}, [identity("a")])
    await append(store, event(1), identity=kept)
    with pytest.raises(RuntimeError, match="half-way"):
        await fail_half_way()
    assert await store.head("lang-son") == 1
    assert await store.find("lang-son", "portal", "P1") is None
    assert await store.find("lang-son", "one-stop", "H1") == entry("a", last_position=1)
    assert await store.entries("lang-son", [dossier_id("a"), dossier_id("b")]) == {
        dossier_id("a"): entry("a", last_position=1)
    }
    assert await store.read("lang-son", after=0, limit=10) == [event(1)]
    await append(store, event(2))


async def test_a_cancelled_writer_writes_nothing_and_frees_the_tenant(store: EventStore) -> None:
    inside = asyncio.Event()

    async def sleeper() -> None:
        async with store.writer("lang-son") as writer:
            await writer.append([event(1, name="lost")], NOTHING)
            inside.set()
            await asyncio.Event().wait()

    task = asyncio.create_task(sleeper())
    await inside.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    async with asyncio.timeout(5):
        await append(store, event(1, name="kept"))
    assert [each.id for each in await store.read("lang-son", after=0, limit=10)] == [event(1, name="kept").id]


async def test_a_second_writer_waits_and_then_sees_what_the_first_wrote(adapter: Adapter) -> None:
    entered = asyncio.Event()

    async def second() -> int:
        async with adapter.twin.writer("lang-son") as writer:
            entered.set()
            return writer.last_position

    async with adapter.store.writer("lang-son") as writer:
        waiting = asyncio.create_task(second())
        await append(adapter.store, event(1, tenant="ca-mau"))  # another tenant goes on meanwhile
        await writer.append([event(1)], NOTHING)
        assert not entered.is_set()
    assert await waiting == 1


async def test_own_writes_are_seen_inside(store: EventStore) -> None:
    await append(store, event(1), identity=IdentityChange({("one-stop", "H1"): dossier_id("a")}, [identity("a")]))
    async with store.writer("lang-son") as writer:
        await writer.append(
            [event(2, dossier="b"), event(3, dossier=None)],
            IdentityChange({("portal", "P1"): dossier_id("b")}, [identity("b")]),
        )
        assert writer.last_position == 3
        assert await writer.known([event(1).id, event(2).id, event(9).id]) == {event(1).id, event(2).id}
        assert await writer.entries([("portal", "P1"), ("one-stop", "H1"), ("portal", "P9")]) == (
            {("portal", "P1"): dossier_id("b"), ("one-stop", "H1"): dossier_id("a")},
            {dossier_id("a"): entry("a", last_position=1), dossier_id("b"): entry("b", last_position=2)},
        )
        assert [each.position for each in await writer.events_of([dossier_id("b"), dossier_id("a")])] == [1, 2]
        assert [each.position for each in await writer.tenant_events()] == [3]
        assert [each.dossier for each in await writer.dossiers_after(None, 10)] == sorted(
            [dossier_id("a"), dossier_id("b")]
        )
        await writer.append([event(4)], NOTHING)
    assert [each.position for each in await store.read("lang-son", after=0, limit=10)] == [1, 2, 3, 4]


@pytest.mark.parametrize(
    "wrong",
    [
        [event(3)],
        [event(1)],
        [event(2), event(4)],
        [event(2, tenant="ca-mau")],
        [event(2, recorded_at=START)],
    ],
    ids=["gap", "taken", "gap within", "another tenant", "recorded earlier"],
)
async def test_only_the_next_positions_can_be_appended(store: EventStore, wrong: list) -> None:
    await append(store, event(1))
    with pytest.raises(Conflict):
        async with store.writer("lang-son") as writer:
            await writer.append(wrong, NOTHING)
    assert await store.head("lang-son") == 1


async def test_the_same_moment_may_be_recorded_twice(store: EventStore) -> None:
    await append(store, event(1, recorded_at=START), event(2, recorded_at=START))
    assert await store.head("lang-son") == 2


async def test_an_id_is_recorded_once_a_tenant(store: EventStore) -> None:
    await append(store, event(1, name="same"))
    with pytest.raises(AlreadyRecorded):
        async with store.writer("lang-son") as writer:
            await writer.append([event(2, name="same")], NOTHING)
    with pytest.raises(AlreadyRecorded):
        async with store.writer("lang-son") as writer:
            await writer.append([event(2, name="twin"), event(3, name="twin")], NOTHING)
    assert await store.head("lang-son") == 1
    await append(store, event(1, tenant="ca-mau", name="same"))


async def test_a_swallowed_conflict_cannot_pass_for_a_commit(store: EventStore) -> None:
    await append(store, event(1, name="same"))

    async def swallow() -> None:
        async with store.writer("lang-son") as writer:
            await writer.append([event(2)], NOTHING)
            with contextlib.suppress(AlreadyRecorded):
                await writer.append([event(3, name="same")], NOTHING)

    with pytest.raises(Conflict):
        await swallow()
    assert await store.head("lang-son") == 1


async def test_bytes_come_back_as_they_were(store: EventStore) -> None:
    body = '{"unit": "Sở Tư pháp"}'.encode() + bytes(range(1, 32)) * 400
    await append(store, event(1, body=body))
    [kept] = await store.read("lang-son", after=0, limit=1)
    assert kept.body == body
    assert kept == event(1, body=body)


async def test_codes_move_and_lineages_grow(store: EventStore) -> None:
    codes = {("one-stop", "H1"): dossier_id("a"), ("portal", "P1"): dossier_id("b")}
    await append(
        store,
        event(1),
        event(2, dossier="b"),
        identity=IdentityChange(codes, [identity("a"), identity("b")]),
    )
    await append(
        store,
        event(3),
        event(4, dossier="b"),
        identity=IdentityChange(
            {("portal", "P1"): dossier_id("a")},
            [identity("a", lineage=("a", "b")), identity("b", merged_into="a")],
        ),
    )
    assert await store.find("lang-son", "portal", "P1") == entry("a", last_position=3, lineage=("a", "b"))
    assert await store.entries("lang-son", [dossier_id("b"), dossier_id("z")]) == {
        dossier_id("b"): entry("b", last_position=4, merged_into="a")
    }
    async with store.writer("lang-son") as writer:
        assert await writer.dossiers_after(None, 10) == [entry("a", last_position=3, lineage=("a", "b"))]


async def test_living_dossiers_come_in_pages(store: EventStore) -> None:
    names = [f"d{number}" for number in range(7)]
    await append(store, event(1), identity=IdentityChange({}, [identity(name) for name in names]))
    seen = []
    async with store.writer("lang-son") as writer:
        page = await writer.dossiers_after(None, 3)
        while page:
            seen += [each.dossier for each in page]
            page = await writer.dossiers_after(seen[-1], 3)
    assert seen == sorted(dossier_id(name) for name in names)
