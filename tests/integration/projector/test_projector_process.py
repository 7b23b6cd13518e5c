"""Two projectors as processes: one publishes the figures, the other goes on when it dies; they are the report's."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

from aiokafka import AIOKafkaConsumer, TopicPartition

from contracts.observations import encode_observation, make_observation
from contracts.statistics import AgencyMonth
from contracts.topics import STATISTICS, partition_of
from deploy.kafka.topics import ensure
from services.domain.reference import reference_of
from services.domain.statistics.definitions.ii06a import DEFINITION
from services.domain.statistics.document import Request
from services.event_store.checkpoints import PostgresCheckpoints
from services.event_store.postgres import PostgresEventStore
from services.messaging.port import Received
from services.projections.cases import PostgresCases
from services.projections.report import make_report
from services.projector.take import RELAY
from services.recorder.record import Recorder
from services.runtime.clock import SystemClock
from services.runtime.postgres import open_pool
from tests.integration.started import Started, started
from tests.waiting import until

AGENCIES = ("H99.1", "H99.2")


async def says(recorder: Recorder, tenant: str, code: str, act: str, at: datetime, **data: object) -> None:
    observation = make_observation(
        tenant=tenant, system="one-stop", code=code, act=act, occurred_at=at, observed_at=at, data=data
    )
    assert await recorder.handle([Received("o", 0, 0, None, encode_observation(observation), 0)]) == []


async def test_figures_are_those_of_the_report_also_after_the_one_who_published_them_died(
    kafka_bootstrap: str, postgres_dsn: str, as_role: Callable[[str, str], str], tmp_path: Path
) -> None:
    await ensure(kafka_bootstrap)
    tenant, now = f"t-{uuid4().hex[:12]}", datetime.now(UTC)
    projector = {
        "KHOP_POSTGRES_DSN": as_role(postgres_dsn, "khop_projector"),
        "KHOP_KAFKA_BOOTSTRAP": kafka_bootstrap,
        "KHOP_KAFKA_SESSION_TIMEOUT_MS": "1000",
    }
    async with open_pool(postgres_dsn, name="test") as pool:
        store, checkpoints = PostgresEventStore(pool, dsn=postgres_dsn), PostgresCheckpoints(pool, dsn=postgres_dsn)
        recorder = Recorder(store=store, clock=SystemClock())

        async def published() -> int:
            """Let the read models come level with the log."""
            await checkpoints.advance(RELAY, tenant, await store.head(tenant))
            return await store.head(tenant)

        async def shown(position: int) -> dict[str | None, AgencyMonth]:
            """What holds of each agency, once there is news of a position."""
            async with asyncio.timeout(60):
                while True:
                    found = await latest(kafka_bootstrap, tenant)
                    if any(one.position >= position for one in found.values()):
                        return found

        await says(recorder, tenant, "one-stop", "system_connected", now - timedelta(days=90), kind="one_stop")
        for number in range(20):
            at = now - timedelta(days=3 * number)
            told = {"agency": AGENCIES[number % 2], "channel": "online", "due_at": at + timedelta(days=20)}
            await says(recorder, tenant, f"D{number}", "accepted", at, **told)
        async with (
            started("projector", tmp_path, **projector) as one,
            started("projector", tmp_path, **projector) as two,
        ):
            await asyncio.gather(one.ready(), two.ready())
            position = await published()
            found = await shown(position)
            assert set(found) == set(AGENCIES)
            await same_as_the_report(PostgresCases(pool), tenant, found)

            async def one_alone() -> bool:
                return await publishes(one, tenant) != await publishes(two, tenant)

            await until(one_alone)
            first, second = (one, two) if await publishes(one, tenant) else (two, one)
            await first.kill()
            for number in range(0, 20, 3):
                await says(recorder, tenant, f"D{number}", "processing_finished", now)
            position = await published()
            found = await shown(position)
            await same_as_the_report(PostgresCases(pool), tenant, found)
            assert sum(each.figures["7"] for each in found.values()) == 7
            await until(lambda: publishes(second, tenant))
            assert await second.stop() == 0, second.log.read_text()[-3000:]


async def publishes(projector: Started, tenant: str) -> bool:
    """Whether this one holds the tenant's figures."""
    return any(lane["input"] == "statistics" and lane["lane"] == tenant for lane in await projector.lanes())


async def same_as_the_report(cases: PostgresCases, tenant: str, found: dict[str | None, AgencyMonth]) -> None:
    for agency, figures in found.items():
        request = Request(
            tenant=tenant,
            first=figures.date.replace(day=1),
            last=figures.date,
            zone=figures.zone,
            position=figures.position,
            due=figures.due,
            mode=figures.mode,
            by=("agency",),
            switches={},
        )
        document = await make_report(cases, DEFINITION, request, reference=reference_of(()))
        [row] = [row for row in document["rows"] if row["row"] == {"agency": agency}]
        assert figures.figures == {cell.key: row[cell.key] for cell in DEFINITION.cells}


async def latest(bootstrap: str, tenant: str) -> dict[str | None, AgencyMonth]:
    """Of each agency the record that holds, as a dashboard would find it out."""
    consumer = AIOKafkaConsumer(bootstrap_servers=bootstrap, enable_auto_commit=False, auto_offset_reset="earliest")
    await consumer.start()
    try:
        partition = TopicPartition(STATISTICS.name, partition_of(tenant, STATISTICS.partitions))
        consumer.assign([partition])
        end = (await consumer.end_offsets([partition]))[partition]
        held: dict[str | None, AgencyMonth] = {}
        while await consumer.position(partition) < end:
            figures = AgencyMonth.model_validate_json((await consumer.getone()).value)
            was = held.get(figures.agency)
            if figures.tenant == tenant and (
                was is None or (was.position, was.date) <= (figures.position, figures.date)
            ):
                held[figures.agency] = figures
        return held
    finally:
        await consumer.stop()
