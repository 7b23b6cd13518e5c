"""Waiting for a condition, which is what tests do instead of sleeping."""

import asyncio
from collections.abc import Awaitable, Callable


async def until(condition: Callable[[], object], *, timeout_s: float = 30.0) -> None:
    """Return once the condition (plain or awaitable) holds; TimeoutError when it does not in time."""
    async with asyncio.timeout(timeout_s):
        while True:
            answer = condition()
            if await answer if isinstance(answer, Awaitable) else answer:
                return
            await asyncio.sleep(0.005)
