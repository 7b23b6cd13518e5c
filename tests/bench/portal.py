"""The sandbox's portals as a process of their own, for rows in which something is delivered."""

from __future__ import annotations

import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx

from deploy.local import child, paths
from services.deliveries.port import Subscriber
from tests.bench.stage import Running, Stage, free_port, until

SECRET = "a secret that both sides know"
NAME = "portal"


@asynccontextmanager
async def sandbox(stage: Stage, *, number: int = 1) -> AsyncIterator[Running]:
    """Portals that know nothing yet."""
    port = free_port()
    log = stage.folder / f"sandbox-{number}.log"
    # Its own province is as small as it can be: here it only receives.
    command = [sys.executable, "-m", "services.sandbox", "--port", str(port), "--scale", "2000"]
    process = child.spawn(command, log=log, cwd=paths.ROOT, env={**os.environ, "KHOP_SANDBOX_SECRET": SECRET})
    running = Running("sandbox", process, port, log)
    try:
        async with httpx.AsyncClient(timeout=5.0, trust_env=False) as client:

            async def made() -> bool:
                running.require_alive()
                try:
                    answer = await client.get(f"http://127.0.0.1:{port}/progress")
                except httpx.TransportError:
                    return False
                return bool(answer.json()["ready"])

            await until(made, "the sandbox is ready", within_s=60)
        yield running
    finally:
        process.kill()
        process.wait()


def subscriber(tenant: str, running: Running, *, name: str = NAME) -> Subscriber:
    """One of its portals as a webhook subscriber that gets everything from the first position on."""
    settings = {"url": f"http://127.0.0.1:{running.port}/{name}", "secret": SECRET}
    return Subscriber(tenant, name, "webhook", "history", settings)
