"""`khop rebuild` in several processes: the rows are the same, whoever is killed on the way and however often."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psutil
import pytest
import pytest_asyncio

from contracts.observations import Observation, make_observation
from services.event_store.postgres import PostgresEventStore
from services.projections.keep import Keeper
from services.projections.part_processes import MODULE
from services.projections.postgres import PostgresReadModels
from services.projections.rebuild import PARTS_FROM
from services.recorder.record import Recorder
from services.runtime.clock import SystemClock
from services.runtime.postgres import open_pool
from tests.bench import stories
from tests.bench.filled import TENANT, batches
from tests.bench.stage import until

if TYPE_CHECKING:
    from asyncpg import Pool, Record

DOSSIERS = 2_200
JOINED = 400
HOLD = 4711
"""The advisory lock at which parts wait."""
Start = Callable[..., Awaitable[asyncio.subprocess.Process]]


@pytest.fixture
def start(postgres_dsn: str, as_role: Callable[[str, str], str], tmp_path: Path, repo_root: Path) -> Start:
    """`await start("dossiers")`: `khop rebuild dossiers` as the operator's role, with two workers."""
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("KHOP_")},
        "KHOP_POSTGRES_DSN": as_role(postgres_dsn, "khop_operator"),
        "PYTHONPATH": str(repo_root),
    }

    async def run(name: str, *more: str, workers: int = 2) -> asyncio.subprocess.Process:
        return await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "services.operator", "rebuild", name, "--workers", str(workers), *more),
            cwd=tmp_path,
            env=environment,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            # What a shell starts in the background ignores Ctrl-C and hands that down; nobody sits at such a terminal.
            preexec_fn=_hear_ctrl_c,
        )

    return run


def _hear_ctrl_c() -> None:
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def joined() -> Iterator[Observation]:
    """Of the first dossiers each two are found to be the same."""
    for number in range(0, JOINED, 2):
        one, other = (f"{stories.AGENCIES[each % 30]}-{each:08}" for each in (number, number + 1))
        yield make_observation(
            tenant=TENANT,
            system="one-stop",
            code=one,
            act="linked",
            occurred_at=stories.BEGIN,
            observed_at=stories.BEGIN,
            data={"system": "one-stop", "code": other},
        )


@pytest_asyncio.fixture
async def pool(postgres_dsn: str) -> AsyncIterator["Pool[Record]"]:
    """Where a province is recorded and its read models level with the log."""
    async with open_pool(postgres_dsn, name="test") as opened:
        store = PostgresEventStore(opened, dsn=postgres_dsn)
        recorder = Recorder(store=store, clock=SystemClock())
        province = stories.province(TENANT, dossiers=DOSSIERS)
        said = chain(stories.configuration(TENANT), islice(province, 6 * DOSSIERS), joined(), province)
        for batch in batches(stories.received(said)):
            assert await recorder.handle(batch) == []
        await Keeper(store, PostgresReadModels(opened)).catch_up(TENANT, up_to=await store.head(TENANT))
        yield opened


async def ended(process: asyncio.subprocess.Process) -> tuple[int, str]:
    """Its exit code and what it said on standard error."""
    async with asyncio.timeout(120):
        _, err = await process.communicate()
    assert process.returncode is not None
    assert "Traceback" not in err.decode()
    return process.returncode, err.decode()


async def rows_of(pool: "Pool[Record]", table: str) -> Any:
    """How many rows readers see, and a digest of them all."""
    return await pool.fetchrow(
        f"""
        SELECT count(*), md5(string_agg(line, ',' ORDER BY line))
        FROM (
            SELECT (to_jsonb(each) - 'build')::text AS line FROM read.{table} AS each
            JOIN read.builds ON builds.number = each.build WHERE builds.stage = 'live'
        ) AS seen
        """
    )


async def positions(pool: "Pool[Record]") -> list[int]:
    """How far each part of the build that is being made got."""
    rows = await pool.fetch(
        "SELECT parts.position FROM read.parts JOIN read.builds ON number = build AND stage = 'making' ORDER BY part"
    )
    return [row[0] for row in rows]


async def let_wait(pool: "Pool[Record]", *, beyond: int) -> None:
    """From now on parts wait where they would go beyond a position, while `held` is open.

    They wait within a transaction, so what is done to them then meets them at work: never before it, never after.
    """
    await pool.execute(
        f"""
        CREATE FUNCTION held() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
        BEGIN PERFORM pg_advisory_xact_lock_shared({HOLD}); RETURN new; END $$;
        CREATE TRIGGER held BEFORE UPDATE ON read.parts
        FOR EACH ROW WHEN (new.position > {beyond}) EXECUTE FUNCTION held();
        """
    )


@asynccontextmanager
async def held(pool: "Pool[Record]") -> AsyncIterator[None]:
    async with pool.acquire() as connection:
        await connection.execute(f"SELECT pg_advisory_lock({HOLD})")
        try:
            yield
        finally:
            await connection.execute(f"SELECT pg_advisory_unlock({HOLD})")


async def waiting_workers(pool: "Pool[Record]", command: asyncio.subprocess.Process) -> list[psutil.Process]:
    """The processes in which the command follows the two parts, once both wait."""

    async def both_wait() -> bool:
        waiting = await pool.fetchval(
            "SELECT count(*) FROM pg_locks JOIN pg_database ON pg_database.oid = database"
            " WHERE locktype = 'advisory' AND NOT granted AND objid = $1 AND datname = current_database()",
            HOLD,
        )
        return bool(waiting == 2)

    await until(both_wait, "both parts wait", within_s=60, every_s=0.05)
    everyone = psutil.process_iter(["ppid", "cmdline"])
    return [each for each in everyone if each.info["ppid"] == command.pid and MODULE in (each.info["cmdline"] or ())]


async def test_the_rows_are_the_same_whoever_is_killed_on_the_way(start: Start, pool: "Pool[Record]") -> None:
    before = await rows_of(pool, "segments")
    head = await pool.fetchval("SELECT max(position) FROM log.events")
    assert head > PARTS_FROM
    assert before["count"] > DOSSIERS
    await let_wait(pool, beyond=head // 2)

    # A worker is killed: the command says so.
    async with held(pool):
        command = await start("dossier_segments")
        workers = await waiting_workers(pool, command)
        assert sorted(worker.cmdline()[-1] for worker in workers) == ["0", "1"]
        assert await pool.fetchval("SELECT count(*) FROM read.strays") > JOINED // 8
        workers[0].kill()
        code, err = await ended(command)
        assert code == 1
        assert "of dossier_segments was ended by SIGKILL; the same command goes on where each part stopped" in err
        assert len(err.strip().splitlines()) == 1
        assert psutil.wait_procs(workers, timeout=10)[1] == []
    reached = await positions(pool)
    assert 0 < min(reached) <= max(reached) <= head // 2

    # The command itself is killed: its workers end.
    async with held(pool):
        command = await start("dossier_segments", workers=4)
        workers = await waiting_workers(pool, command)
        command.kill()
        assert (await ended(command))[0] == -signal.SIGKILL
        assert psutil.wait_procs(workers, timeout=10)[1] == []
    assert await positions(pool) == reached, "it went on in the parts there are, from where they stopped"

    # The database gives up the workers' connections.
    async with held(pool):
        command = await start("dossier_segments", "--afresh")
        workers = await waiting_workers(pool, command)
        await pool.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE application_name = 'khop rebuild' AND datname = current_database()"
        )
        code, err = await ended(command)
        assert (code, "PostgreSQL is away" in err) == (3, True), err
        assert len(err.strip().splitlines()) == 1
        assert psutil.wait_procs(workers, timeout=10)[1] == []

    # Ctrl-C, as a terminal sends it.
    async with held(pool):
        command = await start("dossier_segments", "--afresh")
        workers = await waiting_workers(pool, command)
        reached = await positions(pool)
        command.send_signal(signal.SIGINT)
        code, err = await ended(command)
        assert code not in {0, 2, 3}
        assert psutil.wait_procs(workers, timeout=10)[1] == []
    assert min(reached) > 0
    assert await positions(pool) == reached
    assert await rows_of(pool, "segments") == before, "readers see the old ones all the while"

    assert (await ended(await start("dossier_segments"))) == (0, "")
    assert await rows_of(pool, "segments") == before
    assert await positions(pool) == []
    for table in ("parts", "strays"):
        assert await pool.fetchval(f"SELECT count(*) FROM read.{table}") == 0
    assert await pool.fetchval("SELECT count(*) FROM read.builds WHERE projection = 'dossier_segments'") == 1

    # Rows that both parts add to, and the present of each dossier and code.
    days = await PostgresReadModels(pool).days(TENANT)
    assert await ended(await start("agency_day")) == (0, "")
    assert await PostgresReadModels(pool).days(TENANT) == days
    shown = [await rows_of(pool, table) for table in ("dossiers", "codes")]
    assert await ended(await start("dossiers")) == (0, "")
    assert [await rows_of(pool, table) for table in ("dossiers", "codes")] == shown
