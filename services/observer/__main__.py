"""The observer: reads every source that must be polled, and says what it shows as observations."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AsyncExitStack
from functools import partial

from services.event_store.checkpoints import PostgresCheckpoints
from services.messaging.kafka_publisher import KafkaPublisher
from services.messaging.port import Transient
from services.observer.config import read_plans
from services.observer.poll import NOTHING, Overtaken, Poll
from services.parking.postgres import PostgresQuarantine
from services.runtime.health import Reading
from services.runtime.postgres import open_pool, reachable
from services.runtime.process import Loop, Process, run
from services.runtime.settings import KafkaSettings, PostgresSettings
from services.runtime.unavailable import DatabaseUnavailable
from services.sources.intake import Intake, Taken
from services.sources.port import SourceAway
from services.sources.postgres import PostgresContentMemory, PostgresCursors


async def main(process: Process) -> None:
    """Open what is needed, poll each source in a loop of its own."""
    plans, dsn = read_plans(), PostgresSettings.from_env().dsn
    if not plans:
        process.log.warning("no source to poll", reason="KHOP_SOURCES names no file that lists any")
    async with AsyncExitStack() as opened:
        pool = await opened.enter_async_context(open_pool(dsn, name=process.settings.instance))
        publisher = await opened.enter_async_context(
            KafkaPublisher(KafkaSettings.from_env(), client_id=process.settings.instance)
        )
        checkpoints = PostgresCheckpoints(pool, dsn=dsn)
        polls: dict[str, Poll] = {}
        for plan in plans:
            changes = await opened.enter_async_context(plan.open_changes(plan.url, plan.mapping, plan.key))
            polls[plan.name] = Poll(
                mapping=plan.mapping,
                changes=changes,
                intake=Intake(
                    tenant=plan.mapping.tenant,
                    system=plan.mapping.system,
                    source=plan.mapping_file.name,
                    manner="feed",
                    publisher=publisher,
                    memory=PostgresContentMemory(pool),
                    quarantine=PostgresQuarantine(pool),
                ),
                cursors=PostgresCursors(pool),
                checkpoints=checkpoints,
                clock=process.clock,
                pace=plan.pace,
                noted=partial(_note, process, plan.name),
            )

        async def sources() -> Mapping[str, Reading]:
            return {name: reading for name, poll in polls.items() if (reading := poll.reading()) is not None}

        process.health.watch("sources", sources)
        process.health.require("database", lambda: reachable(pool))
        away = (SourceAway, Overtaken, Transient, DatabaseUnavailable)
        await process.supervise(*(Loop(name=name, run=poll.run, retry_on=away) for name, poll in polls.items()))


def _note(process: Process, name: str, taken: Taken) -> None:
    process.health.clear(name)
    if taken is NOTHING:
        return
    counts = {"published": len(taken.published), "unchanged": taken.unchanged, "quarantined": len(taken.refused)}
    for result, count in counts.items():
        process.metrics.handled.labels(name, result).inc(count)
    process.log.info("page", source=name, **counts)


if __name__ == "__main__":
    run("observer", main)
