"""The gateway as a process on a real broker and database: a yes is in Kafka, and what is not in Kafka is no yes."""

import asyncio
import base64
import hashlib
import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import asyncpg
import httpx
from aiokafka import AIOKafkaConsumer, TopicPartition

from contracts.observations import Observation, parse_observation
from contracts.topics import OBSERVATIONS, partition_of
from deploy.kafka.topics import ensure
from tests.integration.started import started
from tests.waiting import until

ACCEPTED = {"act": "accepted", "occurred_at": "2024-05-13T09:12:00+07:00", "data": {}}


def khop(dsn: str, *words: str) -> subprocess.CompletedProcess[str]:
    """Run the command as the operator."""
    return subprocess.run(
        [sys.executable, "-m", "services.operator", *words],
        env={**os.environ, "KHOP_POSTGRES_DSN": dsn},
        capture_output=True,
        text=True,
        check=False,
    )


def made_key(operator_dsn: str, tenant: str, scope: str = "write") -> dict[str, str]:
    done = khop(operator_dsn, "keys", "create", "--tenant", tenant, "--system", "one-stop", "--scope", scope, "--json")
    assert done.returncode == 0, done.stderr
    return {"authorization": f"Bearer {json.loads(done.stdout)['key']}"}


@asynccontextmanager
async def heard(bootstrap: str, tenant: str) -> AsyncIterator[list[Observation]]:
    """What comes into the tenant's partition of the observations while the block runs."""
    found: list[Observation] = []
    consumer = AIOKafkaConsumer(bootstrap_servers=bootstrap, enable_auto_commit=False)
    await consumer.start()
    partition = TopicPartition(OBSERVATIONS.name, partition_of(tenant, OBSERVATIONS.partitions))
    consumer.assign([partition])
    await consumer.seek_to_end(partition)
    await consumer.position(partition)

    async def listen() -> None:
        async for record in consumer:
            observation = parse_observation(record.value)
            if observation.tenant == tenant:
                found.append(observation)

    listening = asyncio.create_task(listen())
    try:
        yield found
    finally:
        listening.cancel()
        await asyncio.wait((listening,))
        await consumer.stop()


async def test_a_yes_is_in_kafka_and_a_stop_under_load_breaks_no_promise(
    kafka_bootstrap: str, postgres_dsn: str, as_role: Callable[[str, str], str], tmp_path: Path
) -> None:
    await ensure(kafka_bootstrap)
    tenant = f"t-{uuid4().hex[:12]}"
    headers = await asyncio.to_thread(made_key, as_role(postgres_dsn, "khop_operator"), tenant)
    settings = {
        "KHOP_POSTGRES_DSN": as_role(postgres_dsn, "khop_gateway"),
        "KHOP_KAFKA_BOOTSTRAP": kafka_bootstrap,
    }
    async with heard(kafka_bootstrap, tenant) as observations, started("gateway", tmp_path, **settings) as gateway:
        await gateway.ready()
        promised: set[str] = set()
        stopped = asyncio.Event()

        async def say(client: httpx.AsyncClient, caller: int) -> None:
            number = 0
            while not stopped.is_set():
                number += 1
                item: dict[str, Any] = ACCEPTED | {"code": f"C{caller}-{number}"}
                try:
                    answer = await client.post(f"{gateway.url}/v1/observations", json=item, headers=headers)
                except httpx.TransportError:
                    return
                assert answer.status_code == 202, answer.text
                promised.add(answer.json()["results"][0]["id"])

        async with httpx.AsyncClient(trust_env=False) as client:
            callers = [asyncio.create_task(say(client, caller)) for caller in range(8)]
            await until(lambda: len(promised) >= 100)
            code = await gateway.stop()
            stopped.set()
            await asyncio.gather(*callers)
        assert code == 0, gateway.log.read_text()[-3000:]
        await until(lambda: promised <= {str(each.id) for each in observations})
        assert {each.system for each in observations} == {"one-stop"}


async def test_without_kafka_the_answer_is_503_in_time_and_readiness_says_why(
    postgres_dsn: str, as_role: Callable[[str, str], str], tmp_path: Path
) -> None:
    headers = await asyncio.to_thread(made_key, as_role(postgres_dsn, "khop_operator"), "lang-son")
    settings = {
        "KHOP_POSTGRES_DSN": as_role(postgres_dsn, "khop_gateway"),
        "KHOP_KAFKA_BOOTSTRAP": "127.0.0.1:1",
    }
    async with started("gateway", tmp_path, **settings) as gateway, httpx.AsyncClient(trust_env=False) as client:

        async def listens() -> bool:
            try:
                return "Kafka does not answer" in (await client.get(f"{gateway.url}/health/ready")).text
            except httpx.TransportError:
                return False

        await until(listens)
        answer = await client.post(
            f"{gateway.url}/v1/observations", json=ACCEPTED | {"code": "A"}, headers=headers, timeout=15
        )
        assert answer.status_code == 503
        assert int(answer.headers["retry-after"]) >= 1


async def test_keys_are_listed_and_revoked_by_command_and_a_reader_sees_its_tenant(
    kafka_bootstrap: str, postgres_dsn: str, as_role: Callable[[str, str], str], tmp_path: Path
) -> None:
    operator = as_role(postgres_dsn, "khop_operator")
    headers = await asyncio.to_thread(made_key, operator, "lang-son", "read")
    settings = {
        "KHOP_POSTGRES_DSN": as_role(postgres_dsn, "khop_gateway"),
        "KHOP_KAFKA_BOOTSTRAP": kafka_bootstrap,
    }
    async with started("gateway", tmp_path, **settings) as gateway, httpx.AsyncClient(trust_env=False) as client:
        await gateway.ready()
        states = await client.get(f"{gateway.url}/v1/states", headers=headers)
        assert (states.status_code, json.loads(states.text)["position"]) == (200, 0)
        events = await client.get(f"{gateway.url}/v1/events", headers=headers)
        assert (events.status_code, events.text) == (200, "")
        listed = json.loads((await asyncio.to_thread(khop, operator, "keys", "list", "--json")).stdout)
        [key] = listed["keys"]
        assert (key["tenant"], key["scope"], key["revoked_at"]) == ("lang-son", "read", None)
        assert "key" not in key
        revoked = await asyncio.to_thread(khop, operator, "keys", "revoke", key["id"], "--json")
        assert (revoked.returncode, json.loads(revoked.stdout)) == (0, {"id": key["id"], "state": "revoked"})
        again = await asyncio.to_thread(khop, operator, "keys", "revoke", key["id"])
        assert (again.returncode, "no key in force" in again.stderr, "Traceback" in again.stderr) == (1, True, False)

        async def refused() -> bool:
            return (await client.get(f"{gateway.url}/v1/states", headers=headers)).status_code == 401

        await until(refused)


async def test_of_a_key_only_the_digest_is_kept(postgres_dsn: str, as_role: Callable[[str, str], str]) -> None:
    headers = await asyncio.to_thread(made_key, as_role(postgres_dsn, "khop_operator"), "lang-son")
    token = headers["authorization"].removeprefix("Bearer ")
    _, key_id, secret = token.split("_", 2)
    connection = await asyncpg.connect(postgres_dsn)
    try:
        [row] = await connection.fetch("SELECT * FROM gateway.api_keys")
    finally:
        await connection.close()
    assert (row["id"], row["digest"]) == (key_id, hashlib.sha256(secret.encode()).digest())
    # The 32 random bytes would fit where the digest is, and are as good as the text that was shown.
    telling = (token.encode(), secret.encode(), base64.urlsafe_b64decode(f"{secret}="))
    for name, value in row.items():
        kept = value if isinstance(value, bytes) else str(value).encode()
        assert not any(each in kept for each in telling), name
