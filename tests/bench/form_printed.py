"""Prints form II.06a of one tenant in a process of its own and says how long that took and how much memory."""

from __future__ import annotations

import asyncio
import json
import sys
import time
from datetime import date
from pathlib import Path

from services.domain.reference import reference_of
from services.domain.statistics.definitions.ii06a import DEFINITION
from services.domain.statistics.document import Request
from services.projections.cases import PostgresCases
from services.projections.report import make_report
from services.runtime.postgres import open_pool


async def main(dsn: str, tenant: str, position: int) -> None:
    """Three times, as of a position; tells the median and what the process ever held."""
    took: list[float] = []
    async with open_pool(dsn, name="bench") as pool:
        request = Request(
            tenant=tenant,
            first=date(2024, 1, 1),
            last=date(2024, 6, 30),
            zone="Asia/Ho_Chi_Minh",
            position=position,
            by=("agency", "procedure"),
            switches={switch.name: switch.default for switch in DEFINITION.switches},
        )
        for _ in range(3):
            started = time.perf_counter()
            document = await make_report(PostgresCases(pool), DEFINITION, request, reference=reference_of(()))
            took.append(time.perf_counter() - started)
    peak_mib = _peak_kib() / 1024
    total, breaches = document["total"], document["breaches"]
    answer = {"seconds": sorted(took)[1], "peak_mib": peak_mib, "received": total["3"], "breaches": breaches}
    sys.stdout.write(json.dumps(answer))


def _peak_kib() -> int:
    # Not `getrusage`: what that tells begins at the size of the process this one was forked from.
    [line] = [line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM:")]
    return int(line.split()[1])


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2], int(sys.argv[3])))
