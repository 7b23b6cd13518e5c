"""A process of Khớp, really started, for as long as a block; its words are kept for the one who must find out why."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from tests.waiting import until


@dataclass(slots=True)
class Started:
    """One running instance."""

    process: asyncio.subprocess.Process
    url: str
    log: Path

    async def ready(self) -> None:
        """Wait until it says that it can work."""
        async with httpx.AsyncClient(trust_env=False) as client:

            async def says_so() -> bool:
                assert self.process.returncode is None, self.log.read_text()[-3000:]
                try:
                    return (await client.get(f"{self.url}/health/ready")).status_code == 200
                except httpx.TransportError:
                    return False

            await until(says_so)

    async def lanes(self) -> list[dict[str, Any]]:
        """What it says of its inputs now."""
        async with httpx.AsyncClient(trust_env=False) as client:
            found: list[dict[str, Any]] = (await client.get(f"{self.url}/status")).json()["lanes"]
            return found

    async def stop(self) -> int:
        """Ask it to end and give its exit code."""
        self.process.send_signal(signal.SIGTERM)
        return await self.process.wait()

    async def kill(self) -> None:
        """End it without warning."""
        self.process.kill()
        await self.process.wait()


@asynccontextmanager
async def started(name: str, folder: Path, **settings: str) -> AsyncIterator[Started]:
    """`python -m services.<name>` with these settings, on a free port."""
    port = _free_port()
    log = folder / f"{name}-{port}.log"
    env = {**os.environ, "KHOP_PORT": str(port), "KHOP_INSTANCE": f"{name}-{port}", **settings}
    with log.open("wb") as output:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", f"services.{name}", env=env, stdout=output, stderr=output
        )
    try:
        yield Started(process, f"http://127.0.0.1:{port}", log)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
