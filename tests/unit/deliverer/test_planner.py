"""What is owed is written before anything is sent: who is owed what, no gap, and where a subscriber begins."""

from uuid import UUID

import pytest

from services.deliverer.owed import concerns
from services.deliveries.port import Owed
from services.messaging.port import Transient
from tests.recorded import TENANT, dossier_id
from tests.simulation.virtual_time import run
from tests.unit.deliverer.world import World, received


async def owed(world: World, name: str) -> list[tuple[int, int]]:
    """(number, position) of every delivery that was ever owed to a subscriber, by number."""
    dossiers = {event.dossier for event in await world.store.read(TENANT, after=0, limit=1000) if event.dossier}
    told = await world.ledger.history(TENANT, dossiers)
    return sorted(
        (row["number"], row["position"])  # type: ignore[misc] # numbers, by the port's word
        for row in told
        if row["subscriber"] == name
    )


def test_an_event_is_owed_to_all_but_the_system_that_it_rests_on() -> None:
    async def main() -> None:
        world = World()
        for name in ("one-stop", "portal", "national"):
            await world.subscribe(name)
        await world.log.add("a", system="one-stop", status=4)
        await world.log.add("a", system="portal", channel="online")
        await world.log.add("a", system="portal", changed={"channel": "portal", "status": "one-stop"})
        await world.log.add("a", system="national", changed={})
        await world.log.connect("portal", "provincial_portal")
        await world.plan()
        assert await owed(world, "one-stop") == [(1, 2), (2, 3)]
        assert await owed(world, "portal") == [(1, 1), (2, 3)]
        assert await owed(world, "national") == [(1, 1), (2, 2), (3, 3)]
        assert await world.ledger.planned(TENANT) == {"one-stop": 5, "portal": 5, "national": 5}

    run(main())


def test_a_merge_is_news_to_everybody_and_a_restatement_only_where_something_moved() -> None:
    async def main() -> None:
        world = World()
        both = {"survivor": "x", "absorbed": "y", "cause": "z"}
        merged = await world.log.add("a", act="merged", data=both, changed={})
        still = await world.log.add("a", act="restated", data={"cause": "z"}, changed={})
        moved = await world.log.add("a", act="restated", data={"cause": "z"}, changed={"status": "one-stop"})
        assert [concerns(event, "portal") for event in (merged, still, moved)] == [True, False, True]
        assert [concerns(event, "one-stop") for event in (merged, still, moved)] == [True, False, False]

    run(main())


def test_a_gap_in_the_topic_is_filled_from_the_store_and_what_comes_twice_is_owed_once() -> None:
    async def main() -> None:
        world = World()
        await world.subscribe("portal")
        events = [await world.log.add(f"d{number}", status=4) for number in range(12)]
        assert await world.planner.handle([received(events[1])]) == []
        assert await owed(world, "portal") == [(1, 1), (2, 2), (3, 3), (4, 4)]
        await world.planner.handle([received(events[n]) for n in (1, 0, 6, 5, 11)])
        assert await owed(world, "portal") == [(n, n) for n in range(1, 13)]

    run(main())


def test_the_store_is_not_read_for_what_the_topic_brings_in_order() -> None:
    async def main() -> None:
        world = World()
        await world.subscribe("portal")
        events = [await world.log.add(f"d{number}", status=4) for number in range(9)]
        read = world.store.read

        async def refused(tenant: str, *, after: int, limit: int) -> None:
            raise AssertionError(f"{tenant} is read after {after}, {limit} at most")

        world.store.read = refused  # type: ignore[assignment,method-assign]
        await world.planner.handle([received(event) for event in events])
        world.store.read = read  # type: ignore[method-assign]
        assert await owed(world, "portal") == [(n, n) for n in range(1, 10)]

    run(main())


def test_an_unreadable_record_is_named_and_the_others_are_done_from_the_store() -> None:
    async def main() -> None:
        world = World()
        await world.subscribe("portal")
        events = [await world.log.add(f"d{number}", status=4) for number in range(3)]
        bad = received(events[1])._replace(value=b'{"type": "vn.khop.dossier.accepted.v9"}')
        [poisoned] = await world.planner.handle([received(events[0]), bad, received(events[2])])
        assert poisoned.record is bad
        assert await owed(world, "portal") == [(1, 1), (2, 2), (3, 3)]

    run(main())


def test_a_topic_ahead_of_the_log_is_refused_not_skipped() -> None:
    async def main() -> None:
        world, other = World(), World()
        await world.subscribe("portal")
        await world.log.add("a", status=4)
        [*_, event] = [await other.log.add(f"d{number}", status=4) for number in range(3)]
        with pytest.raises(Transient, match="no position 2 although later ones were announced"):
            await world.planner.handle([received(event)])

    run(main())


def test_events_of_a_log_that_was_restored_since_are_set_aside() -> None:
    async def main() -> None:
        world = World()
        await world.subscribe("portal")
        event = await world.log.add("a", status=4)
        for generation, words in (
            (UUID(int=8), "log generation 00000000-0000-0000-0000-000000000008"),
            (None, "no head"),
        ):
            [poisoned] = await world.planner.handle([received(event, generation=generation)])
            assert words in poisoned.reason
        assert await owed(world, "portal") == []

    run(main())


def test_from_now_on_means_nothing_of_before() -> None:
    async def main() -> None:
        world = World()
        await world.log.add("a", status=2)
        await world.subscribe("portal", start="now")
        await world.log.add("a", status=4)
        await world.plan()
        assert await owed(world, "portal") == [(1, 2)]

    run(main())


def test_the_present_is_one_delivery_per_living_dossier_then_everything_after() -> None:
    async def main() -> None:
        world = World()
        log = world.log
        await log.add("a", status=2)
        await log.add("b", status=2)
        await log.add("absorbed", status=2)
        await log.add("mine", system="portal", status=1)
        await log.add("a", status=4)
        survivor = str(dossier_id("a"))
        merge = {"survivor": survivor, "absorbed": str(dossier_id("absorbed")), "cause": "link"}
        await log.add("absorbed", act="merged", data=merge, changed={}, merged_into=survivor)
        await log.add("a", act="merged", data=merge, changed={})
        await world.subscribe("portal", start="present", present_at=7)
        await log.add("b", status=4)
        await log.add("b", status=9)
        await world.plan()
        # b as of position 7 was at 2; a at 7; "mine" rests on the portal alone; then 8 and 9 as they came.
        assert await owed(world, "portal") == [(1, 2), (2, 7), (3, 8), (4, 9)]

    run(main())


def test_a_present_interrupted_anywhere_goes_on_where_it_was() -> None:
    async def main() -> None:
        world = World()
        for number in range(11):
            await world.log.add(f"d{number}", status=2)
        await world.subscribe("portal", start="present", present_at=11)
        owe, calls = world.ledger.owe, []

        async def once(*given: object, **more: object) -> bool:
            calls.append(given)
            if len(calls) == 2:
                raise Transient("killed")
            return await owe(*given, **more)  # type: ignore[arg-type]

        world.ledger.owe = once  # type: ignore[method-assign]
        with pytest.raises(Transient):
            await world.planner.catch_up()
        await world.plan()
        assert await owed(world, "portal") == [(n, n) for n in range(1, 12)]

    run(main())


def test_two_planners_at_once_owe_everything_once() -> None:
    async def main() -> None:
        world = World()
        for name in ("portal", "national"):
            await world.subscribe(name)
        other, _ = world.instance()
        events = [await world.log.add(f"d{number}", status=4) for number in range(10)]
        for planner in (world.planner, other, world.planner, other):
            await planner.handle([received(event) for event in events[:7]])
        await other.handle([received(event) for event in events[4:]])
        for name in ("portal", "national"):
            assert await owed(world, name) == [(n, n) for n in range(1, 11)]

    run(main())


def test_what_is_said_of_an_absorbed_dossier_queues_with_its_survivor() -> None:
    async def main() -> None:
        world = World()
        await world.subscribe("portal")
        await world.log.add("absorbed", status=2)
        await world.log.add("survivor", status=2)
        survivor, absorbed = dossier_id("survivor"), dossier_id("absorbed")
        merge = {"survivor": str(survivor), "absorbed": str(absorbed), "cause": "link"}
        await world.log.add("absorbed", act="merged", data=merge, changed={}, merged_into=str(survivor))
        await world.log.add("survivor", act="merged", data=merge, changed={})
        await world.plan()
        [lease] = await world.ledger.lease(
            now=world.clock.now(), lease_s=9, dossiers_max=9, owed_max=9, tenant=TENANT, subscriber="portal"
        )
        assert lease.dossier == survivor
        assert [each.position for each in lease.owed] == [1, 2, 3, 4]

    run(main())


def test_a_first_delivery_creates_until_the_subscriber_has_a_code() -> None:
    async def main() -> None:
        world = World()
        await world.subscribe("portal")
        await world.log.add("a", status=2)
        await world.log.add("a", status=4, codes={"portal": ["P-1"]})
        await world.plan()
        leases = await world.ledger.lease(
            now=world.clock.now(), lease_s=9, dossiers_max=9, owed_max=9, tenant=TENANT, subscriber="portal"
        )
        deliveries: list[Owed] = [each for lease in leases for each in lease.owed]
        assert [(each.position, each.creates) for each in deliveries] == [(1, True), (2, False)]

    run(main())
