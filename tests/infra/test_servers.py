"""What every other test stands on is itself tested: isolation, roles, and a broker that keeps what it acknowledged."""

from collections.abc import Awaitable, Callable

import asyncpg
import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

from deploy.postgres.migrate import OWNER, ROLES


@pytest.mark.parametrize("time", ["first", "second"])
async def test_each_test_has_a_database_of_its_own(postgres_dsn: str, time: str) -> None:
    connection = await asyncpg.connect(postgres_dsn)
    try:
        await connection.execute("CREATE TABLE public.mine (text text)")
        await connection.execute("INSERT INTO public.mine VALUES ($1)", time)
        assert await connection.fetchval("SELECT string_agg(text, ',') FROM public.mine") == time
    finally:
        await connection.close()


async def test_a_test_database_is_a_copy_with_schema_and_owner(postgres_dsn: str) -> None:
    connection = await asyncpg.connect(postgres_dsn)
    try:
        owner = await connection.fetchval(
            "SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = current_database()"
        )
        assert owner == OWNER
        assert await connection.fetchval("SELECT count(*) FROM public._pogo_migration") > 0
    finally:
        await connection.close()


@pytest.mark.parametrize("role", ROLES)
async def test_every_role_can_log_in_and_is_no_administrator(
    postgres_dsn: str, as_role: Callable[[str, str], str], role: str
) -> None:
    connection = await asyncpg.connect(as_role(postgres_dsn, role))
    try:
        row = await connection.fetchrow("SELECT rolname, rolsuper FROM pg_roles WHERE rolname = current_user")
        assert tuple(row) == (role, False)
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute("CREATE TABLE public.mine ()")
    finally:
        await connection.close()


async def test_a_topic_of_ones_own_keeps_what_was_acknowledged(
    kafka_bootstrap: str, new_topic: Callable[..., Awaitable[str]]
) -> None:
    topic = await new_topic(partitions=3)
    async with AIOKafkaProducer(bootstrap_servers=kafka_bootstrap, enable_idempotence=True) as producer:
        await producer.send_and_wait(topic, b"observed", partition=2)
    async with AIOKafkaConsumer(topic, bootstrap_servers=kafka_bootstrap, auto_offset_reset="earliest") as consumer:
        message = await consumer.getone()
    assert (message.partition, message.offset, message.value) == (2, 0, b"observed")


async def test_the_broker_lets_a_group_ask_for_a_short_session(
    kafka_bootstrap: str, new_topic: Callable[..., Awaitable[str]]
) -> None:
    topic = await new_topic()
    async with AIOKafkaConsumer(
        topic,
        bootstrap_servers=kafka_bootstrap,
        group_id=f"{topic}-group",
        session_timeout_ms=1_500,
        heartbeat_interval_ms=300,
    ) as consumer:
        await consumer.getmany(timeout_ms=100)
        assert {each.topic for each in consumer.assignment()} == {topic}
