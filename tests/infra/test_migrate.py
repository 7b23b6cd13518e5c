"""A migration is applied once and whole, or not at all and with the server's own words."""

from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest
import pytest_asyncio

from deploy.postgres.migrate import OWNER, MigrationFailed, migrate
from tests.infra.servers import Servers

FIRST = """\
-- A table
-- depends:

-- migrate: apply
CREATE TABLE public.kept (id int PRIMARY KEY);
-- migrate: rollback
DROP TABLE public.kept;
"""
BROKEN = """\
-- Half of this would be applied if it were not one transaction
-- depends: 0001-first

-- migrate: apply
CREATE TABLE public.half (id int);
CREATE TABLE public.kept (id int);
-- migrate: rollback
DROP TABLE public.half;
"""


@pytest_asyncio.fixture
async def empty_dsn(test_servers: Servers, tmp_path: Path) -> AsyncIterator[str]:
    name = f"migrate_{abs(hash(tmp_path))}"
    admin = await asyncpg.connect(test_servers.dsn("postgres"))
    try:
        await admin.execute(f"CREATE DATABASE {name}")
        yield test_servers.dsn(name)
        await admin.execute(f"DROP DATABASE {name} WITH (FORCE)")
    finally:
        await admin.close()


async def _tables(dsn: str) -> dict[str, str]:
    connection = await asyncpg.connect(dsn)
    try:
        rows = await connection.fetch(
            "SELECT tablename, tableowner FROM pg_tables WHERE schemaname = 'public' AND tablename NOT LIKE '\\_pogo%'"
        )
        return {row["tablename"]: row["tableowner"] for row in rows}
    finally:
        await connection.close()


def _folder(tmp_path: Path, **files: str) -> tuple[Path, Path]:
    migrations, grants = tmp_path / "migrations", tmp_path / "grants.sql"
    migrations.mkdir(exist_ok=True)
    for name, text in files.items():
        (migrations / f"{name.replace('_', '-')}.sql").write_text(text)
    grants.write_text("GRANT SELECT ON ALL TABLES IN SCHEMA public TO khop_operator;")
    return migrations, grants


async def test_migrations_are_applied_once_and_belong_to_the_owner(empty_dsn: str, tmp_path: Path) -> None:
    migrations, grants = _folder(tmp_path, **{"0001_first": FIRST})
    await migrate(empty_dsn, migrations=migrations, grants=grants)
    await migrate(empty_dsn, migrations=migrations, grants=grants)
    assert await _tables(empty_dsn) == {"kept": OWNER}


async def test_a_broken_migration_leaves_nothing_of_itself_and_says_why(empty_dsn: str, tmp_path: Path) -> None:
    migrations, grants = _folder(tmp_path, **{"0001_first": FIRST, "0002_broken": BROKEN})
    with pytest.raises(MigrationFailed, match=r'0002-broken: relation "kept" already exists'):
        await migrate(empty_dsn, migrations=migrations, grants=grants)
    assert await _tables(empty_dsn) == {"kept": OWNER}


async def test_refused_grants_say_which_file(empty_dsn: str, tmp_path: Path) -> None:
    migrations, grants = _folder(tmp_path, **{"0001_first": FIRST})
    grants.write_text("GRANT SELECT ON public.nowhere TO khop_operator;")
    with pytest.raises(MigrationFailed, match=r'grants\.sql was refused: relation "public\.nowhere" does not exist'):
        await migrate(empty_dsn, migrations=migrations, grants=grants)
