"""Topics are created once, compared ever after, and never altered behind a person's back."""

from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest
from aiokafka.admin import AIOKafkaAdminClient

from contracts.topics import TOPICS, TopicSpec
from deploy.kafka import topics

SPEC = TopicSpec(name="replaced in each test", key="-", partitions=3, retention_ms=60_000, max_message_bytes=123_456)


async def _partitions(bootstrap: str, name: str) -> int:
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    try:
        return len((await admin.describe_topics([name]))[0]["partitions"])
    finally:
        await admin.close()


async def test_creating_twice_creates_once(kafka_bootstrap: str) -> None:
    wanted = [replace(SPEC, name="topics-twice-a"), replace(SPEC, name="topics-twice-b", partitions=5)]
    assert await topics.ensure(kafka_bootstrap, topics=wanted) == ["topics-twice-a", "topics-twice-b"]
    assert await topics.ensure(kafka_bootstrap, topics=wanted) == []
    assert await _partitions(kafka_bootstrap, "topics-twice-b") == 5


async def test_a_topic_with_other_partitions_is_reported_and_left_alone(
    kafka_bootstrap: str, new_topic: Callable[..., Awaitable[str]]
) -> None:
    name = await new_topic(partitions=7, retention_ms=60_000, max_message_bytes=123_456)
    with pytest.raises(topics.TopicsDiffer, match=rf"^{name}: 7 partitions on the cluster, 3 in the table; [^\n]*$"):
        await topics.ensure(kafka_bootstrap, topics=[replace(SPEC, name=name)])
    assert await _partitions(kafka_bootstrap, name) == 7


async def test_other_retention_is_reported_with_both_values(
    kafka_bootstrap: str, new_topic: Callable[..., Awaitable[str]]
) -> None:
    name = await new_topic(partitions=3, retention_ms=1_000, max_message_bytes=123_456)
    with pytest.raises(topics.TopicsDiffer, match=r"retention\.ms is 1000 on the cluster, 60000 in the table"):
        await topics.ensure(kafka_bootstrap, topics=[replace(SPEC, name=name)])


async def test_the_table_of_topics_is_what_the_cluster_gets(kafka_bootstrap: str) -> None:
    created = await topics.ensure(kafka_bootstrap)
    assert await topics.ensure(kafka_bootstrap) == []
    for topic in TOPICS:
        assert await _partitions(kafka_bootstrap, topic.name) == topic.partitions
    assert set(created) <= {topic.name for topic in TOPICS}
