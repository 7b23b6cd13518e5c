"""The deliverer as a process on a real broker and database, killed without warning: all arrives, in order, once."""

import asyncio
import json
import os
import subprocess
import sys
from collections import defaultdict
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any
from uuid import uuid4

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request as HttpRequest
from starlette.responses import Response as HttpResponse
from starlette.routing import Route

from contracts.observations import Observation
from contracts.topics import DOSSIER_EVENTS
from deploy.kafka.topics import ensure
from services.deliveries.postgres import PostgresLedger
from services.event_store.postgres import PostgresEventStore
from services.messaging.kafka_publisher import KafkaPublisher
from services.messaging.port import Record
from services.runtime.clock import SystemClock
from services.runtime.postgres import open_pool
from services.runtime.settings import KafkaSettings
from services.subscribers.memory import MemoryPortal
from services.subscribers.port import Request
from tests.integration.gateway.test_gateway_process import heard
from tests.integration.started import started
from tests.recorded import Log
from tests.waiting import until


@asynccontextmanager
async def served(portal: MemoryPortal) -> AsyncIterator[str]:
    """The portal over real HTTP."""

    async def answer(request: HttpRequest) -> HttpResponse:
        body = await request.body()
        asked = Request(request.method, f"http://portal{request.url.path}", dict(request.headers), body)
        given = await portal.send(asked, timeout_s=0)
        return HttpResponse(given.body, status_code=given.status)

    app = Starlette(routes=[Route("/{rest:path}", answer, methods=["GET", "POST"])])
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=0, log_level="error", lifespan="off"))
    serving = asyncio.create_task(server.serve())
    try:
        await until(lambda: server.started)
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}/khop"
    finally:
        server.should_exit = True
        await serving


async def publish(publisher: KafkaPublisher, log: Log, *, first: int) -> None:
    """What the relay does: everything from a position on, in order."""
    page = await log.store.read(log.tenant, after=first - 1, limit=10_000)
    headers = (("generation", str(await log.store.generation()).encode()),)
    records = [Record(str(each.dossier).encode(), each.body, each.tenant, headers) for each in page]
    await publisher.publish(DOSSIER_EVENTS.name, records)


async def added(operator_dsn: str, tenant: str, url: str, secret_file: Path) -> None:
    words = ["subscriber", "add", "national", "--tenant", tenant, "--url", url, "--start", "history"]
    # What a killed process was sending is free again after two time-outs and a little.
    words += ["--secret-file", str(secret_file), "--setting", "timeout_s=1"]
    done = await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-m", "services.operator", *words],
        env={**os.environ, "KHOP_POSTGRES_DSN": operator_dsn},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


async def test_killed_again_and_again_it_loses_nothing_and_disorders_nothing(
    kafka_bootstrap: str, postgres_dsn: str, as_role: Callable[[str, str], str], tmp_path: Path
) -> None:
    await ensure(kafka_bootstrap)
    tenant, secret = f"t-{uuid4().hex[:12]}", uuid4().hex
    secret_file = tmp_path / "secret"
    secret_file.write_text(secret)
    portal = MemoryPortal("national", secret, SystemClock(), gives_codes=True)
    settings = {
        "KHOP_POSTGRES_DSN": as_role(postgres_dsn, "khop_deliverer"),
        "KHOP_KAFKA_BOOTSTRAP": kafka_bootstrap,
        "KHOP_KAFKA_SESSION_TIMEOUT_MS": "2000",
    }
    async with (
        open_pool(postgres_dsn, name="test") as pool,
        KafkaPublisher(KafkaSettings(bootstrap=kafka_bootstrap), client_id="test") as publisher,
        served(portal) as url,
        heard(kafka_bootstrap, tenant) as observations,
    ):
        log = Log(PostgresEventStore(pool, dsn=postgres_dsn), tenant=tenant)
        await added(as_role(postgres_dsn, "khop_operator"), tenant, url, secret_file)
        ledger = PostgresLedger(pool)
        for kill in range(3):
            first = await log.store.head(tenant) + 1
            for number in range(60):
                await log.add(f"d{number % 20}", status=2 + number % 3)
            async with started("deliverer", tmp_path, **settings) as one, started("deliverer", tmp_path, **settings):
                await publish(publisher, log, first=first)
                await until(partial(has_taken, portal, 60 * kill + 10))
                await one.kill()

        async def settled() -> bool:
            planned = (await ledger.planned(tenant))["national"]
            [count] = [count for count in await ledger.counts() if count["tenant"] == tenant]
            return planned == await log.store.head(tenant) and count["owed"] == 0

        async with started("deliverer", tmp_path, **settings) as last:
            await until(settled, timeout_s=90)
            await last.ready()
            assert await last.stop() == 0, last.log.read_text()[-3000:]
        assert sorted(event["position"] for event in portal.received) == list(range(1, 181))
        assert sorted(event["khopdelivery"] for event in portal.received) == list(range(1, 181))
        assert in_order(portal.received)
        codes = set(portal.codes.values())
        await until(lambda: linked(observations) >= codes)


def has_taken(portal: MemoryPortal, least: int) -> bool:
    return len(portal.received) >= least


def in_order(events: list[dict[str, Any]]) -> bool:
    """Whether each dossier's events came in order of position."""
    dossiers: defaultdict[str, list[int]] = defaultdict(list)
    for event in events:
        dossiers[event["subject"]].append(event["position"])
    return all(taken == sorted(taken) for taken in dossiers.values())


def linked(observations: list[Observation]) -> set[str]:
    """Codes that the portal gave and that went through the front door as its own claims."""
    return {each.code for each in observations if each.act == "linked" and each.system == "national"}


async def test_the_example_backend_keeps_the_state_of_the_highest_position(
    kafka_bootstrap: str, postgres_dsn: str, tmp_path: Path
) -> None:
    await ensure(kafka_bootstrap)
    tenant = f"t-{uuid4().hex[:12]}"
    shown = tmp_path / "shown.json"
    script = (
        "import asyncio, json, os\n"
        "from deploy.examples import backend\n"
        "async def main():\n"
        "    async with backend.broker:\n"
        "        await backend.broker.start()\n"
        "        while len(backend.dossiers) < 5 or max(at for at, _ in backend.dossiers.values()) < 20:\n"
        "            await asyncio.sleep(0.01)\n"
        "    kept = {k: [at, state.status] for k, (at, state) in backend.dossiers.items()}\n"
        "    open(os.environ['SHOWN'], 'w').write(json.dumps(kept))\n"
        "asyncio.run(main())\n"
    )
    async with (
        open_pool(postgres_dsn, name="test") as pool,
        KafkaPublisher(KafkaSettings(bootstrap=kafka_bootstrap), client_id="test") as publisher,
    ):
        log = Log(PostgresEventStore(pool, dsn=postgres_dsn), tenant=tenant)
        last: dict[str, list[int]] = {}
        for number in range(20):
            event = await log.add(f"d{number % 5}", status=2 + number % 3)
            last[event.subject] = [event.position, 2 + number % 3]
        await publish(publisher, log, first=1)
        # A relay that was killed sends its page again, and a foreign tenant may share the partition.
        await publish(publisher, log, first=11)
        env = {**os.environ, "TENANT": tenant, "KAFKA_BOOTSTRAP": kafka_bootstrap, "SHOWN": str(shown)}
        done = await asyncio.to_thread(
            subprocess.run,
            [sys.executable, "-c", script],
            env=env,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    assert done.returncode == 0, done.stderr[-3000:]
    assert json.loads(shown.read_text()) == last


def test_the_example_is_no_longer_than_a_screen(repo_root: Path) -> None:
    assert len((repo_root / "deploy/examples/backend.py").read_text().splitlines()) <= 40
