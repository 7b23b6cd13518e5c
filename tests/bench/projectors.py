"""Projectors in processes of their own, as many as there are processors: the three read models that the goal names."""

from __future__ import annotations

import asyncio
import json
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Sequence
from typing import Any, Final

from deploy.local.infra import local_postgres
from deploy.postgres.migrate import migrate
from services.event_store.postgres import PostgresEventStore
from services.projections import agency_day, dossier_segments, dossiers
from services.runtime.postgres import open_pool
from tests.bench.filled import fill
from tests.bench.row import Goal, Row
from tests.bench.stage import Stage, Stuck

ALONE: Final = "bac-kan"
AT_ONCE: Final = ("cao-bang", "ha-giang")
"""A tenant is followed by one projector at a time, so several work when there are several tenants."""
NAMES: Final = tuple(module.NAME for module in (dossiers, dossier_segments, agency_day))


async def measure(stage: Stage) -> list[Row]:
    """One alone, then two at once, each with a log of its own."""
    async with local_postgres(stage.folder / "data") as dsn:
        await migrate(dsn)
        async with open_pool(dsn, name="bench", size_max=8) as pool:
            store = PostgresEventStore(pool, dsn=dsn)
            for tenant in (ALONE, *AT_ONCE):
                await fill(stage, store, tenant, dossiers=stage.size(20_000, 200), short=True)
        alone, read = await _project(stage, dsn, [ALONE])
        both, _ = await _project(stage, dsn, AT_ONCE)
    name = f"projector, exactly-once effect, {', '.join(NAMES)}"
    return [
        Row(
            name=f"{name}: one instance",
            value=alone,
            unit="events/s",
            limit="reading alone",
            limit_value=read,
            goal=Goal(at_least=25_000),
        ),
        Row(
            name=f"{name}: {len(AT_ONCE)} instances, a tenant each",
            value=both,
            unit="events/s",
            limit=f"{len(AT_ONCE)} × one instance",
            limit_value=len(AT_ONCE) * alone,
            goal=Goal(at_least=25_000),
        ),
    ]


async def _project(stage: Stage, dsn: str, tenants: Sequence[str]) -> tuple[float, float]:
    """Events a second of all together, from the moment they begin until the last is done; and of reading alone."""
    stage.tell(f"projectors at once: {len(tenants)}", 0, 1)
    command = (sys.executable, "-m", "tests.bench.projecting", dsn)
    started = [
        await asyncio.create_subprocess_exec(*command, tenant, *NAMES, stdin=PIPE, stdout=PIPE) for tenant in tenants
    ]
    try:
        heads = [(await _heard(one))["ready"] for one in started]
        for one in started:
            assert one.stdin is not None
            one.stdin.write(b"begin\n")
        took = [await _heard(one) for one in started]
    finally:
        for one in started:
            if one.returncode is None:
                one.terminate()
            await one.wait()
    events = sum(heads)
    return events / max(one["seconds"] for one in took), events / sum(one["read_s"] for one in took)


async def _heard(process: Process) -> dict[str, Any]:
    assert process.stdout is not None
    line = await process.stdout.readline()
    if not line:
        raise Stuck(f"a projector ended with exit status {await process.wait()}")
    heard: dict[str, Any] = json.loads(line)
    return heard
