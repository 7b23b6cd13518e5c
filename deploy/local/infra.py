"""A broker and a database for as long as a block of code runs: what tests, benches and the demo stand on."""

import asyncio
import contextlib
import subprocess
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import asyncpg

from deploy.local import kafka, lock, postgres


@dataclass(slots=True)
class Infra:
    """The two servers. `kill_*` and `start_*` are for those who test what happens when one is away."""

    broker: kafka.Broker
    server: postgres.Server
    logs: Path
    _locks: dict[str, int]
    _processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    @property
    def kafka_bootstrap(self) -> str:
        return self.broker.bootstrap

    @property
    def postgres_dsn(self) -> str:
        """The database `khop`, as its administrator."""
        return self.dsn(database="khop")

    def dsn(self, *, database: str, user: str = postgres.SUPERUSER) -> str:
        return self.server.dsn(database=database, user=user)

    def dsn_as(self, role: str) -> str:
        """The database `khop` as one of its roles."""
        return self.dsn(database="khop", user=role)

    async def start_kafka(self) -> None:
        log = self.logs / "kafka.log"
        self._processes["kafka"] = process = kafka.start(self.broker, log=log, keep=(self._locks["kafka"],))
        await kafka.ready(self.broker, process=process, log=log)

    async def start_postgres(self) -> None:
        log = self.logs / "postgres.log"
        self._processes["postgres"] = process = postgres.start(self.server, log=log, keep=(self._locks["postgres"],))
        await postgres.ready(self.server, process=process, log=log)

    async def kill_kafka(self) -> None:
        await self._kill("kafka")

    async def kill_postgres(self) -> None:
        await self._kill("postgres")

    async def _kill(self, name: str) -> None:
        process = self._processes.pop(name)
        process.kill()
        await asyncio.to_thread(process.wait)

    async def stop(self) -> None:
        """Stop what runs, in order; data stays."""
        stops = {"kafka": kafka.stop, "postgres": postgres.stop}
        await asyncio.gather(*(asyncio.to_thread(stops[name], process) for name, process in self._processes.items()))
        self._processes.clear()


@contextlib.asynccontextmanager
async def local_infra(data_dir: Path, *, fsync: bool = True) -> AsyncIterator[Infra]:
    """Run Kafka and PostgreSQL on the data in `data_dir` (made if need be) and stop them at the end.

    The servers die with this process, even when it is killed. Database `khop` exists, empty of schema.

    Raises:
        LocalError: the folder is in use, or a server did not start.
    """
    data_dir = data_dir.resolve()
    with lock.hold(data_dir / "kafka") as for_kafka, lock.hold(data_dir / "postgres") as for_postgres:
        broker, server = kafka.prepare(data_dir / "kafka"), postgres.prepare(data_dir / "postgres", fsync=fsync)
        locks = {"kafka": for_kafka, "postgres": for_postgres}
        infra = Infra(broker=broker, server=server, logs=data_dir / "logs", _locks=locks)
        try:
            await asyncio.gather(infra.start_kafka(), infra.start_postgres())
            await create_database(server.dsn(database="postgres"), name="khop")
            yield infra
        finally:
            await infra.stop()


@contextlib.asynccontextmanager
async def local_postgres(data_dir: Path, *, fsync: bool = True) -> AsyncIterator[str]:
    """Run PostgreSQL alone and give the administrator's address of its database `khop`."""
    data_dir = data_dir.resolve()
    with lock.hold(data_dir / "postgres") as descriptor:
        server = postgres.prepare(data_dir / "postgres", fsync=fsync)
        log = data_dir / "logs" / "postgres.log"
        process = postgres.start(server, log=log, keep=(descriptor,))
        try:
            await postgres.ready(server, process=process, log=log)
            await create_database(server.dsn(database="postgres"), name="khop")
            yield server.dsn(database="khop")
        finally:
            await asyncio.to_thread(postgres.stop, process)


async def create_database(admin_dsn: str, *, name: str) -> None:
    """Create the database unless it is there."""
    connection = await asyncpg.connect(admin_dsn)
    try:
        if not await connection.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", name):
            await connection.execute(f'CREATE DATABASE "{name}"')
    finally:
        await connection.close()
