"""What every ledger promises to who sends: one holder a dossier, order inside it, no answer lost and none forged."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

import pytest

from services.deliveries.port import Attempt, Outcome
from tests.contract.deliveries.conftest import Hands, dossier


async def test_a_dossier_is_leased_to_one_sender(hands: Hands) -> None:
    await hands.serve()
    await hands.owe("a", "a")
    lease = await hands.take("a")
    assert (lease.tenant, lease.subscriber) == ("lang-son", "portal")
    assert await hands.lease(by_twin=True) == []
    assert await hands.settle(lease, "accepted", "accepted")
    assert await hands.lease() == []


async def test_the_longest_waiting_come_first_within_the_bounds(hands: Hands) -> None:
    await hands.serve()
    for name in "cab":
        await hands.owe(name, name, name)
        await hands.clock.sleep(1)
    leases = await hands.lease(dossiers_max=2, owed_max=2)
    assert [lease.dossier for lease in leases] == [dossier("c"), dossier("a")]
    assert [[owed.position for owed in lease.owed] for lease in leases] == [[1, 2], [4, 5]]
    assert [lease.dossier for lease in await hands.lease(dossiers_max=2)] == [dossier("b")]


async def test_what_is_owed_under_a_lease_waits_its_turn(hands: Hands) -> None:
    await hands.serve()
    await hands.owe("a")
    lease = await hands.take("a")
    await hands.owe("a")
    assert await hands.lease() == []
    assert await hands.settle(lease, "accepted")
    assert [owed.position for owed in (await hands.take("a")).owed] == [2]


async def test_a_failure_is_tried_again_at_its_time_with_what_follows(hands: Hands) -> None:
    await hands.serve()
    await hands.owe("a", "a", "a")
    assert await hands.settle(await hands.take("a"), "accepted", "unknown", retry_s=60)
    await hands.clock.sleep(59)
    assert await hands.lease() == []
    await hands.clock.sleep(1)
    lease = await hands.take("a")
    assert [(owed.position, owed.attempts, owed.doubtful) for owed in lease.owed] == [(2, 1, True), (3, 0, False)]


@pytest.mark.parametrize(
    ("outcome", "doubtful", "rejections"), [("unknown", True, 0), ("rejected", False, 1), ("postponed", False, 0)]
)
async def test_what_an_answer_leaves(hands: Hands, outcome: Outcome, doubtful: bool, rejections: int) -> None:
    await hands.serve()
    await hands.owe("a")
    await hands.settle(await hands.take("a"), outcome)
    [owed] = (await hands.take("a")).owed
    assert (owed.attempts, owed.doubtful, owed.rejections) == (1, doubtful, rejections)


@pytest.mark.parametrize(("outcome", "doubtful"), [("postponed", True), ("rejected", False)])
async def test_only_an_answer_ends_a_doubt(hands: Hands, outcome: Outcome, doubtful: bool) -> None:
    await hands.serve()
    await hands.owe("a")
    await hands.settle(await hands.take("a"), "unknown")
    await hands.settle(await hands.take("a"), outcome)
    [owed] = (await hands.take("a")).owed
    assert (owed.attempts, owed.doubtful) == (2, doubtful)


async def test_an_acceptance_behind_a_failure_counts(hands: Hands) -> None:
    await hands.serve()
    await hands.owe("a", "a")
    await hands.settle(await hands.take("a"), "unknown", "accepted")
    assert [owed.position for owed in (await hands.take("a")).owed] == [1]


async def test_a_lease_without_attempts_is_given_back(hands: Hands) -> None:
    await hands.serve()
    await hands.owe("a")
    assert await hands.settle(await hands.take("a"))
    [owed] = (await hands.take("a")).owed
    assert (owed.attempts, owed.doubtful) == (0, False)


async def test_a_lease_that_ran_out_leaves_doubt_and_cannot_settle_once_another_has_it(hands: Hands) -> None:
    await hands.serve()
    await hands.owe("a", "a")
    lost = await hands.take("a", lease_s=30)
    await hands.owe("a")
    await hands.clock.sleep(30)
    again = await hands.take("a")
    assert [(owed.position, owed.doubtful) for owed in again.owed] == [(1, True), (2, True), (3, False)]
    assert not await hands.settle(lost, "accepted")
    assert await hands.settle(again, "accepted", "accepted", "accepted")
    assert not await hands.settle(again, "accepted")
    story = await hands.ledger.history("lang-son", [dossier("a")])
    assert [len(each["attempts"]) for each in story] == [1, 1, 1]


async def test_a_forged_lease_settles_nothing(hands: Hands) -> None:
    await hands.serve()
    await hands.owe("a")
    lease = await hands.take("a")
    assert not await hands.settle(replace(lease, token=UUID(int=5)), "accepted")
    assert not await hands.settle(replace(lease, dossier=dossier("b")), "accepted")
    assert await hands.ledger.open_dossiers("lang-son", "portal", [dossier("a")]) == {dossier("a")}


async def test_many_leases_settle_together_and_the_lost_ones_are_left_out(hands: Hands) -> None:
    await hands.serve()
    await hands.owe("a", "b", "c")
    leases = await hands.lease()
    by_name = {lease.dossier: lease for lease in leases}
    settled = [
        (lease, [Attempt(lease.owed[0].number, "accepted", "200")])
        for lease in (
            by_name[dossier("a")],
            replace(by_name[dossier("b")], token=UUID(int=5)),
            by_name[dossier("c")],
        )
    ]
    assert await hands.ledger.settle_many(settled, now=hands.clock.now()) == 2
    assert await hands.ledger.settle_many([], now=hands.clock.now()) == 0
    asked = [dossier(name) for name in "abc"]
    assert await hands.ledger.open_dossiers("lang-son", "portal", asked) == {dossier("b")}


async def test_a_parked_dossier_waits_and_blocks_no_other(hands: Hands) -> None:
    await hands.serve()
    await hands.owe("a", "a")
    parked_at = hands.clock.now()
    await hands.settle(await hands.take("a"), "rejected", park=True)
    await hands.owe("a", "b")
    await hands.clock.sleep(10**6)
    await hands.settle(await hands.take("b"), "accepted")
    assert await hands.ledger.parked("lang-son", "portal", 10) == [(dossier("a"), "said rejected", parked_at)]
    assert not await hands.ledger.unpark("lang-son", "portal", dossier("b"))
    assert await hands.ledger.unpark("lang-son", "portal", dossier("a"))
    assert not await hands.ledger.unpark("lang-son", "portal", dossier("a"))
    assert [(owed.position, owed.rejections) for owed in (await hands.take("a")).owed] == [(1, 1), (2, 0), (3, 0)]
    assert await hands.ledger.parked("lang-son", "portal", 10) == []


async def test_the_parked_are_listed_oldest_first(hands: Hands) -> None:
    await hands.serve()
    for name in "cab":
        await hands.owe(name)
        await hands.settle(await hands.take(name), "rejected", park=True)
        await hands.clock.sleep(1)
    listed = await hands.ledger.parked("lang-son", "portal", 2)
    assert [name for name, _, _ in listed] == [dossier("c"), dossier("a")]


async def test_a_paused_subscriber_gets_nothing_but_is_owed_on(hands: Hands) -> None:
    await hands.serve()
    await hands.owe("a")
    assert await hands.ledger.pause("lang-son", "portal", paused=True)
    assert not await hands.ledger.pause("lang-son", "nobody", paused=True)
    await hands.owe("a")
    assert await hands.lease() == []
    assert [each.paused for each in await hands.ledger.subscribers()] == [True]
    await hands.ledger.pause("lang-son", "portal", paused=False)
    assert [owed.position for owed in (await hands.take("a")).owed] == [1, 2]


async def test_only_a_creation_that_may_have_arrived_is_open(hands: Hands) -> None:
    async def open_creation() -> int | None:
        return await hands.ledger.open_creation("lang-son", "portal")

    await hands.serve()
    assert await open_creation() is None
    await hands.owe("a", "b", creates=True)
    assert await open_creation() is None
    leases = {lease.dossier: lease for lease in await hands.lease()}
    assert await open_creation() == 1
    await hands.settle(leases[dossier("a")], "postponed", retry_s=100)
    assert await open_creation() == 2
    await hands.settle(leases[dossier("b")], "unknown", retry_s=100)
    assert await open_creation() == 2
    await hands.clock.sleep(100)
    leases = {lease.dossier: lease for lease in await hands.lease()}
    assert await open_creation() == 1
    await hands.settle(leases[dossier("b")], "rejected", retry_s=100)
    await hands.settle(leases[dossier("a")], "accepted")
    assert await open_creation() is None
    assert await hands.ledger.open_creation("lang-son", "nobody") is None


async def test_a_creation_under_a_lease_that_ran_out_is_open(hands: Hands) -> None:
    await hands.serve()
    await hands.owe("a", creates=True)
    await hands.take("a")
    await hands.clock.sleep(1000)
    assert await hands.ledger.open_creation("lang-son", "portal") == 1
