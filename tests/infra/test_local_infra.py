"""The local servers keep their data over a kill, and never outlive the program that started them."""

import asyncio
import os
import select
import shutil
import subprocess
import sys
from pathlib import Path

import asyncpg
import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition

from contracts.topics import TopicSpec
from deploy.kafka import topics
from deploy.local import lock, ordinary_user, postgres
from deploy.local.errors import LocalError
from deploy.local.infra import local_infra

TOPIC = TopicSpec(name="kept", key="-", partitions=1, retention_ms=3_600_000)
STAY = """
import asyncio, sys
from pathlib import Path
from deploy.local.infra import local_infra

async def main():
    async with local_infra(Path(sys.argv[1]), fsync=False) as infra:
        print(infra._processes["kafka"].pid, infra._processes["postgres"].pid, flush=True)
        await asyncio.Event().wait()

asyncio.run(main())
"""


async def test_data_outlives_kills_and_restarts(tmp_path: Path) -> None:
    folder = tmp_path / "servers"
    async with local_infra(folder) as infra:
        await topics.ensure(infra.kafka_bootstrap, topics=[TOPIC])
        async with AIOKafkaProducer(bootstrap_servers=infra.kafka_bootstrap, enable_idempotence=True) as producer:
            await producer.send_and_wait(TOPIC.name, b"acknowledged")
        connection = await asyncpg.connect(infra.postgres_dsn)
        await connection.execute("CREATE TABLE kept AS SELECT 'committed' AS what")
        await connection.close()
        await asyncio.gather(infra.kill_kafka(), infra.kill_postgres())
        await asyncio.gather(infra.start_kafka(), infra.start_postgres())
        await _assert_kept(infra.kafka_bootstrap, infra.postgres_dsn)
        first = (infra.kafka_bootstrap, infra.postgres_dsn)
        for used in ("kafka", "postgres"):
            with pytest.raises(LocalError, match=f"{used} is in use by process {os.getpid()} "):
                lock.take(folder / used, wait_s=0)
    async with local_infra(folder) as infra:
        assert (infra.kafka_bootstrap, infra.postgres_dsn) == first
        await _assert_kept(*first)
    postgres.remove(folder / "postgres")


def test_a_child_of_a_killed_server_is_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgres, "_OLD_SERVER_GONE_WITHIN_S", 0.1)
    server = postgres.at(tmp_path)
    server.data.mkdir(parents=True, exist_ok=True)
    program = tmp_path / "postgres"
    shutil.copy(shutil.which("sleep") or "", program)
    with subprocess.Popen([program, "60"], cwd=server.data) as child:
        try:
            while Path(f"/proc/{child.pid}/comm").read_text().strip() != "postgres":
                pass  # begun, but not yet under its name: Popen is told of the one before the other
            with pytest.raises(LocalError, match=f"still running on .* as process {child.pid}"):
                postgres.await_old_server(server)
        finally:
            child.kill()
    postgres.await_old_server(server)


async def _assert_kept(bootstrap: str, dsn: str) -> None:
    connection = await asyncpg.connect(dsn)
    assert await connection.fetchval("SELECT what FROM kept") == "committed"
    await connection.close()
    async with AIOKafkaConsumer(bootstrap_servers=bootstrap, auto_offset_reset="earliest") as consumer:
        partition = TopicPartition(TOPIC.name, 0)
        consumer.assign([partition])
        assert (await consumer.getone()).value == b"acknowledged"
        assert await consumer.end_offsets([partition]) == {partition: 1}


async def test_a_killed_program_takes_its_servers_with_it(tmp_path: Path) -> None:
    program = await asyncio.create_subprocess_exec(
        sys.executable, "-c", STAY, str(tmp_path), stdout=asyncio.subprocess.PIPE
    )
    assert program.stdout is not None
    pids = [int(pid) for pid in (await program.stdout.readline()).split()]
    assert len(pids) == 2
    program.kill()
    await program.communicate()
    for pid in pids:
        await asyncio.to_thread(_await_end, pid)
    async with local_infra(tmp_path, fsync=False) as infra:  # and what they left does not stand in the way
        assert infra.kafka_bootstrap
    postgres.remove(tmp_path / "postgres")


def _await_end(pid: int) -> None:
    try:
        process = os.pidfd_open(pid)
    except ProcessLookupError:
        return
    with os.fdopen(process), select.epoll() as ended:
        ended.register(process, select.EPOLLIN)  # readable when the process has ended, reaped or not
        assert ended.poll(20), f"process {pid} outlived the program that started it"


@pytest.mark.skipif(os.geteuid() != 0, reason="an ordinary user needs no other identity")
async def test_root_without_user_namespaces_becomes_nobody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KHOP_NO_USER_NAMESPACES", "1")
    ordinary_user.namespaces_work.cache_clear()
    try:
        async with local_infra(tmp_path, fsync=False) as infra:
            pid = infra._processes["postgres"].pid
            assert Path(f"/proc/{pid}").stat().st_uid == ordinary_user.NOBODY
        postgres.remove(tmp_path / "postgres")
    finally:
        ordinary_user.namespaces_work.cache_clear()
