"""Keeps looking at what each subscriber shows, by a timer alone: no input of its own, no writing of its own."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from functools import partial
from typing import Any

from services.deliveries.port import Ledger, Subscriber
from services.deliveries.postgres import PostgresLedger
from services.event_store.checkpoints import PostgresCheckpoints
from services.event_store.port import Checkpoints
from services.event_store.postgres import PostgresEventStore
from services.messaging.kafka_publisher import KafkaPublisher
from services.messaging.port import Transient
from services.reconciler.look import Reconciler
from services.runtime.health import Reading
from services.runtime.postgres import open_pool, reachable
from services.runtime.process import Loop, Process, run
from services.runtime.settings import KafkaSettings, PostgresSettings
from services.runtime.unavailable import DatabaseUnavailable
from services.subscribers.http import HttpTransport
from services.subscribers.kinds import portal_of
from services.subscribers.port import NotAnswered

LOOK_EVERY_S = 5.0
"""Half of what health allows an input to stand still."""
HELD_ELSEWHERE_S = 2.0
WAITED_OUT = (Transient, DatabaseUnavailable, NotAnswered)

Serve = Callable[[Subscriber], Coroutine[Any, Any, None]]


async def main(process: Process) -> None:
    """Compose and run until asked to stop."""
    dsn, kafka = PostgresSettings.from_env().dsn, KafkaSettings.from_env()
    transport, clock = HttpTransport(), process.clock
    try:
        async with (
            open_pool(dsn, name="khop reconciler", size_max=8) as pool,
            KafkaPublisher(kafka, client_id=process.settings.instance) as publisher,
        ):
            store, ledger = PostgresEventStore(pool, dsn=dsn), PostgresLedger(pool)
            checkpoints = PostgresCheckpoints(pool, dsn=dsn)
            working: dict[str, Reconciler] = {}

            async def serve(subscriber: Subscriber) -> None:
                reconciler = Reconciler(
                    subscriber=subscriber,
                    portal=portal_of(subscriber, transport=transport, clock=clock),
                    store=store,
                    ledger=ledger,
                    checkpoints=checkpoints,
                    publisher=publisher,
                    clock=clock,
                )
                await _keep_looking(process, checkpoints, subscriber, reconciler, working)

            process.health.require("database", lambda: reachable(pool))
            process.health.watch("looked through", partial(_readings, ledger, working))
            await process.supervise(
                Loop(name="subscribers", run=lambda: _follow(process, ledger, serve), retry_on=WAITED_OUT)
            )
    finally:
        await asyncio.shield(transport.aclose())


async def _follow(process: Process, ledger: Ledger, serve: Serve) -> None:
    """One task a subscriber, as subscribers come and change."""
    running: dict[tuple[str, str], tuple[Subscriber, asyncio.Task[None]]] = {}
    try:
        while True:
            wanted = {(each.tenant, each.name): each for each in await ledger.subscribers() if not each.paused}
            for key, (subscriber, task) in list(running.items()):
                if wanted.get(key) != subscriber or task.done():
                    del running[key]
                    await _end(process, subscriber, task)
            for key, subscriber in wanted.items():
                if key not in running:
                    running[key] = subscriber, asyncio.create_task(serve(subscriber), name=f"reconcile {key}")
            await process.clock.sleep(LOOK_EVERY_S / 5)
    finally:
        for subscriber, task in running.values():
            await _end(process, subscriber, task)


async def _end(process: Process, subscriber: Subscriber, task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.wait((task,))
    name = f"{subscriber.tenant}/{subscriber.name}"
    if task.cancelled() or (error := task.exception()) is None:
        process.health.clear(name)
    elif isinstance(error, NotAnswered):
        # Somebody else's illness: shown, but this process is well.
        process.log.warning("cannot look", subscriber=name, reason=str(error))
    elif isinstance(error, (*WAITED_OUT, ValueError)):
        process.health.trouble(name, str(error))
    else:
        raise error


async def _keep_looking(
    process: Process,
    checkpoints: Checkpoints,
    subscriber: Subscriber,
    reconciler: Reconciler,
    working: dict[str, Reconciler],
) -> None:
    name = f"{subscriber.tenant}/{subscriber.name}"
    async with checkpoints.hold(reconciler.reader, subscriber.tenant) as mine:
        if not mine:
            await process.clock.sleep(HELD_ELSEWHERE_S)
            return
        working[name] = reconciler
        try:
            while True:
                looked = await reconciler.look()
                process.health.clear(name)
                process.metrics.handled.labels(f"reconcile {name}", "compared").inc(looked.compared)
                process.metrics.handled.labels(f"reconcile {name}", "differs").inc(len(looked.findings))
                if looked.findings:
                    fields = sorted({each.field for found in looked.findings for each in found.differences})
                    process.log.warning("differs", subscriber=name, dossiers=len(looked.findings), fields=fields)
                await process.clock.sleep(0.0 if looked.more else LOOK_EVERY_S)
        finally:
            del working[name]


async def _readings(ledger: Ledger, working: Mapping[str, Reconciler]) -> Mapping[str, Reading]:
    planned = {tenant: await ledger.planned(tenant) for tenant in {name.partition("/")[0] for name in working}}
    readings: dict[str, Reading] = {}
    for name, reconciler in working.items():
        tenant, _, subscriber = name.partition("/")
        done = reconciler.scanned or 0
        # That a portal does not take what it is owed is not our illness.
        supply = done if reconciler.full else planned[tenant].get(subscriber, 0)
        readings[name] = Reading(supply=supply, done=done)
    return readings


if __name__ == "__main__":
    run("reconciler", main)
