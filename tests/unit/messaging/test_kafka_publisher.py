"""What is published is neither lost with a broker nor written twice by a repetition of the client's own."""

from __future__ import annotations

from typing import Any

import pytest

from contracts.topics import TOPICS
from services.messaging import kafka_publisher
from services.messaging.kafka_publisher import KafkaPublisher
from services.messaging.port import BrokerUnavailable, Record
from services.runtime.settings import KafkaSettings


async def options_given(monkeypatch: pytest.MonkeyPatch, settings: KafkaSettings) -> dict[str, Any]:
    """What the first publish asks of the client, which then reaches no broker."""
    given: list[dict[str, Any]] = []

    class Away:
        def __init__(self, **options: Any) -> None:
            given.append(options)

        async def start(self) -> None:
            raise OSError("nobody listens")

        async def stop(self) -> None:
            pass

    monkeypatch.setattr(kafka_publisher, "AIOKafkaProducer", Away)
    async with KafkaPublisher(settings, client_id="relay") as publisher:
        with pytest.raises(BrokerUnavailable, match="nobody listens"):
            await publisher.publish("t", [Record(key=b"k", value=b"v", tenant="lang-son")])
    [options] = given
    return options


async def test_a_producer_is_idempotent_and_waits_for_every_replica(monkeypatch: pytest.MonkeyPatch) -> None:
    options = await options_given(monkeypatch, KafkaSettings(bootstrap="b:1"))
    assert (options["enable_idempotence"], options["acks"]) == (True, "all")


async def test_a_producer_is_of_this_broker_and_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = KafkaSettings(bootstrap="b:1", protocol="SASL_PLAINTEXT", username="relay", password="secret")
    options = await options_given(monkeypatch, settings)
    assert (options["bootstrap_servers"], options["client_id"]) == ("b:1", "relay")
    assert (options["security_protocol"], options["sasl_plain_username"]) == ("SASL_PLAINTEXT", "relay")


async def test_no_batch_is_larger_than_a_topic_takes(monkeypatch: pytest.MonkeyPatch) -> None:
    options = await options_given(monkeypatch, KafkaSettings(bootstrap="b:1"))
    assert options["max_batch_size"] <= options["max_request_size"]
    assert options["max_request_size"] < min(topic.max_message_bytes for topic in TOPICS)
