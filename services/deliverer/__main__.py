"""Brings every change owed to a subscriber to it: what is owed is written first, then sent until it is settled."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Mapping, Sequence
from functools import partial

from contracts.topics import DOSSIER_EVENTS
from services.deliverer.dispatch import WAITED_OUT, Dispatch
from services.deliverer.letters import Letters
from services.deliverer.links import Links
from services.deliverer.planner import Planner
from services.deliveries.port import Ledger
from services.deliveries.postgres import PostgresLedger
from services.event_store.port import EventStore
from services.event_store.postgres import PostgresEventStore
from services.messaging.kafka import KafkaConsumer
from services.messaging.kafka_publisher import KafkaPublisher
from services.parking.postgres import PostgresParkingLot
from services.runtime.health import Reading
from services.runtime.postgres import open_pool, reachable
from services.runtime.process import Loop, Process, run
from services.runtime.settings import KafkaSettings, PostgresSettings
from services.subscribers.http import HttpTransport
from services.subscribers.kinds import portal_of
from services.subscribers.port import Answer

GROUP = "khop-deliverer"
CATCH_UP_EVERY_S = 1.0
REST_MS = 25
"""Planning is a transaction a subscriber, sending a request: a portal is told of a change this much later at most."""


async def main(process: Process) -> None:
    """Compose and run until asked to stop."""
    dsn, kafka = PostgresSettings.from_env().dsn, KafkaSettings.from_env()
    instance, clock = process.settings.instance, process.clock
    transport = HttpTransport()
    try:
        async with (
            open_pool(dsn, name="khop deliverer", size_max=16) as pool,
            KafkaPublisher(kafka, client_id=instance) as publisher,
        ):
            store, ledger = PostgresEventStore(pool, dsn=dsn), PostgresLedger(pool)
            letters = Letters(store)
            dispatch = Dispatch(
                ledger=ledger,
                letters=letters,
                links=Links(publisher),
                portal_of=partial(portal_of, transport=transport, clock=clock),
                clock=clock,
                rng=random.Random(),
                trouble=partial(_trouble, process),
                observe=partial(_count, process),
            )
            planner = Planner(store=store, ledger=ledger, letters=letters, wake=dispatch.wake)
            consumer = KafkaConsumer(
                kafka,
                parking=PostgresParkingLot(pool),
                clock=clock,
                metrics=process.metrics,
                health=process.health,
                client_id=instance,
            )

            async def consume() -> None:
                await consumer.run(
                    DOSSIER_EVENTS.name, GROUP, planner.handle, batch_max=1_000, wait_ms=5, rest_ms=REST_MS
                )

            async def catch_up() -> None:
                while True:
                    await planner.catch_up()
                    await clock.sleep(CATCH_UP_EVERY_S)

            process.health.require("database", lambda: reachable(pool))
            process.health.require("events", consumer.unassigned)
            process.health.watch("events", consumer.readings)
            process.health.watch("planned", partial(_planned, store, ledger))
            await process.supervise(
                Loop(name="plan", run=consume, retry_on=WAITED_OUT),
                Loop(name="catch up", run=catch_up, retry_on=WAITED_OUT),
                Loop(name="send", run=dispatch.run, retry_on=WAITED_OUT),
            )
    finally:
        await asyncio.shield(transport.aclose())


async def _planned(store: EventStore, ledger: Ledger) -> Mapping[str, Reading]:
    """How far each subscriber's debts are written down, against the log. That a portal is away is not our illness."""
    heads = await store.heads()
    subscribers = await ledger.subscribers()
    planned = {tenant: await ledger.planned(tenant) for tenant in {each.tenant for each in subscribers}}
    return {
        f"{each.tenant}/{each.name}": Reading(
            supply=heads.get(each.tenant, 0), done=planned[each.tenant].get(each.name, 0)
        )
        for each in subscribers
    }


def _trouble(process: Process, subscriber: str, reason: str | None) -> None:
    if reason is None:
        process.health.clear(f"send {subscriber}")
    else:
        process.health.trouble(f"send {subscriber}", reason)


def _count(process: Process, subscriber: str, answers: Sequence[Answer]) -> None:
    for answer in answers:
        process.metrics.handled.labels(f"deliveries {subscriber}", answer.outcome).inc()


if __name__ == "__main__":
    run("deliverer", main)
