"""One province of 172,000 dossiers, recorded once: projected, rebuilt and reported on."""

from __future__ import annotations

from deploy.local.infra import local_postgres
from deploy.postgres.migrate import migrate
from services.event_store.postgres import PostgresEventStore
from services.runtime.postgres import open_pool
from tests.bench import projector, report
from tests.bench.filled import TENANT, fill
from tests.bench.row import Row
from tests.bench.stage import Stage


async def measure(stage: Stage) -> list[Row]:
    """Six events a dossier: a log of a million."""
    async with local_postgres(stage.folder / "data") as dsn:
        await migrate(dsn)
        async with open_pool(dsn, name="bench", size_max=8) as pool:
            store = PostgresEventStore(pool, dsn=dsn)
            dossiers = stage.size(172_000, 1_000)
            head = await fill(stage, store, TENANT, dossiers=dossiers, short=True)
            rows = await projector.measure(stage, pool, store, head, dsn=dsn)
            return rows + await report.measure(stage, pool, head, dossiers=dossiers)
