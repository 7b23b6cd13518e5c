"""`schema.sql` is what people read and review, so it must be what the migrations make."""

import asyncio
import difflib

import pytest

from deploy.postgres import schema


async def test_schema_sql_is_all_migrations_applied(postgres_dsn: str) -> None:
    applied = await asyncio.to_thread(schema.dump, postgres_dsn)
    written = schema.SCHEMA.read_text()
    difference = "\n".join(
        difflib.unified_diff(written.splitlines(), applied.splitlines(), "schema.sql", "all migrations applied", n=1)
    )
    if difference:
        pytest.fail(
            f"`make schemas` writes schema.sql anew; it differs from the migrations:\n{difference}", pytrace=False
        )
