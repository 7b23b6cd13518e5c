"""The reconciler as a process beside a real deliverer: what a portal lost comes back, and at rest nothing is done."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import httpx
from aiokafka import AIOKafkaConsumer, TopicPartition

from contracts.findings import Finding
from contracts.observations import encode_observation, make_observation
from contracts.topics import FINDINGS, partition_of
from deploy.kafka.topics import ensure
from services.deliveries.port import Subscriber
from services.deliveries.postgres import PostgresLedger
from services.event_store.checkpoints import PostgresCheckpoints
from services.event_store.postgres import PostgresEventStore
from services.messaging.port import Received
from services.recorder.record import Recorder
from services.runtime.clock import SystemClock
from services.runtime.postgres import open_pool
from services.subscribers.memory import MemoryPortal
from tests.integration.deliverer.test_deliverer_process import served
from tests.integration.started import started
from tests.recorded import BEGIN
from tests.waiting import until


async def record_some(recorder: Recorder, tenant: str) -> None:
    """Ten dossiers of a one-stop system, two acts each."""
    said = [("one-stop", "one-stop", "system_connected", {"kind": "one_stop"}, -99)]
    said += [("one-stop", f"D{number}", "accepted", {}, number) for number in range(10)]
    said += [("one-stop", f"D{number}", "processing_finished", {}, 60 + number) for number in range(10)]
    for system, code, act, data, minute in said:
        at = BEGIN + timedelta(minutes=minute)
        observation = make_observation(
            tenant=tenant, system=system, code=code, act=act, occurred_at=at, observed_at=at, data=data
        )
        assert await recorder.handle([Received("o", 0, 0, None, encode_observation(observation), 0)]) == []


async def test_what_a_portal_lost_comes_back_and_is_said_once(
    kafka_bootstrap: str, postgres_dsn: str, as_role: Callable[[str, str], str], tmp_path: Path
) -> None:
    await ensure(kafka_bootstrap)
    tenant, secret = f"t-{uuid4().hex[:12]}", uuid4().hex
    portal = MemoryPortal("national", secret, SystemClock())
    kafka = {"KHOP_KAFKA_BOOTSTRAP": kafka_bootstrap}
    deliverer = {"KHOP_POSTGRES_DSN": as_role(postgres_dsn, "khop_deliverer"), **kafka}
    reconciler = {"KHOP_POSTGRES_DSN": as_role(postgres_dsn, "khop_reconciler"), **kafka}
    async with open_pool(postgres_dsn, name="test") as pool, served(portal) as url:
        store = PostgresEventStore(pool, dsn=postgres_dsn)
        await record_some(Recorder(store=store, clock=SystemClock()), tenant)
        subscriber = Subscriber(tenant, "national", "webhook", "history", {"url": url, "secret": secret})
        assert await PostgresLedger(pool).subscribe(subscriber, from_position=0)
        async with started("deliverer", tmp_path, **deliverer):
            await until(lambda: len(portal.received) == 20, timeout_s=60)
            right = dict(portal.states)
            lost, wrong = list(portal.states)[:2]
            del portal.states[lost]
            portal.states[wrong] = {**portal.states[wrong], "status": 4}
            async with started("reconciler", tmp_path, **reconciler) as looking:
                await looking.ready()
                await until(lambda: portal.states == right, timeout_s=60)
                checkpoints, head = PostgresCheckpoints(pool, dsn=postgres_dsn), await store.head(tenant)

                async def at_the_end() -> bool:
                    return await checkpoints.get("reconcile/national", tenant) == head

                await until(at_the_end, timeout_s=60)
                async with httpx.AsyncClient(trust_env=False) as client:
                    counted = (await client.get(f"{looking.url}/metrics")).text
                assert f'input="reconcile {tenant}/national",result="differs"}} 2.0' in counted
                assert await looking.stop() == 0, looking.log.read_text()[-3000:]
    findings = await found(kafka_bootstrap, tenant)
    assert {(str(each.dossier), each.differences[0].field) for each in findings} == {
        (lost, "dossier"),
        (wrong, "status"),
    }
    assert sum("khoprepair" in event for event in portal.received) == 2


async def found(bootstrap: str, tenant: str) -> list[Finding]:
    """Every finding about the tenant in the topic now."""
    # From the start by its setting: to seek there is overtaken by the reset to the end that `assign` has begun.
    consumer = AIOKafkaConsumer(bootstrap_servers=bootstrap, enable_auto_commit=False, auto_offset_reset="earliest")
    await consumer.start()
    try:
        partition = TopicPartition(FINDINGS.name, partition_of(tenant, FINDINGS.partitions))
        consumer.assign([partition])
        end = (await consumer.end_offsets([partition]))[partition]
        findings: list[Finding] = []
        async with asyncio.timeout(30):
            while await consumer.position(partition) < end:
                finding = Finding.model_validate_json((await consumer.getone()).value)
                findings += [finding] if finding.tenant == tenant else []
        return findings
    finally:
        await consumer.stop()
