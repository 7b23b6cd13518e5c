import asyncpg
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer


async def test_each_test_has_a_database_of_its_own(postgres_dsn: str) -> None:
    c = await asyncpg.connect(postgres_dsn)
    assert await c.fetchval("select count(*) from pg_tables where tablename='mine'") == 0
    await c.execute("create table mine ()")
    await c.close()


async def test_each_test_has_a_database_of_its_own_again(postgres_dsn: str) -> None:
    await test_each_test_has_a_database_of_its_own(postgres_dsn)


async def test_roles_can_log_in(postgres_dsn: str, as_role) -> None:
    c = await asyncpg.connect(as_role(postgres_dsn, "khop_relay"))
    assert await c.fetchval("select current_user") == "khop_relay"
    await c.close()


async def test_topic(kafka_bootstrap: str, new_topic) -> None:
    topic = await new_topic(partitions=3)
    async with AIOKafkaProducer(bootstrap_servers=kafka_bootstrap, enable_idempotence=True) as p:
        await p.send_and_wait(topic, b"x", partition=2)
    async with AIOKafkaConsumer(topic, bootstrap_servers=kafka_bootstrap, auto_offset_reset="earliest") as c:
        m = await c.getone()
        assert (m.partition, m.value) == (2, b"x")
