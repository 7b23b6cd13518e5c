"""The deliverer: owed → acknowledged by a sandbox portal over HTTP, in order per dossier.

Beside bare posts of the same bodies. Planned beforehand, so that sending is measured alone; the portal is a process.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Sequence
from contextlib import suppress
from functools import partial

import httpx

from services.deliverer.dispatch import Dispatch
from services.deliverer.letters import Letters
from services.deliverer.links import Links
from services.deliverer.planner import Planner
from services.deliveries.postgres import PostgresLedger
from services.event_store.postgres import PostgresEventStore
from services.messaging.kafka_publisher import KafkaPublisher
from services.runtime.clock import SystemClock
from services.runtime.postgres import open_pool
from services.runtime.settings import KafkaSettings
from services.subscribers.http import HttpTransport
from services.subscribers.kinds import portal_of
from services.subscribers.port import Answer, Request, Response
from tests.bench.filled import fill
from tests.bench.portal import sandbox, subscriber
from tests.bench.row import Goal, Row
from tests.bench.stage import Stage, Stuck, until

TENANT = "lang-son"
AT_ONCE = 4
"""As many requests at a time as a webhook subscriber gets by default."""


class _Remembering:
    """The transport, and every request that went through it."""

    def __init__(self) -> None:
        self._inner = HttpTransport()
        self.requests: list[Request] = []

    async def send(self, request: Request, *, timeout_s: float) -> Response:
        self.requests.append(request)
        return await self._inner.send(request, timeout_s=timeout_s)

    async def aclose(self) -> None:
        await self._inner.aclose()


async def measure(stage: Stage) -> list[Row]:
    """Everything a province of some thousand dossiers owes to its portal."""
    dossiers = stage.size(8_000, 150)
    async with stage.infra() as infra:
        dsn = infra.postgres_dsn
        async with (
            open_pool(dsn, name="bench", size_max=16) as pool,
            KafkaPublisher(KafkaSettings(bootstrap=infra.kafka_bootstrap), client_id="bench") as publisher,
        ):
            store, ledger, clock = PostgresEventStore(pool, dsn=dsn), PostgresLedger(pool), SystemClock()
            head = await fill(stage, store, TENANT, dossiers=dossiers, short=False)
            transport = _Remembering()
            accepted = [0]

            def observe(_: str, answers: Sequence[Answer]) -> None:
                accepted[0] += sum(answer.outcome == "accepted" for answer in answers)

            async with sandbox(stage) as running:
                await ledger.subscribe(subscriber(TENANT, running), from_position=0)
                letters = Letters(store)
                dispatch = Dispatch(
                    ledger=ledger,
                    letters=letters,
                    links=Links(publisher),
                    portal_of=partial(portal_of, transport=transport, clock=clock),
                    clock=clock,
                    rng=random.Random(1),
                    observe=observe,
                )
                planner = Planner(store=store, ledger=ledger, letters=letters, wake=dispatch.wake)
                stage.tell("planning", 0, 1)
                await planner.plan(TENANT, {}, target=head)
                owed = await _owed(ledger)
                started = time.perf_counter()
                sending = asyncio.create_task(dispatch.run())

                def all_accepted() -> bool:
                    stage.tell("delivering", accepted[0], owed)
                    if sending.done():
                        sending.result()
                    return accepted[0] >= owed

                await until(all_accepted, "all is acknowledged", every_s=0.02)
                took_s = time.perf_counter() - started
                sending.cancel()
                with suppress(asyncio.CancelledError):
                    await sending
                if left := await _owed(ledger):
                    raise Stuck(f"{left} of {owed} are still owed")
            async with sandbox(stage, number=2) as running:
                stage.tell("bare posts", 0, 1)
                bare_s = await _bare(transport.requests, running.port)
            await transport.aclose()
    return [
        Row(
            name="deliverer: owed → acknowledged by a sandbox portal, in order per dossier, batched",
            value=owed / took_s,
            unit="deliveries/s",
            limit="bare httpx, the same bodies, 4 at a time",
            limit_value=owed / bare_s,
            goal=Goal(at_least=8_000),
        )
    ]


async def _owed(ledger: PostgresLedger) -> int:
    return sum(int(str(each["owed"])) for each in await ledger.counts())


async def _bare(requests: Sequence[Request], port: int) -> float:
    waiting = list(reversed([request for request in requests if request.url.endswith("/cloudevents")]))
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=30.0, trust_env=False) as client:

        async def post() -> None:
            while waiting:
                request = waiting.pop()
                path = httpx.URL(request.url).path
                answer = await client.post(path, content=request.body, headers=dict(request.headers))
                answer.raise_for_status()

        started = time.perf_counter()
        await asyncio.gather(*(post() for _ in range(AT_ONCE)))
        return time.perf_counter() - started
