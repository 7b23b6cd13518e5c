"""The choice between servers from packages and servers in containers, so that no test knows which it runs on."""

import contextlib
import os
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from deploy.local.infra import local_infra


@dataclass(frozen=True, slots=True, kw_only=True)
class Servers:
    """Addresses of a broker and a database server that are running."""

    kafka_bootstrap: str
    admin_dsn: str
    role_password: str | None

    def dsn(self, database: str) -> str:
        """The administrator's address of a database."""
        return urlsplit(self.admin_dsn)._replace(path=f"/{database}").geturl()

    def as_role(self, dsn: str, role: str) -> str:
        """The same database as another role."""
        parts = urlsplit(dsn)
        who = role if self.role_password is None else f"{role}:{self.role_password}"
        return parts._replace(netloc=f"{who}@{parts.hostname}:{parts.port}").geturl()


@contextlib.asynccontextmanager
async def servers(folder: Path) -> AsyncIterator[Servers]:
    """Run the servers that `KHOP_TEST_INFRA` asks for (`local`, `containers`, `auto`)."""
    choice = os.environ.get("KHOP_TEST_INFRA", "auto")
    if choice not in {"local", "containers", "auto"}:
        raise ValueError(f"KHOP_TEST_INFRA={choice!r}: say local, containers or auto")
    if choice != "local":
        from tests.infra import containers

        if choice == "containers" or containers.available():
            async with containers.running() as (bootstrap, dsn, password):
                yield Servers(kafka_bootstrap=bootstrap, admin_dsn=dsn, role_password=password)
            return
    async with local_infra(folder, fsync=False) as infra:
        yield Servers(
            kafka_bootstrap=infra.kafka_bootstrap, admin_dsn=infra.dsn(database="postgres"), role_password=None
        )
