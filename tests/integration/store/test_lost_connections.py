"""What holds and listeners do when the server cuts them off: they say so, and another can take over at once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import asyncpg
import pytest
import pytest_asyncio

from services.event_store.checkpoints import PostgresCheckpoints
from services.event_store.lanes import Lane, Lanes
from services.event_store.port import OtherGeneration, StoreUnavailable
from services.event_store.postgres import PostgresEventStore
from services.runtime.clock import SystemClock
from services.runtime.database import translated
from services.runtime.postgres import open_connection, open_pool
from services.runtime.unavailable import DatabaseUnavailable
from tests.waiting import until


@pytest_asyncio.fixture
async def admin(postgres_dsn: str) -> AsyncIterator[asyncpg.Connection]:
    async with open_connection(postgres_dsn, name="admin") as connection:
        yield connection


async def cut(admin: asyncpg.Connection, name: str) -> None:
    """Cut every connection of this application name, and wait until they are gone."""
    cut_off = await admin.fetch(
        "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE application_name = $1", name
    )
    assert cut_off


async def test_a_hold_that_is_cut_cancels_its_block(postgres_dsn: str, admin: asyncpg.Connection) -> None:
    held = asyncio.Event()

    async def work(checkpoints: PostgresCheckpoints) -> None:
        async with checkpoints.hold("relay", "lang-son"), checkpoints.hold("relay", "ca-mau"):
            held.set()
            await asyncio.Event().wait()

    async with open_pool(postgres_dsn, name="test") as pool:
        first, second = (PostgresCheckpoints(pool, dsn=postgres_dsn) for _ in range(2))
        task = asyncio.create_task(work(first))
        await held.wait()
        await cut(admin, "khop holds")
        async with asyncio.timeout(10):
            with pytest.raises(StoreUnavailable, match="was lost"):
                await task
        async with second.hold("relay", "lang-son") as taken_over:
            assert taken_over
        async with first.hold("relay", "lang-son") as again:
            assert again


async def test_lanes_that_are_cut_again_and_again_never_take_it_for_a_stop(
    postgres_dsn: str, admin: asyncpg.Connection
) -> None:
    begun: list[str] = []

    async def work(tenant: str, lane: Lane) -> None:
        begun.append(tenant)
        await asyncio.Event().wait()

    async with open_pool(postgres_dsn, name="test") as pool:
        lanes = Lanes(
            "reader",
            new=Lane,
            work=work,
            checkpoints=PostgresCheckpoints(pool, dsn=postgres_dsn),
            clock=SystemClock(),
            instance="one",
            take_over_every_s=0.01,
        )

        async def look() -> None:
            lanes.of("lang-son")
            await asyncio.Event().wait()

        async def begin_again_when_lost() -> None:
            task = asyncio.current_task()
            assert task is not None
            for _ in range(3):
                with pytest.raises(StoreUnavailable, match="was lost"):
                    await lanes.run(look)
                assert task.cancelling() == 0, "a mark that stays makes the next loss a stop"

        def begun_or_over(times: int) -> bool:
            return len(begun) == times or running.done()

        running = asyncio.create_task(begin_again_when_lost())
        async with asyncio.timeout(30):
            for times in (1, 2, 3):
                await until(partial(begun_or_over, times))
                await cut(admin, "khop holds")
            await running


async def test_being_stopped_is_not_mistaken_for_a_lost_hold(postgres_dsn: str) -> None:
    held = asyncio.Event()

    async def work(checkpoints: PostgresCheckpoints) -> None:
        async with checkpoints.hold("relay", "lang-son"):
            held.set()
            await asyncio.Event().wait()

    async with open_pool(postgres_dsn, name="test") as pool:
        checkpoints = PostgresCheckpoints(pool, dsn=postgres_dsn)
        task = asyncio.create_task(work(checkpoints))
        await held.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        async with checkpoints.hold("relay", "lang-son") as free:
            assert free


async def test_many_holds_share_one_connection(postgres_dsn: str, admin: asyncpg.Connection) -> None:
    async with open_pool(postgres_dsn, name="test") as pool:
        checkpoints = PostgresCheckpoints(pool, dsn=postgres_dsn)
        async with checkpoints.hold("relay", "lang-son"), checkpoints.hold("relay", "ca-mau"):
            open_now = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'khop holds'"
            assert await admin.fetchval(open_now) == 1


async def test_a_listener_that_is_cut_says_so(postgres_dsn: str, admin: asyncpg.Connection) -> None:
    async with open_pool(postgres_dsn, name="test") as pool:
        listening = PostgresEventStore(pool, dsn=postgres_dsn).listen(0.01)
        assert await anext(listening) is None
        await cut(admin, "khop listen")

        async def listen_on() -> None:
            while await anext(listening) is None:
                pass

        async with asyncio.timeout(10):
            with pytest.raises(StoreUnavailable):
                await listen_on()


async def test_a_database_that_is_not_there_is_away_not_a_defect() -> None:
    nowhere = "postgresql://khop@127.0.0.1:1/khop"
    async with open_pool(nowhere, name="test") as pool:
        store, checkpoints = PostgresEventStore(pool, dsn=nowhere), PostgresCheckpoints(pool, dsn=nowhere)
        with pytest.raises(StoreUnavailable):
            await store.head("lang-son")
        with pytest.raises(StoreUnavailable):
            async with store.writer("lang-son"):
                pytest.fail("there is no database")
        with pytest.raises(StoreUnavailable):
            async with checkpoints.hold("relay", "lang-son"):
                pytest.fail("there is no database")
        with pytest.raises(DatabaseUnavailable):
            await anext(store.listen(1))


async def test_after_a_restore_readers_stop_until_a_person_has_judged(
    postgres_dsn: str, admin: asyncpg.Connection
) -> None:
    async with open_pool(postgres_dsn, name="test") as pool:
        store, checkpoints = PostgresEventStore(pool, dsn=postgres_dsn), PostgresCheckpoints(pool, dsn=postgres_dsn)
        before = await store.generation()
        await checkpoints.advance("relay", "lang-son", 5)
        renewed = await admin.fetchval("SELECT log.renew_generation('restored from the backup of Monday')")
        assert await store.generation() == renewed != before
        for reading in (
            checkpoints.get("relay", "lang-son"),
            checkpoints.all("relay"),
            checkpoints.advance("relay", "lang-son", 9),
        ):
            with pytest.raises(OtherGeneration, match="restored"):
                await reading
        assert await checkpoints.get("relay", "ca-mau") == 0
        assert await admin.fetchval("SELECT log.accept_generation()") == 1
        # The restored log is empty, so a reader that was at 5 goes on from its end, not from beyond it.
        assert await checkpoints.get("relay", "lang-son") == 0
        await checkpoints.advance("relay", "lang-son", 1)
        assert await checkpoints.get("relay", "lang-son") == 1


@pytest.mark.parametrize("writing", [False, True])
async def test_a_connection_cut_behind_the_loops_back_is_away(postgres_dsn: str, writing: bool) -> None:
    async def cut_off(pid: int) -> None:
        async with open_connection(postgres_dsn, name="admin") as connection:
            assert await connection.fetchval("SELECT pg_terminate_backend($1, 5000)", pid)

    async def copy_and_be_cut(pool: asyncpg.Pool) -> None:
        with translated():
            async with pool.acquire() as connection, connection.transaction():
                await connection.execute("CREATE TEMPORARY TABLE copied (number integer)")
                copy = partial(connection.copy_records_to_table, "copied", records=[(1,)], columns=["number"])
                await copy()
                begun = asyncio.ensure_future(copy()) if writing else None
                await asyncio.sleep(0)
                # The loop stands still meanwhile, as it does while pages are folded: the server's last words lie
                # there unread when the next call is made.
                with ThreadPoolExecutor(1) as elsewhere:
                    elsewhere.submit(lambda: asyncio.run(cut_off(connection.get_server_pid()))).result()
                if begun is not None:
                    await begun
                await copy()

    async with open_pool(postgres_dsn, name="copying") as pool:
        for _ in range(5):
            with pytest.raises(DatabaseUnavailable):
                await copy_and_be_cut(pool)
