"""A writer that sleeps: it holds the others back for a bounded time, is thrown out, and cannot write when it wakes."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict
from pathlib import Path

import asyncpg
import pytest

from services.event_store.port import Conflict, LostTenant, StoreUnavailable
from services.event_store.postgres import PostgresEventStore
from services.event_store.statements import STATEMENTS, Statements
from services.runtime.postgres import open_connection, open_pool
from tests.integration.store import mutants
from tests.integration.store.interleaving import NOTHING, TENANT, make_events
from tests.waiting import until

IDLE_TIMEOUT_S = 0.4
LONGER_IDLE_TIMEOUT_S = 3.0
"""Time enough for two others to come to the door and wait there."""

SLEEPER = """
import asyncio, json, os, sys
from services.event_store.port import LostTenant
from services.event_store.postgres import PostgresEventStore
from services.event_store.statements import Statements
from services.runtime.postgres import open_connection, open_pool
from tests.integration.store.interleaving import NOTHING, TENANT, make_events

async def main(dsn, statements, idle_timeout_s):
    async with open_pool(dsn, name="sleeper") as pool:
        store = PostgresEventStore(pool, dsn=dsn, statements=statements, idle_timeout_s=idle_timeout_s)
        try:
            async with store.writer(TENANT) as writer:
                events = make_events(writer.last_position, 2)
                await writer.append(events[:1], NOTHING)
                print("inside", flush=True)
                await asyncio.to_thread(sys.stdin.readline)
                await writer.append(events[1:], NOTHING)
        except LostTenant as error:
            print("lost", flush=True)
        else:
            print("committed", flush=True)

asyncio.run(main(sys.argv[1], Statements(**json.loads(sys.argv[2])), float(sys.argv[3])))
"""


@asynccontextmanager
async def sleeper(
    dsn: str, statements: Statements, root: Path, *, idle_timeout_s: float
) -> AsyncIterator[asyncio.subprocess.Process]:
    """Another process that is inside the tenant, has appended one event, and waits for a line to append another."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-c", SLEEPER, dsn, json.dumps(asdict(statements)), str(idle_timeout_s)),
        cwd=root,
        env={**os.environ, "PYTHONPATH": str(root)},
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def heard(process: asyncio.subprocess.Process) -> str:
    assert process.stdout is not None
    async with asyncio.timeout(30):
        return (await process.stdout.readline()).decode().strip()


async def wake(process: asyncio.subprocess.Process) -> str:
    assert process.stdin is not None
    process.send_signal(signal.SIGCONT)
    process.stdin.write(b"\n")
    await process.stdin.drain()
    return await heard(process)


async def sleepers_inside(admin: asyncpg.Connection) -> int:
    count: int = await admin.fetchval(
        "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'sleeper' AND xact_start IS NOT NULL"
    )
    return count


async def oversleep(dsn: str, statements: Statements, root: Path) -> list[str]:
    """One process is stopped inside the tenant for longer than it may; gives the broken promises."""
    broken: list[str] = []
    async with (
        open_connection(dsn, name="admin") as admin,
        sleeper(dsn, statements, root, idle_timeout_s=IDLE_TIMEOUT_S) as stopped,
        open_pool(dsn, name="second") as pool,
    ):
        store = PostgresEventStore(pool, dsn=dsn, statements=statements)
        assert await heard(stopped) == "inside"
        stopped.send_signal(signal.SIGSTOP)
        async with store.writer(TENANT) as writer:
            if await sleepers_inside(admin):
                broken.append("a second writer was let in while the first was inside")
            try:
                await writer.append(make_events(writer.last_position, 3), NOTHING)
            except Conflict as error:
                broken.append(f"the second writer read an old position: {error}")
                return broken
        last = await wake(stopped)
        if last != "lost":
            broken.append(f"the writer that slept too long says: {last}")
        if await store.head(TENANT) != 3 or await store.gaps():
            broken.append(f"the log is at {await store.head(TENANT)}: {await store.gaps()}")
    return broken


async def nap(dsn: str, statements: Statements, root: Path) -> list[str]:
    """One process sleeps inside for less than it may and then commits, while a second one waits."""
    async with (
        sleeper(dsn, statements, root, idle_timeout_s=30) as napping,
        open_pool(dsn, name="second") as pool,
    ):
        store = PostgresEventStore(pool, dsn=dsn, statements=statements)
        assert await heard(napping) == "inside"

        async def enter() -> int:
            async with store.writer(TENANT) as writer:
                position = writer.last_position
                await writer.append(make_events(position, 1), NOTHING)
                return position

        second = asyncio.create_task(enter())
        await until_waiting(dsn, second)
        said = await wake(napping)
        try:
            found = await second
        except Conflict as error:
            return [f"the second writer read an old position: {error}"]
        if (said, found) != ("committed", 3):
            return [f"the first says {said}, the second began at {found}"]
        return []


async def oversleep_before_two(dsn: str, statements: Statements, root: Path) -> list[str]:
    """One process is stopped inside for longer than it may while two more wait, each to go on where the log ends."""
    async with (
        sleeper(dsn, statements, root, idle_timeout_s=LONGER_IDLE_TIMEOUT_S) as stopped,
        open_pool(dsn, name="waiting") as pool,
    ):
        store = PostgresEventStore(pool, dsn=dsn, statements=statements)
        assert await heard(stopped) == "inside"
        stopped.send_signal(signal.SIGSTOP)
        before = await store.head(TENANT)

        async def enter() -> None:
            async with store.writer(TENANT) as writer:
                await writer.append(make_events(writer.last_position, 1), NOTHING)

        entering = [asyncio.create_task(enter()) for _ in range(2)]
        await until_both_wait(dsn)
        outcomes = await asyncio.gather(*entering, return_exceptions=True)
        broken = [f"a writer that had waited read an old position: {each}" for each in outcomes if each is not None]
        last = await wake(stopped)
        if last != "lost":
            broken.append(f"the writer that slept too long says: {last}")
        if await store.head(TENANT) != before + 2 or await store.gaps():
            broken.append(f"the log went from {before} to {await store.head(TENANT)}: {await store.gaps()}")
        return broken


async def until_both_wait(dsn: str) -> None:
    """Until two sessions wait for the one that sleeps: for its lock or, where a mutant let them by, for its row."""
    async with open_connection(dsn, name="admin") as admin:

        async def both() -> bool:
            waiting = (
                "SELECT count(*) = 2 FROM pg_stat_activity"
                " WHERE datname = current_database() AND application_name = 'waiting' AND wait_event_type = 'Lock'"
            )
            return bool(await admin.fetchval(waiting))

        await until(both)


async def until_waiting(dsn: str, task: asyncio.Task[int]) -> None:
    """Until some session waits for a lock, or the task is through without waiting."""
    async with open_connection(dsn, name="admin") as admin, asyncio.timeout(30):
        while not task.done() and not await admin.fetchval("SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted)"):
            await admin.execute("SELECT pg_sleep(0.01)")


@pytest.fixture
async def begun(postgres_dsn: str) -> str:
    """A log that is not empty."""
    async with (
        open_pool(postgres_dsn, name="test") as pool,
        PostgresEventStore(pool, dsn=postgres_dsn).writer(TENANT) as writer,
    ):
        await writer.append(make_events(0, 1), NOTHING)
    return postgres_dsn


async def test_a_writer_that_sleeps_too_long_is_thrown_out_and_writes_nothing(
    postgres_dsn: str, repo_root: Path
) -> None:
    assert await oversleep(postgres_dsn, STATEMENTS, repo_root) == []


async def test_a_writer_that_naps_is_waited_for(begun: str, repo_root: Path) -> None:
    assert await nap(begun, STATEMENTS, repo_root) == []


WITHOUT_LOCK = pytest.mark.parametrize(
    "mutant", [mutants.LOCK_TAKEN_OUT, mutants.LOCK_FREED_BEFORE_THE_COMMIT], ids=["taken out", "freed early"]
)


@WITHOUT_LOCK
async def test_a_lock_taken_out_is_seen_while_the_first_oversleeps(
    postgres_dsn: str, repo_root: Path, mutant: Statements
) -> None:
    broken = await oversleep(postgres_dsn, mutant, repo_root)
    assert "a second writer was let in while the first was inside" in broken


WRONG_LOCK = pytest.mark.parametrize(
    "mutant",
    [mutants.LOCK_TAKEN_OUT, mutants.LOCK_BEHIND_THE_READ, mutants.LOCK_FREED_BEFORE_THE_COMMIT],
    ids=["taken out", "behind the read", "freed early"],
)


@WRONG_LOCK
async def test_a_wrong_lock_is_seen_while_the_first_naps(begun: str, repo_root: Path, mutant: Statements) -> None:
    [broken] = await nap(begun, mutant, repo_root)
    assert "old position" in broken


async def test_two_that_waited_for_one_that_oversleeps_come_in_one_after_the_other(begun: str, repo_root: Path) -> None:
    assert await oversleep_before_two(begun, STATEMENTS, repo_root) == []


# Two must wait: with the lock behind the read, the first of them reads what is true, for the sleeper's event is undone.
@WRONG_LOCK
async def test_a_wrong_lock_is_seen_while_the_first_oversleeps_before_two(
    begun: str, repo_root: Path, mutant: Statements
) -> None:
    broken = await oversleep_before_two(begun, mutant, repo_root)
    assert any("read an old position" in sentence for sentence in broken), broken


async def test_a_writer_that_waits_too_long_gives_up(postgres_dsn: str) -> None:
    async with open_pool(postgres_dsn, name="test") as pool:
        store = PostgresEventStore(pool, dsn=postgres_dsn, lock_timeout_s=0.1)
        async with store.writer(TENANT) as writer:
            with pytest.raises(StoreUnavailable, match="lock timeout"):
                async with store.writer(TENANT):
                    pytest.fail("it must not be let in")
            await writer.append(make_events(0, 1), NOTHING)
        assert await store.head(TENANT) == 1


async def test_a_writer_whose_connection_is_cut_writes_nothing(postgres_dsn: str) -> None:
    admin = await asyncpg.connect(postgres_dsn)
    async with open_pool(postgres_dsn, name="cut") as pool:
        store = PostgresEventStore(pool, dsn=postgres_dsn)

        async def cut() -> None:
            await admin.execute(
                "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE application_name = 'cut'"
            )

        async def cut_while_reading() -> None:
            async with store.writer(TENANT) as writer:
                await cut()
                await writer.known([make_events(0, 1)[0].id])

        async def cut_before_the_commit() -> None:
            async with store.writer(TENANT) as writer:
                await writer.append(make_events(0, 1), NOTHING)
                await cut()

        with pytest.raises(LostTenant):
            await cut_while_reading()
        with pytest.raises((LostTenant, StoreUnavailable)):
            await cut_before_the_commit()
        assert await store.head(TENANT) == 0
        async with store.writer(TENANT) as writer:
            await writer.append(make_events(0, 1), NOTHING)
        assert await store.head(TENANT) == 1
    await admin.close()
