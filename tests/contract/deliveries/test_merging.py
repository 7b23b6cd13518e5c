"""What every ledger promises when two dossiers become one: what comes next waits behind all that is open for either."""

from __future__ import annotations

from tests.contract.deliveries.conftest import Hands, dossier


async def merge(hands: Hands, absorbed: str, survivor: str) -> None:
    await hands.ledger.move_open("lang-son", "portal", dossier(absorbed), dossier(survivor))


async def test_both_queues_become_one_in_order(hands: Hands) -> None:
    await hands.serve()
    await hands.owe("a", "b", "a", "b")
    await merge(hands, "b", "a")
    await merge(hands, "b", "a")  # done again after a crash, it moves nothing
    await hands.owe("a")
    lease = await hands.take("a")
    assert [owed.position for owed in lease.owed] == [1, 2, 3, 4, 5]
    assert not any(owed.doubtful for owed in lease.owed)
    assert await hands.settle(lease, *["accepted"] * 5)
    assert await hands.lease() == []


async def test_a_survivor_with_nothing_open_takes_the_queue(hands: Hands) -> None:
    await hands.serve()
    await hands.owe("b")
    await merge(hands, "b", "a")
    assert [owed.position for owed in (await hands.take("a")).owed] == [1]
    asked = [dossier("a"), dossier("b")]
    assert await hands.ledger.open_dossiers("lang-son", "portal", asked) == {dossier("a")}


async def test_no_other_subscriber_is_moved_and_no_other_tenant(hands: Hands) -> None:
    await hands.serve()
    await hands.serve("ministry")
    await hands.serve(tenant="ca-mau")
    await hands.owe("b")
    await hands.owe("b", to="ministry")
    await hands.owe("b", tenant="ca-mau")
    await merge(hands, "b", "a")
    assert [lease.dossier for lease in await hands.lease()] == [dossier("a")]
    assert [lease.dossier for lease in await hands.lease(to="ministry")] == [dossier("b")]
    assert await hands.ledger.open_dossiers("ca-mau", "portal", [dossier("b")]) == {dossier("b")}


async def test_the_survivor_waits_for_what_is_on_its_way_for_the_absorbed(hands: Hands) -> None:
    await hands.serve()
    await hands.owe("b", "b")
    in_flight = await hands.take("b", owed_max=1)
    await merge(hands, "b", "a")
    await hands.owe("a")
    assert await hands.lease() == []
    assert await hands.settle(in_flight, "accepted")
    lease = await hands.take("a")
    assert [owed.position for owed in lease.owed] == [2, 3]
    story = await hands.ledger.history("lang-son", [dossier("a"), dossier("b")])
    assert [each["receipt"] is not None for each in story] == [True, False, False]
    assert await hands.settle(lease, "accepted", "accepted")
    assert await hands.lease() == []
    assert (await hands.ledger.counts())[0]["owed"] == 0


async def test_an_unknown_answer_after_the_merge_is_asked_about_in_the_survivors_queue(hands: Hands) -> None:
    await hands.serve()
    await hands.owe("b")
    in_flight = await hands.take("b")
    await merge(hands, "b", "a")
    assert await hands.settle(in_flight, "unknown", retry_s=60)
    [owed] = (await hands.take("a")).owed
    assert (owed.position, owed.attempts, owed.doubtful) == (1, 1, True)


async def test_an_absorbed_lease_that_runs_out_leaves_doubt_and_nothing_else(hands: Hands) -> None:
    await hands.serve()
    await hands.owe("b", "a")
    in_flight = next(lease for lease in await hands.lease() if lease.dossier == dossier("b"))
    await hands.clock.sleep(10)
    await merge(hands, "b", "a")
    await hands.clock.sleep(20)
    lease = await hands.take("a")
    assert [(owed.position, owed.doubtful) for owed in lease.owed] == [(1, True), (2, True)]
    assert not await hands.settle(in_flight, "accepted")
    assert await hands.settle(lease, "accepted", "accepted")
    assert await hands.lease() == []
    assert (await hands.ledger.counts())[0]["parked"] == 0


async def test_a_survivor_that_is_being_sent_keeps_its_lease(hands: Hands) -> None:
    await hands.serve()
    await hands.owe("a")
    lease = await hands.take("a")
    await hands.owe("b")
    await merge(hands, "b", "a")
    assert await hands.lease() == []
    assert await hands.settle(lease, "accepted")
    assert [(owed.position, owed.doubtful) for owed in (await hands.take("a")).owed] == [(2, False)]


async def test_a_parked_queue_parks_the_survivor(hands: Hands) -> None:
    await hands.serve()
    await hands.owe("b")
    await hands.settle(await hands.take("b"), "rejected", park=True)
    await hands.owe("a")
    await merge(hands, "b", "a")
    assert await hands.lease() == []
    assert [name for name, _, _ in await hands.ledger.parked("lang-son", "portal", 10)] == [dossier("a")]
    assert await hands.ledger.unpark("lang-son", "portal", dossier("a"))
    assert [owed.position for owed in (await hands.take("a")).owed] == [1, 2]


async def test_merges_follow_one_another_while_something_is_on_its_way(hands: Hands) -> None:
    await hands.serve()
    await hands.owe("c")
    in_flight = await hands.take("c")
    await merge(hands, "c", "b")
    await merge(hands, "b", "a")
    await hands.owe("a")
    assert await hands.lease() == []
    assert await hands.settle(in_flight, "accepted")
    assert [owed.position for owed in (await hands.take("a")).owed] == [2]
