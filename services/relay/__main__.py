"""The relay: publishes the event store's log to Kafka, in order, at least once."""

from __future__ import annotations

from functools import partial

from services.event_store.checkpoints import PostgresCheckpoints
from services.event_store.postgres import PostgresEventStore
from services.messaging.kafka_publisher import KafkaPublisher
from services.messaging.port import Transient
from services.relay.publish import Relay
from services.runtime.postgres import open_pool, reachable
from services.runtime.process import Loop, Process, run
from services.runtime.settings import KafkaSettings, PostgresSettings
from services.runtime.unavailable import DatabaseUnavailable


async def main(process: Process) -> None:
    """Compose and run."""
    dsn = PostgresSettings.from_env().dsn
    name = process.settings.instance
    async with (
        open_pool(dsn, name=name) as pool,
        KafkaPublisher(KafkaSettings.from_env(), client_id=name) as publisher,
    ):
        relay = Relay(
            store=PostgresEventStore(pool, dsn=dsn),
            checkpoints=PostgresCheckpoints(pool, dsn=dsn),
            publisher=publisher,
            clock=process.clock,
            instance=name,
        )
        process.health.watch("log", relay.readings)
        process.health.require("database", partial(reachable, pool))
        await process.supervise(Loop(name="relay", run=relay.run, retry_on=(Transient, DatabaseUnavailable)))


if __name__ == "__main__":
    run("relay", main)
