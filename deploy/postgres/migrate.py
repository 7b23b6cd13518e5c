"""Brings a database to the schema of this release: roles, migrations, grants, in this order, as often as one likes."""

import argparse
import asyncio
import logging
import os
import sys
from pathlib import Path

import asyncpg
from pogo_core.error import BadMigrationError
from pogo_core.util import migrate as pogo

HERE = Path(__file__).parent
MIGRATIONS = HERE / "migrations"
GRANTS = HERE / "roles.sql"
OWNER = "khop_owner"
ROLES = (
    "khop_recorder",
    "khop_relay",
    "khop_projector",
    "khop_deliverer",
    "khop_gateway",
    "khop_observer",
    "khop_reconciler",
    "khop_operator",
)
_LOCK = 0x6B68_6F70  # "khop": two releases that start together migrate one after the other


_quiet = logging.getLogger(__name__)
_quiet.addHandler(logging.NullHandler())  # the tool warns of every migration that it applies


class MigrationFailed(Exception):
    """The database is as it was before the migration that the message names."""


async def migrate(
    dsn: str, *, migrations: Path = MIGRATIONS, grants: Path = GRANTS, role_password: str | None = None
) -> None:
    """Apply what is missing, as an administrator (`dsn`): the schema will belong to `khop_owner`.

    `role_password` is set for every role that may log in; without it they have none, which only a server that
    trusts its own machine accepts.

    Raises:
        MigrationFailed: a migration or the grants were refused; the message carries the server's words.
    """
    connection = await asyncpg.connect(dsn)
    try:
        await connection.execute("SELECT pg_advisory_lock($1)", _LOCK)
        await _make_roles(connection, password=role_password)
        database = await connection.fetchval("SELECT quote_ident(current_database())")
        await connection.execute(f"ALTER DATABASE {database} OWNER TO {OWNER}")
        await connection.execute(f"SET ROLE {OWNER}")
        try:
            await pogo.apply(connection, migrations, schema_name="public", logger=_quiet)
        except BadMigrationError as error:
            raise MigrationFailed(f"{error}: {error.__cause__ or 'see the file'}") from error
        try:
            await connection.execute(grants.read_text())
        except asyncpg.PostgresError as error:
            raise MigrationFailed(f"{grants.name} was refused: {error}") from error
        await connection.execute("RESET ROLE")
    finally:
        await connection.close()


async def _make_roles(connection: asyncpg.Connection, *, password: str | None) -> None:
    for role in (OWNER, *ROLES):
        login = "NOLOGIN" if role == OWNER else "LOGIN"
        # Roles belong to the whole server: another database's migration may make them at the same moment.
        await connection.execute(
            f"DO $$ BEGIN CREATE ROLE {role} {login};"
            " EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$"
        )
        if password is not None and role != OWNER:
            quoted = await connection.fetchval("SELECT quote_literal($1)", password)
            await connection.execute(f"ALTER ROLE {role} PASSWORD {quoted}")
    if not await connection.fetchval("SELECT rolsuper FROM pg_roles WHERE rolname = current_user"):
        await connection.execute(f"GRANT {OWNER} TO current_user")


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m deploy.postgres.migrate", description=__doc__)
    parser.add_argument("--dsn", default=os.environ.get("KHOP_POSTGRES_DSN"), help="the database, as an administrator")
    parser.add_argument("--dump-schema", action="store_true", help="write schema.sql from all migrations (developers)")
    options = parser.parse_args()
    if options.dump_schema:
        from deploy.postgres import schema

        schema.write()
        return 0
    if not options.dsn:
        print("say which database: --dsn or KHOP_POSTGRES_DSN", file=sys.stderr)
        return 2
    try:
        asyncio.run(migrate(options.dsn, role_password=os.environ.get("KHOP_ROLE_PASSWORD")))
    except (MigrationFailed, asyncpg.PostgresError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    print("the database is at this release's schema")
    return 0


if __name__ == "__main__":
    sys.exit(main())
