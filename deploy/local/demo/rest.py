"""When all that was said has arrived everywhere: progress bars until then, and who is behind if it never does."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import httpx
from rich.progress import Progress

from deploy.local import child
from deploy.local.demo.running import Running
from deploy.local.errors import LocalError
from services.deliveries.postgres import PostgresLedger
from services.event_store.checkpoints import PostgresCheckpoints
from services.event_store.postgres import PostgresEventStore
from services.parking.postgres import PostgresQuarantine
from services.projections.postgres import PostgresReadModels
from services.runtime.postgres import open_pool

if TYPE_CHECKING:
    from asyncpg import Pool, Record


_LOOK_EVERY_S: Final = 0.5
_STEADY_S: Final = 2.0
"""Longer than a process's own look at its input, so that no lag of zero is an old one."""
_STUCK_AFTER_S: Final = 60.0


@dataclass(frozen=True, slots=True)
class Step:
    """How far one step of the flow is: done, of how many."""

    done: int
    total: int

    @property
    def behind(self) -> bool:
        return self.done < self.total


STEPS: Final = {
    "observed": "Quan sát · observed",
    "recorded": "Ghi nhận · recorded",
    "published": "Phát hành · published",
    "projected": "Tổng hợp · projected",
    "owed": "Cần gửi · owed",
    "delivered": "Đã gửi · delivered",
}


@dataclass(frozen=True, slots=True)
class Rest:
    """What it came to."""

    events: int
    deliveries: int
    seconds: float
    """From the first event to the last thing that moved."""


async def reached(running: Running, bars: Progress, *, statements: Mapping[str, int]) -> Rest:
    """Wait for rest. Raises LocalError when a process ends, or when nothing moves any more short of it."""
    tasks = {name: bars.add_task(label, total=None) for name, label in STEPS.items()}
    dsn = running.infra.postgres_dsn
    async with open_pool(dsn, name="demo") as pool:
        look = _Look(running, pool, dsn=dsn, statements=statements)
        began: float | None = None
        before: dict[str, Step] = {}
        moved_at = time.monotonic()
        while True:
            running.require_alive()
            steps = await look.steps()
            now = time.monotonic()
            if steps != before:
                before, moved_at = steps, now
            if began is None and steps["recorded"].done:
                began = now
            for name, step in steps.items():
                bars.update(tasks[name], completed=step.done, total=max(step.total, 1))
            at_rest = not any(step.behind for step in steps.values())
            if at_rest and now - moved_at >= _STEADY_S:
                return Rest(steps["recorded"].done, steps["delivered"].done, moved_at - (began or moved_at))
            if now - moved_at >= _STUCK_AFTER_S:
                raise LocalError(await look.what_is_stuck(steps))
            await asyncio.sleep(_LOOK_EVERY_S)


class _Look:
    """Looks at every step of one tenant's flow."""

    def __init__(self, running: Running, pool: Pool[Record], *, dsn: str, statements: Mapping[str, int]) -> None:
        self._running = running
        self._pool = pool
        self._statements = statements
        self._tenant = running.profile.tenant
        self._store = PostgresEventStore(pool, dsn=dsn)
        self._checkpoints = PostgresCheckpoints(pool, dsn=dsn)
        self._models = PostgresReadModels(pool)
        self._ledger = PostgresLedger(pool)

    async def steps(self) -> dict[str, Step]:
        cursors = await self._pool.fetch("SELECT cursor FROM observer.cursors WHERE tenant = $1", self._tenant)
        waiting = await self._waiting("recorder")
        head = await self._store.head(self._tenant)
        relayed = await self._checkpoints.get("relay", self._tenant)
        shown = await self._models.positions(self._tenant)
        planned = await self._ledger.planned(self._tenant)
        open_now = sum(int(str(one["owed"])) for one in await self._ledger.counts())
        answer = await self._running.client.get(f"{self._running.sandbox}/taken")
        taken = sum(answer.raise_for_status().json().values())
        return {
            "observed": Step(sum(int(row["cursor"]) for row in cursors), sum(self._statements.values())),
            "recorded": Step(head, head + (1 if waiting is None else waiting)),
            "published": Step(relayed, head),
            "projected": Step(min(shown.values(), default=0), head),
            "owed": Step(min(planned.values(), default=0), head),
            "delivered": Step(taken, taken + open_now),
        }

    async def _waiting(self, process: str) -> int | None:
        """How much of its input a process has not done yet; None while it does not say."""
        try:
            status = await self._running.client.get(f"{self._running.url(process)}/status")
        except httpx.TransportError:
            return None
        lanes: list[dict[str, Any]] = status.json()["lanes"]
        return sum(lane["lag"] for lane in lanes) if lanes else None

    async def what_is_stuck(self, steps: Mapping[str, Step]) -> str:
        """One sentence for the first step that is behind, and what its process says last."""
        behind = [f"{name} {step.done} of {step.total}" for name, step in steps.items() if step.behind]
        quarantined = await PostgresQuarantine(self._pool).list()
        parked = sum(int(str(one.get("parked", 0))) for one in await self._ledger.counts())
        processes = {
            "observed": "observer",
            "recorded": "recorder",
            "published": "relay",
            "projected": "projector",
            "owed": "deliverer",
            "delivered": "deliverer",
        }
        first = processes[next(name for name, step in steps.items() if step.behind)] if behind else "recorder"
        log = self._running.home / "logs" / f"{first}.log"
        return (
            f"nothing moved for {_STUCK_AFTER_S:.0f} s; behind: {', '.join(behind)}; quarantined rows: "
            f"{len(quarantined)}, parked dossiers: {parked}; {log} says:\n{child.tail(log)}"
        )
