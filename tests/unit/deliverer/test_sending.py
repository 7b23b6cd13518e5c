"""Sending on virtual time against portals that fail in every way: each event once in effect, in order per dossier."""

import asyncio
import random
from collections import defaultdict
from typing import Any

import pytest

from services.deliveries.port import Owed, Subscriber
from services.subscribers.memory import MemoryPortal, losing_answers
from services.subscribers.port import NoReply, Request, Response, Unreachable
from tests.recorded import TENANT, dossier_id
from tests.simulation.virtual_time import Deadlock, run
from tests.unit.deliverer.world import World, positions


def in_order_per_dossier(portal: MemoryPortal) -> bool:
    """Whether what the portal took of each dossier came in order of position, each once."""
    dossiers: defaultdict[str, list[int]] = defaultdict(list)
    for event in portal.received:
        dossiers[event["subject"]].append(event["position"])
    return all(taken == sorted(set(taken)) for taken in dossiers.values())


async def fill(world: World, *, dossiers: int, events: int) -> None:
    for status in range(events):
        for number in range(dossiers):
            await world.log.add(f"d{number}", status=2 + status % 3)


@pytest.mark.parametrize("batch_max", ["1", "7", "500"])
def test_every_event_owed_arrives_once_in_order_and_is_settled(batch_max: str) -> None:
    async def main() -> None:
        world = World()
        portal = await world.subscribe("portal", batch_max=batch_max)
        await fill(world, dossiers=20, events=5)
        await world.plan()
        async with world.deliverer():
            await world.rest("portal")
        assert sorted(positions(portal.received)) == list(range(1, 101))
        assert in_order_per_dossier(portal)
        assert [event["khopdelivery"] for event in sorted(portal.received, key=lambda e: e["position"])] == list(
            range(1, 101)
        )

    run(main())


def test_a_lost_answer_is_asked_about_and_nothing_is_sent_twice() -> None:
    async def main() -> None:
        world = World()
        portal = await world.subscribe("portal")
        portal.after = losing_answers(3)
        await fill(world, dossiers=5, events=2)
        await world.plan()
        async with world.deliverer():
            await world.rest("portal")
        assert portal.repeated == []
        told = await world.ledger.history(TENANT, [dossier_id(f"d{number}") for number in range(5)])
        outcomes = [[attempt["outcome"] for attempt in row["attempts"]] for row in told]  # type: ignore[attr-defined]
        assert any("unknown" in each for each in outcomes)
        assert all(each[-1] == "accepted" and each.count("accepted") == 1 for each in outcomes)
        assert sorted(positions(portal.received)) == list(range(1, 11))

    run(main())


def test_an_outage_delays_everything_and_loses_nothing_and_is_probed_gently() -> None:
    async def main() -> None:
        world = World()
        portal = await world.subscribe("portal")
        calls = []

        async def away(_: Request) -> Response | None:
            if world.clock.now().hour < 1:
                calls.append(world.clock.now())
                raise Unreachable("ConnectError")
            return None

        portal.before = away
        await fill(world, dossiers=50, events=3)
        await world.plan()
        async with world.deliverer():
            await world.rest("portal", within_s=3600 + 60)
        assert sorted(positions(portal.received)) == list(range(1, 151))
        assert in_order_per_dossier(portal)
        assert 3600 / 15 <= len(calls) <= 3600 / 15 * 3

    run(main())


def test_a_dossier_that_is_refused_is_set_aside_alone_and_goes_on_in_order_when_it_is_let() -> None:
    async def main() -> None:
        world = World()
        portal = await world.subscribe("portal", rejections_max="3")
        bad = str(dossier_id("d3"))
        portal.reject = lambda event: "no_such_procedure" if event["subject"] == bad else None
        await fill(world, dossiers=6, events=4)
        await world.plan()
        async with world.deliverer():
            async with asyncio.timeout(600):
                while not await world.ledger.parked(TENANT, "portal", 10):
                    await world.clock.sleep(0.1)
            [(dossier, why, _)] = await world.ledger.parked(TENANT, "portal", 10)
            assert (dossier, why) == (dossier_id("d3"), "rejected: no_such_procedure")
            assert await world.owed("portal") == 4
            assert len(portal.received) == 20
            portal.reject = lambda _: None
            assert await world.ledger.unpark(TENANT, "portal", dossier)
            await world.rest("portal")
        assert in_order_per_dossier(portal)
        assert sorted(positions(portal.received)) == list(range(1, 25))

    run(main())


def test_one_portal_that_hangs_holds_nobody_else_up() -> None:
    async def main() -> None:
        world = World()
        slow, quick = await world.subscribe("slow", timeout_s="10"), await world.subscribe("quick")

        async def hang(_: Request) -> Response | None:
            await world.clock.sleep(10)
            raise NoReply("ReadTimeout")

        slow.before = hang
        await fill(world, dossiers=30, events=2)
        await world.plan()
        async with world.deliverer():
            await world.rest("quick", within_s=2)
            assert len(quick.received) == 60
            assert slow.received == []

    run(main())


def test_what_a_slow_portal_leaves_no_time_for_is_not_in_doubt() -> None:
    async def main() -> None:
        world = World()
        portal = await world.subscribe("portal", batch_max="10", requests_max="1", timeout_s="4")

        async def slowly(_: Request) -> Response | None:
            await world.clock.sleep(3)
            return None

        portal.before = slowly
        await fill(world, dossiers=10, events=10)
        await world.plan()
        async with world.deliverer():
            await world.rest("portal")
        told = await world.ledger.history(TENANT, [dossier_id(f"d{number}") for number in range(10)])
        assert all([attempt["outcome"] for attempt in row["attempts"]] == ["accepted"] for row in told)  # type: ignore[attr-defined]
        assert portal.repeated == []
        assert in_order_per_dossier(portal)

    run(main())


def test_two_instances_share_the_work_and_send_nothing_twice() -> None:
    async def main() -> None:
        world = World()
        portal = await world.subscribe("portal", batch_max="3")
        _, second = world.instance()
        await fill(world, dossiers=40, events=3)
        await world.plan()
        other = asyncio.create_task(second.run())
        async with world.deliverer():
            await world.rest("portal")
        other.cancel()
        await asyncio.wait((other,))
        assert sorted(positions(portal.received)) == list(range(1, 121))
        assert in_order_per_dossier(portal)

    run(main())


def test_a_code_in_an_answer_goes_through_the_front_door_once() -> None:
    async def main() -> None:
        world = World()
        portal = await world.subscribe("portal")
        portal.gives_codes = True
        await fill(world, dossiers=2, events=3)
        await world.plan()
        async with world.deliverer():
            await world.rest("portal")
        said = [(each.system, each.code, each.act, each.data.model_dump()) for each in world.said()]
        assert sorted(said, key=str) == [
            ("portal", "portal-1", "linked", {"system": "one-stop", "code": "d0-at-one-stop"}),
            ("portal", "portal-2", "linked", {"system": "one-stop", "code": "d1-at-one-stop"}),
        ]

    run(main())


def test_a_code_that_cannot_be_passed_on_is_not_lost() -> None:
    async def main() -> None:
        world = World()
        portal = await world.subscribe("portal")
        portal.gives_codes = True
        world.broker.set_available(False)
        await world.log.add("a", status=2)
        await world.plan()
        async with world.deliverer():
            await world.clock.sleep(5)
            assert await world.owed("portal") == 1
            world.broker.set_available(True)
            await world.rest("portal")
        assert [each.code for each in world.said()] == ["portal-1"]
        assert len(portal.received) == 1

    run(main())


def test_what_one_system_alone_knows_is_not_created_elsewhere_while_a_creation_there_is_in_doubt() -> None:
    async def main() -> None:
        world = World()
        portal, national = await world.subscribe("portal"), await world.subscribe("national")
        lost = True

        async def lose(_: Request) -> Response | None:
            if lost:
                raise NoReply("ReadTimeout")
            return None

        portal.after = lose
        await world.log.add("ours", status=2)
        await world.plan()
        async with world.deliverer():
            await world.rest("national")
            # The portal shows what it made of it before its answer arrives: known from the portal alone.
            await world.log.add("shown", system="portal", status=1)
            await world.plan()
            await world.clock.sleep(20)
            assert positions(national.received) == [1]
            lost = False
            await world.rest("portal", "national")
        assert positions(national.received) == [1, 2]

    run(main())


def test_after_a_merge_the_absorbed_dossiers_events_say_where_they_went() -> None:
    async def main() -> None:
        world = World()
        portal = await world.subscribe("portal")
        await world.log.add("absorbed", status=2)
        await world.log.add("survivor", status=2)
        survivor, absorbed = str(dossier_id("survivor")), str(dossier_id("absorbed"))
        merge = {"survivor": survivor, "absorbed": absorbed, "cause": "link"}
        await world.log.add("absorbed", act="merged", data=merge, changed={}, merged_into=survivor)
        await world.log.add("survivor", act="merged", data=merge, changed={})
        await world.plan()
        async with world.deliverer():
            await world.rest("portal")
        assert [(event["position"], event.get("khopinto")) for event in portal.received] == [
            (1, survivor),
            (2, None),
            (3, survivor),
            (4, None),
        ]
        assert set(portal.states) == {survivor}

    run(main())


def test_a_paused_subscriber_is_sent_nothing_and_gets_all_of_it_later() -> None:
    async def main() -> None:
        world = World()
        portal = await world.subscribe("portal")
        await fill(world, dossiers=3, events=1)
        assert await world.ledger.pause(TENANT, "portal", paused=True)
        await world.plan()
        async with world.deliverer():
            await world.clock.sleep(30)
            assert portal.received == []
            await world.ledger.pause(TENANT, "portal", paused=False)
            await world.rest("portal")
        assert sorted(positions(portal.received)) == [1, 2, 3]

    run(main())


def test_settings_that_cannot_be_used_stop_one_subscriber_only() -> None:
    async def main() -> None:
        world = World()
        portal = await world.subscribe("portal")
        broken = Subscriber(TENANT, "broken", "webhook", "history", {"url": "nowhere", "secret": "x"})
        world.portals["broken"] = portal
        await world.ledger.subscribe(broken, from_position=0)
        await world.log.add("a", status=2)
        await world.plan()
        async with world.deliverer():
            await world.rest("portal")
        assert positions(portal.received) == [1]
        assert await world.owed("broken") == 1

    run(main())


def test_a_repair_is_sent_again_under_a_key_of_its_own() -> None:
    async def main() -> None:
        world = World()
        portal = await world.subscribe("portal")
        await world.log.add("a", status=2)
        await world.plan()
        async with world.deliverer():
            await world.rest("portal")
            portal.states.clear()
            assert await world.ledger.owe_repair(Owed(TENANT, "portal", 0, dossier_id("a"), 1, repair="ab12"))
            await world.rest("portal")
        assert [event["khopkey"] for event in portal.received] == [
            f"portal:{dossier_id('a')}:1",
            f"portal:{dossier_id('a')}:1:ab12",
        ]
        assert portal.received[1]["khoprepair"] == "ab12"
        assert set(portal.states) == {str(dossier_id("a"))}

    run(main())


@pytest.mark.parametrize("seed", range(30))
def test_killed_anywhere_and_started_again_everything_arrives_in_effect_once(seed: int) -> None:
    """Instances are killed without warning at random moments, answers and requests are lost at random."""

    async def main() -> None:
        world, rng = World(seed=seed), random.Random(seed)
        portal = await world.subscribe("portal", batch_max=rng.choice(["1", "4", "500"]), timeout_s="2")
        portal.gives_codes = True

        async def maybe(_: Request) -> Response | None:
            await world.clock.sleep(rng.uniform(0, 0.3))
            if world.clock.now().minute < 3 and rng.random() < 0.3:
                raise rng.choice([NoReply("x"), Unreachable("y")])
            return None

        portal.before = portal.after = maybe
        await fill(world, dossiers=8, events=4)
        while world.clock.now().minute < 3:
            planner, dispatch = world.instance()
            tasks = {asyncio.create_task(dispatch.run()), asyncio.create_task(planner.catch_up())}
            await world.clock.sleep(rng.uniform(0, 20))
            await _kill()
            assert all(task.done() for task in tasks)
        world.planner, world.dispatch = world.instance()
        await world.plan()
        async with world.deliverer():
            await world.rest("portal")
        assert sorted(positions(portal.received)) == list(range(1, 33))
        assert in_order_per_dossier(portal)
        assert {each.code for each in world.said()} == set(portal.codes.values())
        assert portal.repeated == []

    run(main())


async def _kill() -> None:
    """End every task but this one in the middle of what it does, as a killed process would: no draining."""
    me = asyncio.current_task()
    for _ in range(20):
        for task in asyncio.all_tasks():
            if task is not me and not task.done():
                task.cancel()
        await asyncio.sleep(0)


def test_at_rest_nothing_runs_hot() -> None:
    """With nothing to do the loop only waits: an idle hour takes few steps."""

    async def main() -> int:
        world = World()
        await world.subscribe("portal")
        calls = 0
        lease = world.ledger.lease

        async def counted(**given: Any) -> Any:
            nonlocal calls
            calls += 1
            return await lease(**given)

        world.ledger.lease = counted  # type: ignore[method-assign]
        async with world.deliverer():
            await world.clock.sleep(3600)
        return calls

    try:
        assert run(main()) <= 3600 * 4 + 1
    except Deadlock:
        pytest.fail("everything waits for ever")
