"""Topics are made here and by no consumer, so that their partitions and retention are the ones under review."""

import argparse
import asyncio
import os
import sys
import time
from collections.abc import Mapping, Sequence
from typing import Any

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import KafkaError, for_code

from contracts.topics import TOPICS, TopicSpec

_ALREADY_EXISTS = 36
_COPIES_AT_MOST = 3
_SHOWN_WITHIN_S = 30.0
_LOOK_EVERY_S = 0.02


class TopicsDiffer(Exception):
    """Topics on the cluster are not as the table says; the message has one sentence for each difference."""


async def ensure(bootstrap: str, *, topics: Sequence[TopicSpec] = TOPICS) -> list[str]:
    """Create the topics that are missing and give their names; what exists is compared, never altered.

    Raises:
        TopicsDiffer: an existing topic has other partitions or settings. More partitions would move tenants between
            partitions and break their order, so a person decides.
        KafkaError: the cluster refused or cannot be reached.
    """
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    try:
        there = set(await admin.list_topics())
        missing = [topic for topic in topics if topic.name not in there]
        created = await _create(admin, missing) if missing else []
        partitions = await _partitions_seen(admin, [topic.name for topic in topics])
        existing = [topic for topic in topics if topic.name not in created]
        differences = await _differences(admin, existing, partitions=partitions)
    finally:
        await admin.close()
    if differences:
        raise TopicsDiffer("\n".join(differences))
    return created


def settings(topic: TopicSpec) -> dict[str, str]:
    """The topic's settings as Kafka names them."""
    return {
        "cleanup.policy": topic.cleanup_policy,
        "retention.ms": str(topic.retention_ms),
        "max.message.bytes": str(topic.max_message_bytes),
    }


async def _create(admin: AIOKafkaAdminClient, missing: Sequence[TopicSpec]) -> list[str]:
    copies = min(_COPIES_AT_MOST, len((await admin.describe_cluster())["brokers"]))
    wanted = [NewTopic(topic.name, topic.partitions, copies, topic_configs=settings(topic)) for topic in missing]
    response = await admin.create_topics(wanted, timeout_ms=30_000)
    created = []
    for name, code, message in response.topic_errors:
        if code == _ALREADY_EXISTS:
            continue  # somebody else was faster: it is compared like any other
        if code:
            raise for_code(code)(f"topic {name} could not be created: {message}")
        created.append(name)
    return created


async def _partitions_seen(admin: AIOKafkaAdminClient, names: Sequence[str]) -> Mapping[str, int]:
    """Partitions of each topic, once the brokers show them all: they learn of a new topic a moment after its maker."""
    give_up_at = time.monotonic() + _SHOWN_WITHIN_S
    while True:
        seen = await admin.describe_topics(list(names))
        if not any(each["error_code"] for each in seen):
            return {each["topic"]: len(each["partitions"]) for each in seen}
        if time.monotonic() >= give_up_at:
            unseen = {each["topic"]: for_code(each["error_code"]).__name__ for each in seen if each["error_code"]}
            raise KafkaError(f"the brokers do not show these topics after {_SHOWN_WITHIN_S:.0f} s: {unseen}")
        await asyncio.sleep(_LOOK_EVERY_S)


async def _differences(
    admin: AIOKafkaAdminClient, existing: Sequence[TopicSpec], *, partitions: Mapping[str, int]
) -> list[str]:
    if not existing:
        return []
    found = await _settings_found(admin, [topic.name for topic in existing])
    said = []
    for topic in existing:
        if partitions[topic.name] != topic.partitions:
            said.append(
                f"{topic.name}: {partitions[topic.name]} partitions on the cluster, {topic.partitions} in the table; "
                "another number moves tenants between partitions, so drain the topic and make it anew"
            )
        for name, value in settings(topic).items():
            if found[topic.name].get(name) != value:
                said.append(
                    f"{topic.name}: {name} is {found[topic.name].get(name)} on the cluster, {value} in the table; "
                    "change it on the cluster with its own tools, or change the table"
                )
    return said


async def _settings_found(admin: AIOKafkaAdminClient, names: Sequence[str]) -> Mapping[str, Mapping[str, str]]:
    asked = [ConfigResource(ConfigResourceType.TOPIC, name) for name in names]
    found: dict[str, dict[str, str]] = {}
    for response in await admin.describe_configs(asked):
        resource: Any
        for resource in response.resources:
            code, message, _, name, entries = resource
            if code:
                raise for_code(code)(f"topic {name} could not be read: {message}")
            found[name] = {entry[0]: entry[1] for entry in entries}
    return found


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m deploy.kafka.topics", description=__doc__)
    parser.add_argument("--bootstrap", default=os.environ.get("KHOP_KAFKA_BOOTSTRAP"), help="host:port of a broker")
    bootstrap = parser.parse_args().bootstrap
    if not bootstrap:
        print("say where Kafka is: --bootstrap HOST:PORT or KHOP_KAFKA_BOOTSTRAP", file=sys.stderr)
        return 2
    try:
        created = asyncio.run(ensure(bootstrap))
    except (TopicsDiffer, KafkaError) as error:
        print(error, file=sys.stderr)
        return 1
    print(f"topics created: {', '.join(created) or 'none, all were there'}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
