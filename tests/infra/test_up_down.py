"""`make up` and its companions as a person runs them, on a home of their own, with the two servers alone."""

import asyncio
import os
import signal
from pathlib import Path

import asyncpg
from aiokafka import AIOKafkaConsumer, TopicPartition

from contracts.topics import OBSERVATIONS, partition_of
from deploy.local import supervisor
from deploy.local.postgres import SUPERUSER
from deploy.local.standing import Standing
from services.messaging.kafka_publisher import KafkaPublisher
from services.messaging.port import Record
from services.runtime.postgres import open_connection
from services.runtime.settings import KafkaSettings
from tests.infra.running import run, settings


def test_up_twice_kills_down_and_clean(home: Path) -> None:
    first = run("up", "--servers-only", home=home)
    assert (first.returncode, first.stderr) == (0, "")
    written = settings(home)
    assert written["KHOP_POSTGRES_DSN"].startswith("postgresql://khop_operator@127.0.0.1:")
    assert {each.split("=")[0] for each in written["KHOP_PROCESSES"].split(",")} >= {"gateway", "recorder"}
    before = supervisor.pids(Standing(home=home))

    again = run("up", "--servers-only", home=home)
    assert (again.returncode, again.stdout) == (0, first.stdout)
    assert supervisor.pids(Standing(home=home)) == before, "a second `up` must leave what runs alone"

    for pid in before.values():
        os.kill(pid, signal.SIGKILL)
    after_kill = run("up", "--servers-only", home=home)
    assert (after_kill.returncode, after_kill.stdout) == (0, first.stdout)
    assert set(supervisor.pids(Standing(home=home)).values()).isdisjoint(before.values())

    refused = run("clean", home=home)
    assert refused.returncode == 1
    assert "is in use by process" in refused.stderr
    assert "Traceback" not in refused.stderr

    assert "stopped" in run("down", home=home).stdout
    assert "nothing was running" in run("down", home=home).stdout
    assert (home / "data" / "kafka" / "data" / "meta.properties").exists()
    cleaned = run("clean", home=home)
    assert (cleaned.returncode, list(home.iterdir())) == (0, [])


def test_down_leaves_the_data(home: Path) -> None:
    standing = Standing(home=home)
    assert run("up", "--servers-only", home=home).returncode == 0
    asyncio.run(publish(standing, b"kept"))
    asyncio.run(execute(standing, "INSERT INTO log.checkpoints VALUES ('kept', 't', 7, gen_random_uuid())"))

    assert "stopped" in run("down", home=home).stdout
    again = run("up", "--servers-only", home=home)
    assert (again.returncode, again.stderr) == (0, "")
    rows = asyncio.run(execute(standing, "SELECT position FROM log.checkpoints WHERE reader = 'kept'"))
    assert [row["position"] for row in rows] == [7]
    assert asyncio.run(published(standing)) == [b"kept"]


async def execute(standing: Standing, statement: str) -> list[asyncpg.Record]:
    async with open_connection(standing.dsn_as(SUPERUSER), name="test") as connection:
        return await connection.fetch(statement)


async def publish(standing: Standing, value: bytes) -> None:
    async with KafkaPublisher(KafkaSettings(bootstrap=standing.broker.bootstrap), client_id="test") as publisher:
        await publisher.publish(OBSERVATIONS.name, [Record(b"k", value, "t")])


async def published(standing: Standing) -> list[bytes | None]:
    """What lies in the partition that the record went to."""
    partition = TopicPartition(OBSERVATIONS.name, partition_of("t", OBSERVATIONS.partitions))
    async with AIOKafkaConsumer(
        bootstrap_servers=standing.broker.bootstrap, enable_auto_commit=False, auto_offset_reset="earliest"
    ) as consumer:
        consumer.assign([partition])
        end = (await consumer.end_offsets([partition]))[partition]
        values: list[bytes | None] = []
        while await consumer.position(partition) < end:
            for records in (await consumer.getmany(timeout_ms=500)).values():
                values += [record.value for record in records]
        return values


def test_up_with_a_path_too_long_for_a_socket_says_so(tmp_path: Path) -> None:
    home = tmp_path / ("x" * 100)
    refused = run("up", "--servers-only", home=home)
    assert refused.returncode == 1
    assert "too long a name for a socket" in refused.stderr
    assert "Traceback" not in refused.stderr
    run("clean", home=home)
