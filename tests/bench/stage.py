"""What every row is given: a folder of its own, its size, and someone to tell how far it is."""

from __future__ import annotations

import asyncio
import socket
import subprocess
import time
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import httpx

from deploy.kafka import topics
from deploy.local import child
from deploy.local.infra import Infra, local_infra
from deploy.local.processes import BY_NAME, environment, start, stop
from deploy.postgres.migrate import migrate

Number = TypeVar("Number", int, float)
READY_WITHIN_S = 60.0
LOOK_EVERY_S = 0.05


class Stuck(Exception):
    """What was waited for did not come; the row is named and the others go on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """`tell` is given a step, how much of it is done and how much there is."""

    folder: Path
    quick: bool
    memory_events: int
    tell: Callable[[str, float, float], None]

    def size(self, full: Number, quick: Number) -> Number:
        """The size of something in this run."""
        return quick if self.quick else full

    @asynccontextmanager
    async def infra(self) -> AsyncIterator[Infra]:
        """Kafka and PostgreSQL with schema and topics, on data of this row's own. fsync stays on."""
        self.tell("starting servers", 0, 1)
        async with local_infra(self.folder / "data") as infra:
            await migrate(infra.postgres_dsn)
            await topics.ensure(infra.kafka_bootstrap)
            yield infra

    @contextmanager
    def processes(self, infra: Infra, names: Sequence[str]) -> Iterator[Mapping[str, Running]]:
        """Processes of Khớp as they run anywhere, each with a port of its own; stopped at the end."""
        running: dict[str, Running] = {}
        try:
            for name in names:
                port = free_port()
                env = environment(BY_NAME[name], dsn_as=infra.dsn_as, kafka_bootstrap=infra.kafka_bootstrap, port=port)
                log = self.folder / f"{name}.log"
                running[name] = Running(name, start(BY_NAME[name], env=env, log=log), port, log)
            yield running
        finally:
            for one in running.values():
                one.process.terminate()
            for one in running.values():
                stop(one.process)


@dataclass(frozen=True, slots=True)
class Running:
    """A process and where it is asked."""

    name: str
    process: subprocess.Popen[bytes]
    port: int
    log: Path

    def require_alive(self) -> None:
        """Raise Stuck when it has ended."""
        if self.process.poll() is not None:
            raise Stuck(f"{self.name} ended with {self.process.returncode}: {child.tail(self.log)}")


async def ready(running: Mapping[str, Running]) -> None:
    """Wait until every process says that it can work."""
    async with httpx.AsyncClient(timeout=5.0, trust_env=False) as client:
        for one in running.values():

            async def answers(one: Running = one) -> bool:
                one.require_alive()
                try:
                    answer = await client.get(f"http://127.0.0.1:{one.port}/health/ready")
                except httpx.TransportError:
                    return False
                return answer.status_code == 200

            await until(answers, f"{one.name} is ready", within_s=READY_WITHIN_S)


async def until(
    condition: Callable[[], object], what: str, *, within_s: float = 600.0, every_s: float = LOOK_EVERY_S
) -> None:
    """Wait for a condition, awaitable or not. Raises Stuck with `what` was waited for."""
    give_up_at = time.monotonic() + within_s
    while True:
        found = condition()
        if await found if asyncio.iscoroutine(found) else found:
            return
        if time.monotonic() >= give_up_at:
            raise Stuck(f"waited {within_s:g} s in vain until {what}")
        await asyncio.sleep(every_s)


def free_port() -> int:
    """A port of 127.0.0.1 that nobody listens on now."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
    return port


def percentile(values: Sequence[float], share: float) -> float:
    """The least value that `share` of all do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


async def paced(count: int, a_second: float, act: Callable[[int, float], None]) -> None:
    """Call `act(number, due)` at an even pace that waits for nobody: what is late is done at once, not left out."""
    begin = time.perf_counter() + 0.05
    for number in range(count):
        due = begin + number / a_second
        if (wait_s := due - time.perf_counter()) > 0:
            await asyncio.sleep(wait_s)
        act(number, due)
