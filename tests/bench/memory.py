"""Memory of every process at half a million and at two million events: bounded, it does not grow with the log."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from itertools import chain, islice

import psutil

from contracts.observations import Observation, encode_observation
from contracts.topics import OBSERVATIONS
from services.deliveries.postgres import PostgresLedger
from services.event_store.postgres import PostgresEventStore
from services.messaging.kafka_publisher import KafkaPublisher
from services.messaging.port import Record
from services.projections.keep import PROJECTIONS
from services.projections.postgres import PostgresReadModels
from services.runtime.postgres import open_pool
from services.runtime.settings import KafkaSettings
from tests.bench import stories
from tests.bench.portal import sandbox, subscriber
from tests.bench.row import Goal, Row
from tests.bench.stage import Running, Stage, ready, until

TENANT = "lang-son"
NAMES = ("gateway", "recorder", "relay", "projector", "deliverer", "reconciler")
MIB = 1024 * 1024
PAGE = 2_000
AHEAD_MAX = 20_000
"""How far the producer may be ahead of the log, and the log of the read models: a backlog's memory is not measured."""


async def measure(stage: Stage) -> list[Row]:
    """The highest resident size seen at each size of the log, a sample a page; all processes at work, one portal."""
    late = stage.size(stage.memory_events, 6_000)
    early = late // 4
    async with stage.infra() as infra, sandbox(stage) as portal:
        dsn = infra.postgres_dsn
        async with (
            open_pool(dsn, name="bench") as pool,
            KafkaPublisher(KafkaSettings(bootstrap=infra.kafka_bootstrap), client_id="bench") as publisher,
        ):
            await PostgresLedger(pool).subscribe(subscriber(TENANT, portal), from_position=0)
            with stage.processes(infra, NAMES) as running:
                await ready(running)
                store = PostgresEventStore(pool, dsn=dsn)
                sinks = _Sinks(store, PostgresReadModels(pool), PostgresLedger(pool))
                said = enumerate(chain(stories.configuration(TENANT), stories.province(TENANT, dossiers=10**6)))
                at_early = await _grow(stage, store, sinks, publisher, running, said, up_to=early)
                at_late = await _grow(stage, store, sinks, publisher, running, said, up_to=late)
    return [
        Row(
            name=f"memory of the {name}, {late:,} events",
            value=at_late[name],
            unit="MiB",
            limit=f"the same at {early:,} events",
            limit_value=at_early[name],
            goal=Goal(at_most=300, above_limit_at_most=20),
        )
        for name in NAMES
    ]


async def _grow(
    stage: Stage,
    store: PostgresEventStore,
    sinks: _Sinks,
    publisher: KafkaPublisher,
    running: Mapping[str, Running],
    said: Iterator[tuple[int, Observation]],
    *,
    up_to: int,
) -> dict[str, float]:
    """Say more until the log has `up_to` events and all is level; gives the highest size of each in the last tenth."""
    highest = dict.fromkeys(running, 0.0)
    head = await store.head(TENANT)
    while head < up_to:
        numbered = list(islice(said, PAGE))
        page = [Record(each.code.encode(), encode_observation(each), TENANT) for _, each in numbered]
        await publisher.publish(OBSERVATIONS.name, page)
        # Every observation gives an event at least.
        recorded = numbered[-1][0] - AHEAD_MAX
        await until(partial(sinks.behind, AHEAD_MAX, at_least=recorded), "the readers keep up", within_s=120)
        head = await store.head(TENANT)
        stage.tell(f"growing to {up_to:,} events", head, up_to)
        if head >= up_to * 0.9:
            _look(running, highest)
    await until(lambda: sinks.behind(1, at_least=up_to), "everything is level", within_s=300)
    _look(running, highest)
    return highest


@dataclass(frozen=True, slots=True)
class _Sinks:
    """Where the log ends up: the read models and the portal."""

    store: PostgresEventStore
    models: PostgresReadModels
    ledger: PostgresLedger

    async def behind(self, fewer_than: int, *, at_least: int) -> bool:
        """Whether the log has at least so many events and all of them are fewer than that behind it."""
        head = await self.store.head(TENANT)
        shown = await self.models.positions(TENANT)
        planned = await self.ledger.planned(TENANT)
        owed = sum(int(str(each["owed"])) for each in await self.ledger.counts())
        reached = min([*shown.values(), *planned.values()], default=0)
        return head >= at_least and len(shown) == len(PROJECTIONS) and head - reached < fewer_than and owed < fewer_than


def _look(running: Mapping[str, Running], highest: dict[str, float]) -> None:
    for name, one in running.items():
        one.require_alive()
        highest[name] = max(highest[name], psutil.Process(one.process.pid).memory_info().rss / MIB)
