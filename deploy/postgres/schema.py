"""The whole schema in one file to read and review, held equal to all migrations applied by a test."""

import asyncio
import re
import subprocess
import tempfile
from pathlib import Path

from deploy.local import postgres
from deploy.local.infra import local_postgres
from deploy.postgres.migrate import HERE, migrate

SCHEMA = HERE / "schema.sql"
_NOISE = re.compile(
    r"^(--|-- (Name|Dumped|PostgreSQL database dump).*|SET .*|SELECT pg_catalog\.set_config.*|\\(un)?restrict .*)$\n?",
    re.MULTILINE,
)


def dump(dsn: str) -> str:
    """The database's schema as SQL without the dumper's version, comments and session settings."""
    tool = [str(postgres.program("pg_dump")), "--schema-only", "--exclude-table=public._pogo*", dsn]
    text = subprocess.run(tool, capture_output=True, text=True, check=True).stdout
    plain = re.sub(r"\n{3,}", "\n\n", _NOISE.sub("", text)).strip()
    return f"-- All migrations applied. Made by `python -m deploy.postgres.migrate --dump-schema`.\n\n{plain}\n"


def write() -> None:
    """Apply all migrations to an empty database and write its schema into `schema.sql`."""
    SCHEMA.write_text(asyncio.run(_dump_scratch()))


async def _dump_scratch() -> str:
    with tempfile.TemporaryDirectory() as folder:
        async with local_postgres(Path(folder), fsync=False) as dsn:
            await migrate(dsn)
            return await asyncio.to_thread(dump, dsn)
