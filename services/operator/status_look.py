"""What `khop status` finds out: each thing is asked by itself, so that one that is away hides none of the others."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

import httpx
from aiokafka.client import AIOKafkaClient

from services.deliveries.postgres import PostgresLedger
from services.event_store.checkpoints import PostgresCheckpoints
from services.event_store.postgres import PostgresEventStore
from services.messaging.kafka_client import reaching, security
from services.messaging.port import BrokerUnavailable
from services.operator.settings import OperatorSettings
from services.parking.postgres import PostgresParkingLot, PostgresQuarantine
from services.projections.postgres import PostgresReadModels
from services.runtime.postgres import open_pool, reachable
from services.runtime.settings import KafkaSettings

if TYPE_CHECKING:
    from asyncpg import Pool, Record

PROCESS_TIMEOUT_S: Final = 3.0
KAFKA_TIMEOUT_S: Final = 5.0
GAP_TAIL: Final = 100_000
"""So many last positions of each tenant are checked for gaps; the whole log would take minutes."""
RELAY: Final = "relay"


async def look(settings: OperatorSettings, kafka: KafkaSettings | None) -> dict[str, Any]:
    """Everything there is to say, as one document; `away` names what could not be asked."""
    async with open_pool(settings.postgres_dsn, name="khop", size_max=4) as pool:
        database, broker, processes = await asyncio.gather(
            _database(pool, settings.postgres_dsn), _broker(kafka), _processes(settings.processes)
        )
    found: dict[str, Any] = {"processes": processes, "database": database, "kafka": broker}
    found["away"] = [name for name in ("database", "kafka") if not found[name]["ok"]]
    found["unhealthy"] = [
        *(one["name"] for one in processes if not (one["answers"] and one["live"] and one["ready"])),
        *(f"gap in the log of {tenant}" for tenant in database.get("gaps", {})),
    ]
    return found


async def _processes(listed: Sequence[str]) -> list[dict[str, Any]]:
    async with httpx.AsyncClient(timeout=PROCESS_TIMEOUT_S, trust_env=False) as client:
        return list(await asyncio.gather(*(_process(client, *_address(entry)) for entry in listed)))


def _address(entry: str) -> tuple[str, str]:
    name, _, url = entry.rpartition("=")
    return name or url, url.rstrip("/")


async def _process(client: httpx.AsyncClient, name: str, url: str) -> dict[str, Any]:
    nothing = {"name": name, "url": url, "answers": False, "live": False, "ready": False, "lanes": []}
    try:
        answer = await client.get(f"{url}/status")
        said = answer.raise_for_status().json()
    except (httpx.HTTPError, ValueError) as error:
        return {**nothing, "reasons": [f"does not answer: {type(error).__name__}: {error}"]}
    return {
        "name": name,
        "url": url,
        "answers": True,
        **{key: said[key] for key in ("instance", "live", "ready", "reasons", "lanes")},
    }


async def _broker(kafka: KafkaSettings | None) -> dict[str, Any]:
    if kafka is None:
        return {"ok": False, "reason": "nobody says where Kafka is: KHOP_KAFKA_BOOTSTRAP is not set"}
    client = AIOKafkaClient(
        bootstrap_servers=kafka.bootstrap,
        client_id="khop-status",
        request_timeout_ms=int(KAFKA_TIMEOUT_S * 1000),
        **_security(kafka),
    )
    try:
        with reaching(kafka, "asking Kafka"):
            async with asyncio.timeout(KAFKA_TIMEOUT_S):
                await client.bootstrap()
    except BrokerUnavailable as error:
        return {"ok": False, "bootstrap": kafka.bootstrap, "reason": str(error)}
    finally:
        await client.close()
    return {"ok": True, "bootstrap": kafka.bootstrap}


def _security(kafka: KafkaSettings) -> dict[str, Any]:
    chosen: dict[str, Any] = {"security_protocol": kafka.protocol, "ssl_context": security(kafka).ssl_context}
    if kafka.protocol.startswith("SASL"):
        chosen |= {
            "sasl_mechanism": kafka.mechanism,
            "sasl_plain_username": kafka.username,
            "sasl_plain_password": kafka.password,
        }
    return chosen


async def _database(pool: Pool[Record], dsn: str) -> dict[str, Any]:
    reason = await reachable(pool)
    if reason is not None:
        return {"ok": False, "reason": reason}
    store, models = PostgresEventStore(pool, dsn=dsn), PostgresReadModels(pool)
    heads, published, shown = (
        await store.heads(),
        await PostgresCheckpoints(pool, dsn=dsn).all(RELAY),
        await models.all_positions(),
    )
    return {
        "ok": True,
        "generation": str(await store.generation()),
        "tenants": {
            tenant: {"head": head, "published": published.get(tenant, 0), "read_models": shown.get(tenant, {})}
            for tenant, head in sorted(heads.items())
        },
        "gaps": await store.gaps(tail=GAP_TAIL),
        "parked": await PostgresParkingLot(pool).counts(),
        "quarantined": await PostgresQuarantine(pool).counts(),
        "owed": [{key: _plain(value) for key, value in row.items()} for row in await PostgresLedger(pool).counts()],
    }


def _plain(value: object) -> object:
    return value if value is None or isinstance(value, bool | int | float | str) else str(value)
