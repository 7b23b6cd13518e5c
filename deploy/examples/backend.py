"""A backend that follows one province over Kafka: per dossier, the state with the highest position."""

import asyncio
import os

from faststream import AckPolicy, FastStream
from faststream.kafka import KafkaBroker, TopicPartition
from faststream.kafka.annotations import KafkaMessage
from pydantic import ValidationError

from contracts.dossier_events import DossierState
from contracts.topics import DOSSIER_EVENTS, partition_of
from contracts.upcasting import parse_event

TENANT = os.environ.get("TENANT", "lang-son")
MINE = TopicPartition(DOSSIER_EVENTS.name, partition_of(TENANT, DOSSIER_EVENTS.partitions))
broker = KafkaBroker(os.environ.get("KAFKA_BOOTSTRAP", "127.0.0.1:9092"), allow_auto_create_topics=False)
app = FastStream(broker)  # faststream run deploy.examples.backend:app

dossiers: dict[str, tuple[int, DossierState]] = {}  # yours is a table, written before `keep` returns


@broker.subscriber(
    partitions=[MINE], group_id="example", auto_offset_reset="earliest", ack_policy=AckPolicy.NACK_ON_ERROR
)
async def keep(message: KafkaMessage) -> None:
    """Return, and it is done; raise, and the same event comes again. What comes twice changes nothing."""
    try:
        event = parse_event(message.body)
    except ValidationError:
        await asyncio.sleep(5)  # newer than our contracts: wait for our next release, skip nothing
        raise
    if event.tenant == TENANT and event.state is not None:  # a partition may hold other provinces too
        known, _ = dossiers.get(event.subject, (0, None))
        if event.position > known:
            dossiers[event.subject] = (event.position, event.state)
