"""A task for each tenant, and of all instances one alone at work on it: the frame of what publishes by tenant."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any, TypeVar

from services.event_store.port import Checkpoints
from services.runtime.clock import Clock


@dataclass(slots=True)
class Lane:
    """One tenant here: `held` while this instance is the one at work on it, `woken` when there may be something new."""

    woken: asyncio.Event = field(default_factory=asyncio.Event)
    held: bool = False


AnyLane = TypeVar("AnyLane", bound=Lane)


class Lanes(dict[str, AnyLane]):
    """Tenant → its lane, of one reader of the log. `work` goes on for as long as its tenant is held."""

    def __init__(
        self,
        reader: str,
        *,
        new: Callable[[], AnyLane],
        work: Callable[[str, AnyLane], Awaitable[None]],
        checkpoints: Checkpoints,
        clock: Clock,
        instance: str,
        take_over_every_s: float,
    ) -> None:
        self._reader = reader
        self._new = new
        self._work = work
        self._checkpoints = checkpoints
        self._clock = clock
        self._instance = instance
        self._take_over_every_s = take_over_every_s
        self._group = asyncio.TaskGroup()

    async def run(self, look: Callable[[], Awaitable[None]], *beside: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Begin without lanes and keep looking for what they are to do, for ever; raises the first error of any."""
        self.clear()
        try:
            # A hold that nobody contends for: the connection that holds live on stays open while this instance waits.
            async with (
                self._checkpoints.hold(f"{self._reader} instance", self._instance),
                asyncio.TaskGroup() as self._group,
            ):
                for each in beside:
                    self._group.create_task(each())
                # Waited for here: where the group alone waits, an error leaves this task marked as cancelled (Python
                # before 3.13), and a hold that is lost later would look like a stop.
                await look()
        except BaseExceptionGroup as errors:
            raise errors.exceptions[0] from None

    def of(self, tenant: str) -> AnyLane:
        """The lane of a tenant, which it has from now on if it had none."""
        lane = self.get(tenant)
        if lane is None:
            lane = self[tenant] = self._new()
            self._group.create_task(self._serve(tenant, lane), name=f"{self._reader} of {tenant}")
        return lane

    async def _serve(self, tenant: str, lane: AnyLane) -> None:
        while True:
            async with self._checkpoints.hold(self._reader, tenant) as mine:
                if mine:
                    lane.held = True
                    try:
                        await self._work(tenant, lane)
                    finally:
                        lane.held = False
            await self._clock.sleep(self._take_over_every_s)
