"""What tests stand on: a real broker and database, started only when the first test asks for one."""

import itertools
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import asyncpg
import pytest
import pytest_asyncio

from contracts.topics import TopicSpec
from deploy.kafka import topics
from deploy.postgres.migrate import OWNER, migrate
from tests.infra.servers import Servers, servers

_number = itertools.count(1)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def test_servers(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Servers]:
    """Kafka and PostgreSQL, local or in containers as `KHOP_TEST_INFRA` says."""
    async with servers(tmp_path_factory.mktemp("infra")) as running:
        yield running


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def kafka_bootstrap(test_servers: Servers) -> str:
    """`host:port` of a real Kafka broker; make topics of your own with `new_topic`."""
    return test_servers.kafka_bootstrap


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def postgres_template(test_servers: Servers) -> str:
    """Name of a database with all migrations and grants applied, to make copies of."""
    admin = await asyncpg.connect(test_servers.dsn("postgres"))
    try:
        await admin.execute("CREATE DATABASE khop_template")
    finally:
        await admin.close()
    await migrate(test_servers.dsn("khop_template"), role_password=test_servers.role_password)
    return "khop_template"


@pytest_asyncio.fixture
async def postgres_dsn(test_servers: Servers, postgres_template: str) -> AsyncIterator[str]:
    """A database of this test's own at the current schema, as administrator; `as_role` for the processes' roles."""
    name = f"test_{next(_number)}"
    admin = await asyncpg.connect(test_servers.dsn("postgres"))
    try:
        await admin.execute(f"CREATE DATABASE {name} TEMPLATE {postgres_template} OWNER {OWNER}")
        yield test_servers.dsn(name)
        await admin.execute(f"DROP DATABASE {name} WITH (FORCE)")
    finally:
        await admin.close()


@pytest.fixture
def as_role(test_servers: Servers) -> Callable[[str, str], str]:
    """`as_role(dsn, "khop_relay")`: the same database as that role."""
    return test_servers.as_role


@pytest.fixture
def new_topic(kafka_bootstrap: str) -> Callable[..., Awaitable[str]]:
    """`await new_topic(partitions=3)`: the unique name of a fresh topic."""

    async def make(*, partitions: int = 1, retention_ms: int = 3_600_000, max_message_bytes: int = 1_048_588) -> str:
        topic = TopicSpec(
            name=f"test-{next(_number)}",
            key="-",
            partitions=partitions,
            retention_ms=retention_ms,
            max_message_bytes=max_message_bytes,
        )
        assert await topics.ensure(kafka_bootstrap, topics=[topic]) == [topic.name]
        return topic.name

    return make


@pytest.fixture(scope="session")
def repo_root() -> Path:
    """The folder that holds pyproject.toml."""
    return Path(__file__).parents[1]
