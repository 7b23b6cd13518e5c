"""Senders, planners and merges of several processes on one ledger, held in the middle of what they do.

Each race is run with the statements as they are, and with the lock or condition that decides it taken out, which the
test must see.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import TypeVar
from uuid import UUID, uuid4, uuid5

import asyncpg
import pytest

from services.deliveries.port import Attempt, Lease, Owed, Subscriber
from services.deliveries.postgres import PostgresLedger
from services.deliveries.statements import STATEMENTS, Statements
from services.runtime.postgres import open_connection, open_pool
from services.runtime.unavailable import DatabaseUnavailable

TENANT, PORTAL = "lang-son", "portal"
DOSSIER = uuid4()
T = TypeVar("T")


def changed(field: str, words: str, into: str = "") -> Statements:
    """The statements with these words of one of them replaced."""
    text: str = getattr(STATEMENTS, field)
    assert words in text, f"{field} no longer says {words!r}: plant another fault"
    return replace(STATEMENTS, **{field: text.replace(words, into)})


@asynccontextmanager
async def ledger_on(dsn: str, statements: Statements = STATEMENTS) -> AsyncIterator[PostgresLedger]:
    async with open_pool(dsn, name="ledger") as pool:
        yield PostgresLedger(pool, statements=statements)


async def begin(ledger: PostgresLedger, *dossiers: UUID) -> None:
    await ledger.subscribe(Subscriber(TENANT, PORTAL, "webhook", "now", {}), from_position=0)
    owed = [Owed(TENANT, PORTAL, 0, each, position) for position, each in enumerate(dossiers, start=1)]
    assert await ledger.owe(TENANT, PORTAL, owed, after=0, up_to=len(owed))


async def lease(ledger: PostgresLedger, *, dossiers_max: int = 10, lease_s: float = 60) -> list[Lease]:
    now = datetime.now(UTC)
    return await ledger.lease(
        now=now, lease_s=lease_s, dossiers_max=dossiers_max, owed_max=5, tenant=TENANT, subscriber=PORTAL
    )


async def accept(ledger: PostgresLedger, held: Lease) -> bool:
    return await ledger.settle(
        held, [Attempt(owed.number, "accepted", "200") for owed in held.owed], now=datetime.now(UTC)
    )


async def behind(
    dsn: str, held_back: Callable[[asyncpg.Connection], Awaitable[object]], act: Callable[[], Awaitable[object]]
) -> object:
    """Do `act` while a transaction that did `held_back` is not committed; commit once `act` waits for it or is done."""
    async with open_connection(dsn, name="first") as first, open_connection(dsn, name="admin") as admin:
        transaction = first.transaction()
        await transaction.start()
        await held_back(first)
        acting = asyncio.ensure_future(act())
        async with asyncio.timeout(30):
            while not acting.done() and not await admin.fetchval(
                "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock')"
            ):
                await admin.execute("SELECT pg_sleep(0.005)")
        await transaction.commit()
        return await acting


async def owe_one(connection: asyncpg.Connection, *, after: int) -> object:
    return await connection.fetch(
        STATEMENTS.owe, TENANT, PORTAL, after, after + 1, [DOSSIER], [after + 1], [None], [False], datetime.now(UTC)
    )


async def owed_while_settling(dsn: str, statements: Statements) -> list[int]:
    """Something is owed to a dossier while its last delivery is being settled; gives what can be sent right after."""
    async with ledger_on(dsn, statements) as ledger:
        await begin(ledger, DOSSIER)
        [held] = await lease(ledger)
        assert await behind(dsn, lambda first: owe_one(first, after=1), lambda: accept(ledger, held)) is True
        assert await ledger.stranded() == []
        return [owed.number for each in await lease(ledger) for owed in each.owed]


async def test_what_is_owed_while_the_last_one_is_settled_is_sent_next(postgres_dsn: str) -> None:
    assert await owed_while_settling(postgres_dsn, STATEMENTS) == [2]


async def test_a_settlement_without_its_lock_is_seen(postgres_dsn: str) -> None:
    assert await owed_while_settling(postgres_dsn, changed("hold_lanes", "    FOR UPDATE\n")) != [2]


async def lease_twice(dsn: str, statements: Statements) -> list[UUID]:
    """A second sender leases while the first one's lease is not committed; gives what the second got."""
    async with ledger_on(dsn, statements) as ledger:
        await begin(ledger, DOSSIER, uuid5(DOSSIER, "other"))
        now = datetime.now(UTC)

        def first_takes_one(first: asyncpg.Connection) -> Awaitable[object]:
            return first.fetch(statements.take_lanes, TENANT, PORTAL, now, now.replace(year=2100), 1)

        got = await behind(dsn, first_takes_one, lambda: lease(ledger))
        assert isinstance(got, list)
        return [each.dossier for each in got]


async def test_a_second_sender_takes_what_the_first_did_not(postgres_dsn: str) -> None:
    assert len(await lease_twice(postgres_dsn, STATEMENTS)) == 1


async def test_a_lease_without_its_lock_is_seen(postgres_dsn: str) -> None:
    by_key = changed(
        "take_lanes",
        "WHERE lane.ctid = due.place",
        "WHERE lane.tenant = $1 AND lane.subscriber = $2 AND lane.dossier = due.dossier",
    )
    unlocked = replace(by_key, take_lanes=by_key.take_lanes.replace("FOR UPDATE OF lane SKIP LOCKED", ""))
    assert len(await lease_twice(postgres_dsn, unlocked)) == 2


async def plan_twice(dsn: str, statements: Statements) -> tuple[object, int]:
    """Two planners write the same event; gives whether the second did, and how many deliveries there are."""
    async with ledger_on(dsn, statements) as ledger:
        await begin(ledger, DOSSIER)
        owed = [Owed(TENANT, PORTAL, 0, DOSSIER, 2)]
        second = await behind(
            dsn,
            lambda first: owe_one(first, after=1),
            lambda: ledger.owe(TENANT, PORTAL, owed, after=1, up_to=2),
        )
        return second, len(await ledger.history(TENANT, [DOSSIER]))


async def test_of_two_planners_one_writes(postgres_dsn: str) -> None:
    assert await plan_twice(postgres_dsn, STATEMENTS) == (False, 2)


async def test_planning_without_its_condition_is_seen(postgres_dsn: str) -> None:
    twice = changed("owe", " AND planned = $3")
    # Left unused, the number of a parameter would be refused.
    twice = replace(twice, owe=twice.owe.replace("WHERE tenant = $1", "WHERE $3::bigint >= 0 AND tenant = $1", 1))
    assert await plan_twice(postgres_dsn, twice) == (True, 3)


async def test_a_merge_and_a_settlement_of_the_absorbed_meet(postgres_dsn: str) -> None:
    survivor = uuid5(DOSSIER, "survivor")
    async with ledger_on(postgres_dsn) as ledger:
        await begin(ledger, DOSSIER)
        [held] = await lease(ledger)

        def settling(first: asyncpg.Connection) -> Awaitable[object]:
            return first.fetch(STATEMENTS.hold_lanes, TENANT, PORTAL, [DOSSIER], [held.token])

        await behind(postgres_dsn, settling, lambda: ledger.move_open(TENANT, PORTAL, DOSSIER, survivor))
        assert await lease(ledger) == []
        assert await accept(ledger, held)
        assert await lease(ledger) == []
        assert [each["owed"] for each in await ledger.counts()] == [0]
        assert await ledger.stranded() == []


async def test_a_second_merge_and_a_settlement_of_what_went_with_the_first_meet(postgres_dsn: str) -> None:
    one, two = uuid5(DOSSIER, "one"), uuid5(DOSSIER, "two")
    async with ledger_on(postgres_dsn) as ledger:
        await begin(ledger, DOSSIER)
        [held] = await lease(ledger)
        await ledger.move_open(TENANT, PORTAL, DOSSIER, one)

        async def merging(first: asyncpg.Connection) -> None:
            await first.execute(STATEMENTS.lock_followers, TENANT, PORTAL, one)
            await first.execute(STATEMENTS.lock_queues, TENANT, PORTAL, [one, two])
            await first.execute(STATEMENTS.move_open, TENANT, PORTAL, one, two, datetime.now(UTC))

        assert await behind(postgres_dsn, merging, lambda: accept(ledger, held)) is True
        assert [each["owed"] for each in await ledger.counts()] == [0]
        assert await lease(ledger) == []
        [story] = await ledger.history(TENANT, [DOSSIER])
        assert story["receipt"] is not None


MERGES = {60: (11, 0), 120: (10, 1), 180: (0, 2)}
"""Position of a merge → which of twelve dossiers goes into which."""


def queue_at(position: int) -> int:
    """The dossier in whose queue the event at a position is owed: a function of the log, as for the real planner."""
    found = position % 12
    for merged_at, (absorbed, survivor) in sorted(MERGES.items()):
        if merged_at <= position and found == absorbed:
            found = survivor
    return found


@pytest.mark.parametrize("seed", [1, 2])
async def test_a_storm_ends_with_everything_accepted_once_and_in_order(postgres_dsn: str, seed: int) -> None:
    rng = random.Random(seed)
    dossiers = [uuid5(DOSSIER, str(number)) for number in range(12)]
    events, in_flight, accepted = 240, set[UUID](), list[int]()
    broken: list[str] = []

    async def again(call: Callable[[], Awaitable[T]]) -> T:
        # Two transactions may each wait for a row of the other's: the server ends one, which is told to try again.
        while True:
            try:
                return await call()
            except DatabaseUnavailable as error:
                if not isinstance(error.__cause__, asyncpg.DeadlockDetectedError):
                    raise

    async def plan(ledger: PostgresLedger) -> None:
        while (after := (await ledger.planned(TENANT))[PORTAL]) < events:
            if (merge := MERGES.get(after + 1)) is not None:
                await again(partial(ledger.move_open, TENANT, PORTAL, dossiers[merge[0]], dossiers[merge[1]]))
            up_to = min([events, after + 7, *(position - 1 for position in MERGES if position > after + 1)])
            positions = range(after + 1, up_to + 1)
            owed = [Owed(TENANT, PORTAL, 0, dossiers[queue_at(position)], position) for position in positions]
            await again(partial(ledger.owe, TENANT, PORTAL, owed, after=after, up_to=up_to))

    async def send(ledger: PostgresLedger) -> None:
        while len(accepted) < events:
            for held in await again(partial(lease, ledger, dossiers_max=3)):
                if held.dossier in in_flight:
                    broken.append(f"{held.dossier} is held twice")
                in_flight.add(held.dossier)
                await asyncio.sleep(rng.uniform(0, 0.003))  # the other side's slowness, which is what is tested
                done = rng.randint(0, len(held.owed))
                attempts = [Attempt(owed.number, "accepted", "200") for owed in held.owed[:done]]
                attempts += [Attempt(owed.number, "unknown", "time-out") for owed in held.owed[done : done + 1]]
                accepted.extend(owed.position for owed in held.owed[:done])
                in_flight.discard(held.dossier)
                if not await again(partial(ledger.settle, held, attempts, now=datetime.now(UTC))):
                    broken.append(f"the lease on {held.dossier} was lost")

    async with ledger_on(postgres_dsn) as first, ledger_on(postgres_dsn) as second, ledger_on(postgres_dsn) as third:
        await begin(first)
        async with asyncio.timeout(60):
            await asyncio.gather(plan(first), plan(second), send(first), send(second), send(third))
        assert broken == []
        assert sorted(accepted) == list(range(1, events + 1))
        assert await first.stranded() == []
        assert [(each["owed"], each["parked"]) for each in await first.counts()] == [(0, 0)]
    place = {position: index for index, position in enumerate(accepted)}
    for own in range(12):
        of_one = [place[position] for position in range(1, events + 1) if position % 12 == own]
        assert of_one == sorted(of_one)
    for merged_at, pair in MERGES.items():
        before = [place[position] for position in range(1, merged_at) if queue_at(position) in pair]
        after = [place[position] for position in range(merged_at, events + 1) if queue_at(position) == pair[1]]
        assert max(before) < min(after), f"what came after the merge at {merged_at} overtook what was open"
