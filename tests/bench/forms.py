"""Form II.06a of a province and of a country, as of any position, beside what a deployed system asks of its columns."""

from __future__ import annotations

import asyncio
import json
import sys
import time
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from deploy.local.infra import local_postgres
from deploy.postgres.migrate import migrate
from services.runtime.postgres import open_pool
from tests.bench.row import Goal, Row
from tests.bench.stage import Stage, Stuck

if TYPE_CHECKING:
    from asyncpg import Pool, Record

SQL: Final = {file.stem: file.read_text(encoding="utf-8") for file in (Path(__file__).parent / "sql").glob("*.sql")}
PERIOD: Final = (date(2024, 1, 1), date(2024, 6, 30))
WHERE: Final = "all agencies and procedures, as of any position"


async def measure(stage: Stage) -> list[Row]:
    """The rows of both are written as a projector would have left them; recording a country takes too long."""
    province, country = stage.size(172_000, 2_000), stage.size(2_000_000, 20_000)
    async with local_postgres(stage.folder / "data") as dsn:
        await migrate(dsn)
        async with open_pool(dsn, name="bench") as pool:
            found: dict[int, tuple[float, float, float]] = {}
            for number, dossiers in enumerate((province, country), start=1):
                stage.tell(f"form II.06a, {dossiers:,} dossiers", number, 2)
                await _fill(pool, number, dossiers)
                vendor_s = await _vendor(pool, number)
                slowest_s, peak_mib = 0.0, 0.0
                for position in (dossiers * 5 // 2, dossiers * 5):
                    printed = await _printed(dsn, f"t{number}", position)
                    slowest_s, peak_mib = max(slowest_s, printed["seconds"]), max(peak_mib, printed["peak_mib"])
                found[number] = (slowest_s, peak_mib, vendor_s)
    (one_s, _, one_vendor_s), (all_s, all_mib, all_vendor_s) = found[1], found[2]
    vendor = "a deployed system's query over its current columns"
    return [
        Row(
            name=f"II.06a, {province:,} dossiers, {WHERE}",
            value=one_s,
            unit="s",
            limit=vendor,
            limit_value=one_vendor_s,
            goal=Goal(at_most=1),
        ),
        Row(
            name=f"II.06a, {country:,} dossiers, {WHERE}",
            value=all_s,
            unit="s",
            limit=vendor,
            limit_value=all_vendor_s,
            goal=Goal(at_most=15),
        ),
        Row(
            name=f"II.06a, {country:,} dossiers, memory of the process",
            value=all_mib,
            unit="MiB",
            limit="the dossiers' codes alone",
            limit_value=country * len("one-stop/H99.123-240513-0000001\n") / (1 << 20),
            goal=Goal(at_most=500),
        ),
        Row(
            name=f"II.06a, {country / province:.1f} × the dossiers",
            value=all_s / one_s,
            unit="× the time",
            limit="× the dossiers",
            limit_value=country / province,
            goal=Goal(at_most=1.1 * country / province),
        ),
    ]


async def _fill(pool: Pool[Record], build: int, dossiers: int) -> None:
    await pool.execute(
        "INSERT INTO read.builds (number, projection, tenant, stage, position) OVERRIDING SYSTEM VALUE"
        " VALUES ($1, 'dossier_segments', $2, 'live', $3)",
        build,
        f"t{build}",
        dossiers * 5 + 5,
    )
    await pool.execute(SQL["segments"], build, dossiers)
    # As autovacuum does soon after; here the table is seconds old and was never read.
    await pool.execute("VACUUM ANALYZE read.segments")


async def _vendor(pool: Pool[Record], build: int) -> float:
    await pool.execute("DROP TABLE IF EXISTS current_columns")
    await pool.execute(SQL["current_columns"].replace("$1", str(build)))
    await pool.execute("VACUUM ANALYZE current_columns")
    took: list[float] = []
    for _ in range(3):
        started = time.perf_counter()
        await pool.fetch(SQL["vendor_report"], *PERIOD)
        took.append(time.perf_counter() - started)
    return sorted(took)[1]


async def _printed(dsn: str, tenant: str, position: int) -> dict[str, Any]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.bench.form_printed", dsn, tenant, str(position)), stdout=asyncio.subprocess.PIPE
    )
    out, _ = await process.communicate()
    if process.returncode:
        raise Stuck(f"the form as of {position} ended with {process.returncode}")
    printed: dict[str, Any] = json.loads(out)
    if not printed["received"] or printed["breaches"]:
        raise Stuck(f"the form as of {position} says {printed}")
    return printed
