"""What every ledger promises about what is owed: numbers without a gap, one planner at a time, nothing twice."""

from __future__ import annotations

from dataclasses import replace

from services.deliveries.port import Owed, Subscriber
from tests.contract.deliveries.conftest import Hands, dossier


async def test_a_subscriber_is_added_once(hands: Hands) -> None:
    portal = Subscriber("lang-son", "portal", "webhook", "history", {"url": "http://x/", "secret": "Sở"})
    other = replace(portal, tenant="ca-mau", start="now")
    assert await hands.ledger.subscribe(portal, from_position=7)
    assert not await hands.ledger.subscribe(replace(portal, kind="other"), from_position=9)
    assert await hands.ledger.subscribe(other, from_position=0)
    assert await hands.ledger.subscribers() == [other, portal]
    assert await hands.ledger.subscribers("lang-son") == [portal]
    assert await hands.ledger.planned("lang-son") == {"portal": 7}
    assert await hands.ledger.planned("nobody") == {}


async def test_what_is_owed_is_written_with_the_position(hands: Hands) -> None:
    await hands.serve(start=3)
    await hands.owe("a", "b", "a")
    assert await hands.ledger.planned("lang-son") == {"portal": 6}
    leases = await hands.lease()
    assert {lease.dossier: [(owed.number, owed.position) for owed in lease.owed] for lease in leases} == {
        dossier("a"): [(1, 4), (3, 6)],
        dossier("b"): [(2, 5)],
    }


async def test_a_second_planner_writes_nothing(hands: Hands) -> None:
    await hands.serve()
    owed = [Owed("lang-son", "portal", 0, dossier("a"), 1)]
    assert await hands.ledger.owe("lang-son", "portal", owed, after=0, up_to=5)
    assert not await hands.twin.owe("lang-son", "portal", owed, after=0, up_to=5)
    assert not await hands.twin.owe("lang-son", "portal", owed, after=4, up_to=9)
    assert not await hands.twin.owe("lang-son", "nobody", owed, after=0, up_to=1)
    [lease] = await hands.lease()
    assert len(lease.owed) == 1
    assert await hands.ledger.planned("lang-son") == {"portal": 5}


async def test_numbers_have_no_gap_per_subscriber(hands: Hands) -> None:
    await hands.serve()
    await hands.serve("ministry")
    await hands.owe("a", "b")
    assert await hands.ledger.owe("lang-son", "portal", [], after=2, up_to=10)
    hands.planned["lang-son", "portal"] = 10
    await hands.owe("c")
    await hands.owe("a", to="ministry")
    assert await hands.ledger.owe_repair(Owed("lang-son", "portal", 0, dossier("d"), 2, repair="shown"))
    await hands.owe("e")
    numbers = sorted(owed.number for lease in await hands.lease() for owed in lease.owed)
    assert numbers == [1, 2, 3, 4, 5]
    assert [owed.number for lease in await hands.lease(to="ministry") for owed in lease.owed] == [1]


async def test_a_repair_waits_behind_what_is_open_and_is_owed_once(hands: Hands) -> None:
    await hands.serve()
    await hands.owe("a")
    repair = Owed("lang-son", "portal", 0, dossier("a"), 1, repair="digest-1")
    assert await hands.ledger.owe_repair(repair)
    assert not await hands.twin.owe_repair(repair)
    assert await hands.ledger.owe_repair(replace(repair, repair="digest-2"))
    assert not await hands.ledger.owe_repair(replace(repair, subscriber="nobody"))
    lease = await hands.take("a")
    assert [(owed.position, owed.repair) for owed in lease.owed] == [(1, None), (1, "digest-1"), (1, "digest-2")]
    assert await hands.settle(lease, "accepted", "accepted", "accepted")
    assert await hands.ledger.owe_repair(repair)  # shown again after it was settled: a new delivery


async def test_what_it_creates_is_remembered(hands: Hands) -> None:
    await hands.serve()
    await hands.owe("a", creates=True)
    await hands.owe("a")
    assert [owed.creates for owed in (await hands.take("a")).owed] == [True, False]


async def test_open_dossiers(hands: Hands) -> None:
    await hands.serve()
    await hands.owe("a", "b")
    lease = next(lease for lease in await hands.lease() if lease.dossier == dossier("a"))
    await hands.settle(lease, "accepted")
    asked = [dossier(name) for name in "abc"]
    assert await hands.ledger.open_dossiers("lang-son", "portal", asked) == {dossier("b")}
    assert await hands.ledger.open_dossiers("lang-son", "portal", []) == set()


async def test_counts_and_history_tell_what_happened(hands: Hands) -> None:
    await hands.serve()
    owed_at = hands.clock.now()
    await hands.owe("a", "b")
    await hands.clock.sleep(10)
    await hands.owe("a")
    first, second = sorted(await hands.lease(), key=lambda lease: lease.owed[0].number)
    tried_at = hands.clock.now()
    await hands.settle(first, "accepted", "rejected", retry_s=60)
    await hands.settle(second, "rejected", park=True)
    assert await hands.ledger.counts() == [
        {
            "tenant": "lang-son",
            "subscriber": "portal",
            "planned": 3,
            "paused": False,
            "owed": 2,
            "oldest_open_since": owed_at,
            "parked": 1,
        }
    ]
    story = await hands.ledger.history("lang-son", [dossier("a"), dossier("b"), dossier("c")])
    assert [(each["dossier"], each["number"], each["position"]) for each in story] == [
        (dossier("a"), 1, 1),
        (dossier("b"), 2, 2),
        (dossier("a"), 3, 3),
    ]
    assert story[0]["receipt"] == {"detail": "said accepted", "at": tried_at}
    assert (story[0]["owed_at"], story[0]["next_at"]) == (owed_at, None)
    assert story[1]["receipt"] is None
    assert story[1]["parked_reason"] == "said rejected"
    assert story[2]["attempts"] == [{"outcome": "rejected", "detail": "said rejected", "at": tried_at}]
    assert (story[2]["parked_reason"], story[2]["leased"]) == (None, False)
    assert await hands.ledger.history("lang-son", []) == []
