"""The recorder: observations from Kafka become events in the store."""

from __future__ import annotations

from functools import partial

from contracts.topics import OBSERVATIONS
from services.event_store.checkpoints import PostgresCheckpoints
from services.event_store.postgres import PostgresEventStore
from services.messaging.kafka import KafkaConsumer
from services.messaging.port import Transient
from services.parking.postgres import PostgresParkingLot
from services.recorder.record import Recorder
from services.recorder.restate import Restater
from services.runtime.postgres import open_pool, reachable
from services.runtime.process import Loop, Process, run
from services.runtime.settings import KafkaSettings, PostgresSettings
from services.runtime.unavailable import DatabaseUnavailable

GROUP = "khop.recorder"
BATCH_MAX = 1_000
WAIT_MS = 20
REST_MS = 1
"""A batch costs a dozen round trips whatever its size: a moment's rest and each takes along what would wait anyway."""
AWAY = (Transient, DatabaseUnavailable)


async def main(process: Process) -> None:
    """Compose and run."""
    dsn = PostgresSettings.from_env().dsn
    kafka = KafkaSettings.from_env()
    name = process.settings.instance
    async with open_pool(dsn, name=name, size_max=8) as pool:
        store = PostgresEventStore(pool, dsn=dsn)
        consumer = KafkaConsumer(
            kafka,
            parking=PostgresParkingLot(pool),
            clock=process.clock,
            metrics=process.metrics,
            health=process.health,
            client_id=name,
        )
        recorder = Recorder(store=store, clock=process.clock)
        restater = Restater(
            store=store, checkpoints=PostgresCheckpoints(pool, dsn=dsn), clock=process.clock, recorder=recorder
        )
        process.health.watch("observations", consumer.readings)
        process.health.require("group", consumer.unassigned)
        process.health.require("database", partial(reachable, pool))
        await process.supervise(
            Loop(
                name="record",
                run=partial(
                    consumer.run,
                    OBSERVATIONS.name,
                    GROUP,
                    recorder.handle,
                    batch_max=BATCH_MAX,
                    wait_ms=WAIT_MS,
                    rest_ms=REST_MS,
                ),
                retry_on=AWAY,
            ),
            Loop(name="restate", run=restater.run, retry_on=AWAY),
        )


if __name__ == "__main__":
    run("recorder", main)
