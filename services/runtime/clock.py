"""Time as something that is given, so that a test can hold it still and a simulation can own it."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """What time it is, and waiting."""

    def now(self) -> datetime:
        """The present moment in UTC."""
        ...

    async def sleep(self, seconds_s: float) -> None:
        """Wait."""
        ...


class SystemClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        """The present moment in UTC."""
        return datetime.now(UTC)

    async def sleep(self, seconds_s: float) -> None:
        """Wait."""
        await asyncio.sleep(seconds_s)
