"""A deliverer that is asked to stop while the other side thinks: it waits for the answer and writes it down."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

from deploy.kafka.topics import ensure
from services.deliveries.port import Subscriber
from services.deliveries.postgres import PostgresLedger
from services.event_store.postgres import PostgresEventStore
from services.messaging.kafka_publisher import KafkaPublisher
from services.runtime.clock import SystemClock
from services.runtime.postgres import open_pool
from services.runtime.settings import KafkaSettings
from services.subscribers.memory import MemoryPortal
from services.subscribers.port import Request, Response
from tests.integration.deliverer.test_deliverer_process import publish, served
from tests.integration.started import started
from tests.recorded import Log

THINKS_S = 1.0


async def test_what_is_on_its_way_is_settled_before_the_process_ends(
    kafka_bootstrap: str, postgres_dsn: str, as_role: Callable[[str, str], str], tmp_path: Path
) -> None:
    await ensure(kafka_bootstrap)
    tenant, secret = f"t-{uuid4().hex[:12]}", uuid4().hex
    arrived, answering = asyncio.Event(), asyncio.Event()

    async def think(_: Request) -> Response | None:
        arrived.set()
        await answering.wait()
        return None

    portal = MemoryPortal("national", secret, SystemClock(), after=think)
    async with (
        open_pool(postgres_dsn, name="test") as pool,
        KafkaPublisher(KafkaSettings(bootstrap=kafka_bootstrap), client_id="test") as publisher,
        served(portal) as url,
    ):
        ledger = PostgresLedger(pool)
        settings = {"url": url, "secret": secret, "timeout_s": "20"}
        await ledger.subscribe(Subscriber(tenant, "national", "webhook", "history", settings), from_position=0)
        log = Log(PostgresEventStore(pool, dsn=postgres_dsn), tenant=tenant)
        event = await log.add("d1", status=2)
        await publish(publisher, log, first=1)
        async with started(
            "deliverer",
            tmp_path,
            KHOP_POSTGRES_DSN=as_role(postgres_dsn, "khop_deliverer"),
            KHOP_KAFKA_BOOTSTRAP=kafka_bootstrap,
        ) as deliverer:
            async with asyncio.timeout(60):
                await arrived.wait()
            # The answer is on its way for this long after the process was asked to end, not after it was ready to.
            asyncio.get_running_loop().call_later(THINKS_S, answering.set)
            async with asyncio.timeout(60):
                assert await deliverer.stop() == 0, deliverer.log.read_text()[-3000:]
            assert answering.is_set(), "it did not wait for the answer"
        [owed] = await pool.fetch("SELECT number, position FROM deliveries.owed WHERE tenant = $1", tenant)
        attempts = await pool.fetch("SELECT number, outcome FROM deliveries.attempts WHERE tenant = $1", tenant)
        assert [tuple(each) for each in attempts] == [(owed["number"], "accepted")]
        assert owed["position"] == event.position
        assert await pool.fetch("SELECT FROM deliveries.open WHERE tenant = $1", tenant) == []
        assert (
            await pool.fetch("SELECT FROM deliveries.lanes WHERE tenant = $1 AND lease_token IS NOT NULL", tenant) == []
        )
    assert [each["position"] for each in portal.received] == [event.position]
    assert portal.requests == 1
