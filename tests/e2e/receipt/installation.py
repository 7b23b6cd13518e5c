"""Installations one after another on the same servers: each with a log of its own, so that the logs can be compared."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.coordinator.protocol import ConsumerProtocolMemberAssignment
from aiokafka.errors import GroupCoordinatorNotAvailableError, GroupLoadInProgressError, NotCoordinatorForGroupError

from contracts.topics import DOSSIER_EVENTS, OBSERVATIONS, partition_of
from deploy.local import processes
from deploy.local.infra import create_database
from deploy.postgres.migrate import migrate
from services.projector.__main__ import GROUP as PROJECTORS
from services.recorder.__main__ import GROUP as RECORDERS
from tests.e2e.receipt.province import Province, Running
from tests.infra.servers import Servers
from tests.waiting import until

TENANT = "receipt"
WITHIN_S = 120.0


@dataclass(frozen=True, slots=True)
class Facts:
    """What a log holds of the tenant, read past every process."""

    ids: frozenset[UUID]
    positions: list[int]


@dataclass(frozen=True, slots=True)
class Installation:
    """One database and the processes that work on it."""

    province: Province
    dsn: str

    async def json(self, *arguments: str | Path) -> dict[str, Any]:
        """What a `khop` command that succeeds says."""
        return await asyncio.to_thread(self.province.json, *arguments)

    async def report(self, *options: str) -> dict[str, Any]:
        """The flow report, by a command of its own."""
        document: dict[str, Any] = json.loads(await self.report_text(*options))
        return document

    async def report_text(self, *options: str) -> str:
        """The same as it stands on standard output."""
        of = ("--tenant", TENANT, "--from", "2010-10-01", "--zone", "Europe/Amsterdam", "--json")
        done = await asyncio.to_thread(self.province.khop, "report", "flow", *of, *options)
        assert (done.returncode, done.stderr) == (0, ""), f"{done.stderr}\n{self.province.logs()}"
        return done.stdout

    async def facts(self) -> Facts:
        """The facts of the log; what is announced about dossiers is none, but has positions too."""
        connection = await asyncpg.connect(self.dsn)
        try:
            rows = await connection.fetch(
                "SELECT id, position, type FROM log.events WHERE tenant = $1 ORDER BY position", TENANT
            )
        finally:
            await connection.close()
        ids = frozenset(row["id"] for row in rows if row["type"] != "vn.khop.dossier.restated.v1")
        return Facts(ids, [row["position"] for row in rows])

    async def head(self) -> int:
        """The last position of the log, 0 while it is empty."""
        connection = await asyncpg.connect(self.dsn)
        try:
            return int(
                await connection.fetchval("SELECT coalesce(max(position), 0) FROM log.events WHERE tenant = $1", TENANT)
            )
        finally:
            await connection.close()

    def living(self, name: str) -> list[Running]:
        """The instances of a process that run."""
        return [one for one in self.province.running.get(name, []) if one.process.poll() is None]


@dataclass(slots=True)
class Installations:
    """At most one works at a time: the broker and its consumer groups are everybody's."""

    servers: Servers
    folder: Path
    admin: AIOKafkaAdminClient
    working: Installation | None = None
    made: int = 0

    async def new(self, *, recorders: int = 1) -> Installation:
        """An empty database and processes on it; the installation before it has come to its end and stopped."""
        await self.stop()
        self.made += 1
        dsn = self.servers.dsn(f"installation_{self.made}")
        await create_database(self.servers.dsn("postgres"), name=f"installation_{self.made}")
        await migrate(dsn, role_password=self.servers.role_password)
        (folder := self.folder / str(self.made)).mkdir()
        self.working = one = Installation(Province(self.servers, dsn, folder), dsn)
        for name in ("recorder",) * recorders + ("relay", "projector"):
            one.province.start(name)
        await until(lambda: self._all_have_joined(recorders), timeout_s=WITHIN_S)
        assert await one.head() == 0, "the log before has left something behind"
        return one

    async def stop(self) -> None:
        """Let the working installation finish what is on its topics, and end it as an operator does."""
        if self.working is None:
            return
        one, self.working = self.working, None
        try:
            for group, topic in ((RECORDERS, OBSERVATIONS.name), (PROJECTORS, DOSSIER_EVENTS.name)):
                await until(partial(self._level, group, topic), timeout_s=WITHIN_S)
            assert [processes.stop(running.process) for name in one.province.running for running in one.living(name)]
        finally:
            one.province.stop()

    async def holder(self) -> Running | None:
        """The recorder that holds the tenant's partition, by the word of the broker."""
        assert self.working is not None
        partition = TopicPartition(OBSERVATIONS.name, partition_of(TENANT, OBSERVATIONS.partitions))
        for client, partitions in (await self._members(RECORDERS)).items():
            running = self.working.province.running["recorder"][int(client.removeprefix("recorder-")) - 1]
            if partition in partitions and running.process.poll() is None:
                return running
        return None

    async def _all_have_joined(self, recorders: int) -> bool:
        recording, projecting = await self._members(RECORDERS), await self._members(PROJECTORS)
        given = [partition for partitions in recording.values() for partition in partitions]
        return len(recording) == recorders and len(given) == OBSERVATIONS.partitions and any(projecting.values())

    async def _members(self, group: str) -> dict[str, list[TopicPartition]]:
        """What each member of a settled group was given; none while it is being shared out."""
        try:
            [answer] = await self.admin.describe_consumer_groups([group])
        except (GroupCoordinatorNotAvailableError, NotCoordinatorForGroupError, GroupLoadInProgressError):
            return {}  # the broker makes the place for its groups when the first member comes
        [(_error, _group, state, _kind, _protocol, members, *_)] = answer.groups
        if state != "Stable":
            return {}
        return {
            client: list(ConsumerProtocolMemberAssignment.decode(assignment).partitions()) if assignment else []
            for _member, client, _host, _metadata, assignment in (member[:5] for member in members)
        }

    async def _level(self, group: str, topic: str) -> bool:
        committed = await self.admin.list_consumer_group_offsets(group)
        partition = TopicPartition(topic, partition_of(TENANT, OBSERVATIONS.partitions))
        consumer = AIOKafkaConsumer(bootstrap_servers=self.servers.kafka_bootstrap, enable_auto_commit=False)
        await consumer.start()
        try:
            end: int = (await consumer.end_offsets([partition]))[partition]
        finally:
            await consumer.stop()
        return partition in committed and committed[partition].offset == end
