"""The projector: keeps every read model level with the events topic, and publishes one's figures for dashboards."""

from __future__ import annotations

from functools import partial

from contracts.topics import DOSSIER_EVENTS
from services.event_store.checkpoints import PostgresCheckpoints
from services.event_store.postgres import PostgresEventStore
from services.messaging.kafka import KafkaConsumer
from services.messaging.kafka_publisher import KafkaPublisher
from services.messaging.port import Transient
from services.parking.postgres import PostgresParkingLot
from services.projections.keep import PAGE_EVENTS, Keeper
from services.projections.postgres import PostgresReadModels
from services.projector.publish import MonthsToDate
from services.projector.take import Projector
from services.runtime.postgres import open_pool, reachable
from services.runtime.process import Loop, Process, run
from services.runtime.settings import KafkaSettings, PostgresSettings
from services.runtime.unavailable import DatabaseUnavailable

GROUP = "projector"
BATCH_MAX = PAGE_EVENTS
WAIT_MS = 5
REST_MS = 50
"""Each batch costs five transactions: what nobody looks at twenty times a second need not be written more often."""


async def main(process: Process) -> None:
    """Compose and run."""
    dsn, kafka = PostgresSettings.from_env().dsn, KafkaSettings.from_env()
    name = process.settings.instance
    async with open_pool(dsn, name=name, size_max=8) as pool, KafkaPublisher(kafka, client_id=name) as publisher:
        store, models = PostgresEventStore(pool, dsn=dsn), PostgresReadModels(pool)
        checkpoints = PostgresCheckpoints(pool, dsn=dsn)
        projector = Projector(
            keeper=Keeper(store, models),
            store=store,
            models=models,
            checkpoints=checkpoints,
            clock=process.clock,
        )
        months = MonthsToDate(
            store=store,
            models=models,
            checkpoints=checkpoints,
            publisher=publisher,
            clock=process.clock,
            instance=name,
        )
        consumer = KafkaConsumer(
            kafka,
            parking=PostgresParkingLot(pool),
            clock=process.clock,
            metrics=process.metrics,
            health=process.health,
            client_id=name,
            drain_timeout_s=process.settings.drain_timeout_s,
        )
        process.health.watch("events", consumer.readings)
        process.health.watch("read models", projector.readings)
        process.health.watch("statistics", months.readings)
        process.health.watch("statistics of the day", months.days)
        process.health.require("database", partial(reachable, pool))
        process.health.require("topic", consumer.unassigned)
        retry_on = (Transient, DatabaseUnavailable)
        await process.supervise(
            Loop(
                name="take",
                run=lambda: consumer.run(
                    DOSSIER_EVENTS.name, GROUP, projector.take, batch_max=BATCH_MAX, wait_ms=WAIT_MS, rest_ms=REST_MS
                ),
                retry_on=retry_on,
            ),
            Loop(name="look", run=projector.look, retry_on=retry_on),
            Loop(name="statistics", run=months.run, retry_on=retry_on),
        )


if __name__ == "__main__":
    run("projector", main)
