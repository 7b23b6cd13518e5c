"""`schema.sql` is what people read and review, so it must be what the migrations make."""

import asyncio

import pytest

from deploy.postgres import schema


async def test_schema_sql_is_all_migrations_applied(postgres_dsn: str) -> None:
    applied = await asyncio.to_thread(schema.dump, postgres_dsn)
    if applied != schema.SCHEMA.read_text():
        pytest.fail("deploy/postgres/schema.sql is not what the migrations make: run `make schemas` and read the diff")
