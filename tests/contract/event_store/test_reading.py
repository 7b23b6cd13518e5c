"""What every event store promises to who reads: order, pages, and finding what a code or a moment means."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from services.event_store.port import EventStore, IdentityChange
from tests.contract.event_store.conftest import Adapter
from tests.contract.event_store.events import START, append, dossier_id, event, identity


async def test_pages_follow_one_another(store: EventStore) -> None:
    await append(store, *[event(position) for position in range(1, 8)])
    await append(store, event(1, tenant="ca-mau"))
    assert [each.position for each in await store.read("lang-son", after=0, limit=3)] == [1, 2, 3]
    assert [each.position for each in await store.read("lang-son", after=3, limit=3)] == [4, 5, 6]
    assert await store.read("lang-son", after=6, limit=3) == [event(7)]
    assert await store.read("lang-son", after=7, limit=3) == []
    assert await store.read("nobody", after=0, limit=3) == []


async def test_single_positions_can_be_asked_for(store: EventStore) -> None:
    await append(store, *[event(position) for position in range(1, 6)])
    assert await store.at("lang-son", [4, 2, 9]) == [event(2), event(4)]
    assert await store.at("lang-son", []) == []


async def test_heads_name_every_tenant_with_a_log(store: EventStore) -> None:
    await append(store, event(1), event(2))
    await append(store, event(1, tenant="ca-mau"))
    async with store.writer("an-giang"):
        pass
    assert await store.heads() == {"lang-son": 2, "ca-mau": 1}
    assert (await store.head("lang-son"), await store.head("an-giang")) == (2, 0)


async def test_events_of_dossiers_and_of_the_tenant(store: EventStore) -> None:
    await append(store, event(1), event(2, dossier=None), event(3, dossier="b"), event(4, dossier="c"), event(5))
    found = await store.events_of("lang-son", [dossier_id("c"), dossier_id("a")])
    assert found == [event(1), event(4, dossier="c"), event(5)]
    assert await store.events_of("lang-son", []) == []
    assert await store.tenant_events("lang-son") == [event(2, dossier=None)]
    assert await store.tenant_events("nobody") == []


async def test_tenant_events_of_some_types(store: EventStore) -> None:
    other = "vn.khop.tenant.agency-declared.v1"
    told = [
        event(1, dossier=None),
        event(2, dossier=None)._replace(type=other),
        event(3, dossier="b")._replace(type=other),
    ]
    await append(store, *told)
    assert await store.tenant_events("lang-son") == told[:2]
    assert await store.tenant_events("lang-son", types=[other]) == told[1:2]
    assert await store.tenant_events("lang-son", types=[]) == []
    async with store.writer("lang-son") as writer:
        assert await writer.tenant_events() == told[:2]
        assert await writer.tenant_events(types={other}) == told[1:2]


async def test_dossiers_whose_facts_are_under_other_ids_too_come_in_pages_living_or_not(store: EventStore) -> None:
    dossiers = [
        identity("alone"),
        identity("a", lineage=("a", "b")),
        identity("b", lineage=("a", "b"), merged_into="a"),
        identity("c", lineage=("c", "d", "e")),
    ]
    await append(store, event(1), identity=IdentityChange({}, dossiers))
    await append(store, event(1, tenant="ca-mau"), identity=IdentityChange({}, dossiers[:2]))
    linked = sorted(dossiers[1:], key=lambda each: each.dossier)
    assert await store.linked_after("lang-son", None, 2) == linked[:2]
    assert await store.linked_after("lang-son", linked[1].dossier, 2) == linked[2:]
    assert await store.linked_after("lang-son", linked[2].dossier, 2) == []
    assert await store.linked_after("nobody", None, 2) == []


async def test_a_code_is_found_in_every_tenant_and_system_that_has_it(store: EventStore) -> None:
    for tenant in ("lang-son", "ca-mau"):
        await append(
            store,
            event(1, tenant=tenant),
            identity=IdentityChange(
                {("one-stop", "H1"): dossier_id(f"{tenant} a"), ("portal", "H1"): dossier_id(f"{tenant} b")},
                [identity(f"{tenant} a"), identity(f"{tenant} b")],
            ),
        )
    assert await store.find_code("H1") == [
        ("ca-mau", "one-stop", dossier_id("ca-mau a")),
        ("ca-mau", "portal", dossier_id("ca-mau b")),
        ("lang-son", "one-stop", dossier_id("lang-son a")),
        ("lang-son", "portal", dossier_id("lang-son b")),
    ]
    assert await store.find_code("H2") == []
    assert await store.find("lang-son", "one-stop", "H2") is None


@pytest.mark.parametrize("events", [0, 1, 2, 3, 9, 64])
async def test_a_moment_is_the_last_position_recorded_by_then(store: EventStore, events: int) -> None:
    # Positions 2k-1 and 2k share a moment, so that equal times are met.
    moments = [START + timedelta(seconds=position // 2 * 10) for position in range(events)]
    if events:
        await append(store, *[event(n, recorded_at=moment) for n, moment in enumerate(moments, start=1)])
    for seconds in (-1, 0, 1, 10, 15, 40, 300, 100_000):
        moment = START + timedelta(seconds=seconds)
        by_hand = sum(1 for each in moments if each <= moment)
        assert await store.position_at("lang-son", moment) == by_hand, seconds


async def test_both_instances_are_of_one_generation(adapter: Adapter) -> None:
    assert await adapter.store.generation() == await adapter.twin.generation()


async def test_listening_tells_of_news_once_it_can_be_read(adapter: Adapter) -> None:
    listening = adapter.twin.listen(0.01)
    assert await anext(listening) is None
    async with asyncio.timeout(10):
        await append(adapter.store, event(1))
        heard = [await anext(listening)]
        while heard[-1] is None:
            heard.append(await anext(listening))
        assert heard[-1] == "lang-son"
        assert await adapter.twin.head("lang-son") == 1
        assert await anext(listening) is None
    await listening.aclose()
