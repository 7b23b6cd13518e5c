"""The front door over HTTP: what systems say is in Kafka before they are told yes, and a tenant reads its own."""

from __future__ import annotations

from services.event_store.postgres import PostgresEventStore
from services.gateway import app
from services.gateway.reach import unreachable
from services.keys.postgres import PostgresKeys
from services.messaging.kafka_publisher import KafkaPublisher
from services.projections.postgres import PostgresReadModels
from services.runtime.postgres import open_pool, reachable
from services.runtime.process import Process, run
from services.runtime.settings import KafkaSettings, PostgresSettings

PUBLISH_TIMEOUT_S = 8.0
"""Below the gateway's own bound, so that a caller is told what Kafka said."""


async def main(process: Process) -> None:
    """Compose and serve until asked to stop."""
    dsn, kafka = PostgresSettings.from_env().dsn, KafkaSettings.from_env()
    async with (
        open_pool(dsn, name="khop gateway", size_max=8) as pool,
        # Whoever reads all states slowly holds a snapshot open: that must not keep the others waiting.
        open_pool(dsn, name="khop gateway states", size_max=4) as states_pool,
        KafkaPublisher(kafka, client_id=process.settings.instance, timeout_s=PUBLISH_TIMEOUT_S) as publisher,
    ):
        process.http.mount(
            app.build(
                keys=PostgresKeys(pool),
                publisher=publisher,
                store=PostgresEventStore(pool, dsn=dsn),
                models=PostgresReadModels(states_pool),
                clock=process.clock,
                metrics=process.metrics,
                stopping=process.stopping,
            )
        )
        process.health.require("database", lambda: reachable(pool))
        process.health.require("kafka", lambda: unreachable(kafka.bootstrap))
        await process.supervise()


if __name__ == "__main__":
    run("gateway", main)
