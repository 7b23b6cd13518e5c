"""Health is progress against supply: a task that is alive but does nothing while its input has work is not healthy."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from services.runtime.clock import Clock
from services.runtime.metrics import Metrics

SAMPLE_EVERY_S: Final = 1.0
PROBE_TIMEOUT_S: Final = 3.0
BOUND_S: Final = 10.0
"""A stuck input must be red within 15 s: this, one sample and one slow probe stay below."""
_RATE_SAMPLES: Final = 11
_MARKS_MAX: Final = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One lane of an input: how much there is and how much of it is done, in the same unit.

    `oldest_at` is when the oldest item not done yet came in, where the input can say it.
    """

    supply: int
    done: int
    oldest_at: datetime | None = None


Probe = Callable[[], Awaitable[Mapping[str, Reading]]]
"""Looks at an input now: lane → reading. Lanes that are another instance's are left out."""

Check = Callable[[], Awaitable[str | None]]
"""None when the process can work, else why not."""


@dataclass(slots=True)
class _Lane:
    moved_at: datetime
    done: int = 0
    lag: int = 0
    lag_s: float = 0.0
    rate: float = 0.0
    recent: deque[tuple[datetime, int]] = field(default_factory=lambda: deque(maxlen=_RATE_SAMPLES))
    marks: list[tuple[datetime, int]] = field(default_factory=list)
    """When the supply was first seen at a size that is not done yet, oldest first."""

    def take(self, reading: Reading, now: datetime) -> None:
        if self.lag == 0 or reading.done != self.done:
            self.moved_at = now
        self.done, self.lag = reading.done, max(0, reading.supply - reading.done)
        self.marks = [mark for mark in self.marks if mark[1] > reading.done]
        if self.lag and (not self.marks or reading.supply > self.marks[-1][1]):
            self.marks.append((now, reading.supply))
        if len(self.marks) > _MARKS_MAX:
            self.marks = self.marks[::2]
        since = reading.oldest_at or (self.marks[0][0] if self.marks else now)
        self.lag_s = max(0.0, (now - since).total_seconds()) if self.lag else 0.0
        self.recent.append((now, reading.done))
        first_at, first_done = self.recent[0]
        elapsed_s = (now - first_at).total_seconds()
        self.rate = max(0.0, (reading.done - first_done) / elapsed_s) if elapsed_s > 0 else 0.0

    def stuck_s(self, now: datetime) -> float:
        return (now - self.moved_at).total_seconds() if self.lag else 0.0


@dataclass(slots=True)
class _Watch:
    probe: Probe
    bound_s: float
    lanes: dict[str, _Lane] = field(default_factory=dict)


class Health:
    """What a process knows of its own progress. `observe` runs for as long as the process does."""

    def __init__(self, clock: Clock, metrics: Metrics) -> None:
        self._clock = clock
        self._metrics = metrics
        self._watches: dict[str, _Watch] = {}
        self._checks: dict[str, Check] = {}
        self._troubles: dict[str, tuple[datetime, str]] = {}
        self._unready: dict[str, str] = {"start": "starting"}

    def watch(self, name: str, probe: Probe, *, bound_s: float = BOUND_S) -> None:
        """Look at an input every second: red when a lane has work and did not move for `bound_s`."""
        self._watches[name] = _Watch(probe=probe, bound_s=bound_s)

    def require(self, name: str, check: Check) -> None:
        """Not ready while this check gives a reason."""
        self._checks[name] = check

    def trouble(self, name: str, reason: str) -> None:
        """Something cannot go on for now: not ready at once, red when it lasts longer than the bound."""
        since, _ = self._troubles.get(name, (self._clock.now(), ""))
        self._troubles[name] = (since, reason)

    def clear(self, name: str) -> None:
        """It goes on again."""
        self._troubles.pop(name, None)

    def red(self) -> list[str]:
        """Why the process is not healthy; empty when it is."""
        now = self._clock.now()
        reasons = [
            f"{name}/{key}: {lane.lag} waiting and no progress for {lane.stuck_s(now):.0f} s (at {lane.done})"
            for name, watch in self._watches.items()
            for key, lane in watch.lanes.items()
            if lane.stuck_s(now) >= watch.bound_s
        ]
        for name, (since, reason) in self._troubles.items():
            lasted_s = (now - since).total_seconds()
            if lasted_s >= BOUND_S:
                reasons.append(f"{name}: for {lasted_s:.0f} s: {reason}")
        return reasons

    def unready(self) -> list[str]:
        """Why the process cannot work now; empty when it can."""
        return [
            *(f"{name}: {reason}" for name, reason in self._unready.items()),
            *(f"{name}: {reason}" for name, (_, reason) in self._troubles.items()),
        ]

    def lanes(self) -> list[dict[str, Any]]:
        """Every lane of every input with its lag, for `/status`."""
        now = self._clock.now()
        return [
            {
                "input": name,
                "lane": key,
                "position": lane.done,
                "lag": lane.lag,
                "lag_s": round(lane.lag_s, 3),
                "rate_per_s": round(lane.rate, 1),
                "stuck_s": round(lane.stuck_s(now), 1),
            }
            for name, watch in self._watches.items()
            for key, lane in sorted(watch.lanes.items())
        ]

    async def observe(self) -> None:
        """Sample for ever."""
        while True:
            await self.sample()
            await self._clock.sleep(SAMPLE_EVERY_S)

    async def sample(self) -> None:
        """Look once at every input and every check."""
        await asyncio.gather(
            *(self._sample_watch(name, watch) for name, watch in list(self._watches.items())),
            *(self._sample_check(name, check) for name, check in list(self._checks.items())),
        )
        self._unready.pop("start", None)
        self._metrics.live.set(not self.red())
        self._metrics.ready.set(not self.unready())

    async def _sample_watch(self, name: str, watch: _Watch) -> None:
        try:
            async with asyncio.timeout(PROBE_TIMEOUT_S):
                readings = await watch.probe()
        except Exception as error:  # noqa: BLE001 - a probe that cannot look is itself a finding, and is shown as one
            self.trouble(f"{name} (probe)", f"{type(error).__name__}: {error}")
            return
        self.clear(f"{name} (probe)")
        now = self._clock.now()
        for gone in watch.lanes.keys() - readings.keys():
            del watch.lanes[gone]
            for gauge in (self._metrics.lag, self._metrics.lag_s, self._metrics.position):
                gauge.remove(name, gone)
        for key, reading in readings.items():
            lane = watch.lanes.setdefault(key, _Lane(moved_at=now))
            lane.take(reading, now)
            self._metrics.lag.labels(name, key).set(lane.lag)
            self._metrics.lag_s.labels(name, key).set(lane.lag_s)
            self._metrics.position.labels(name, key).set(lane.done)

    async def _sample_check(self, name: str, check: Check) -> None:
        try:
            async with asyncio.timeout(PROBE_TIMEOUT_S):
                reason = await check()
        except Exception as error:  # noqa: BLE001 - the same: shown, not swallowed
            reason = f"{type(error).__name__}: {error}"
        if reason is None:
            self._unready.pop(name, None)
        else:
            self._unready[name] = reason
