"""A source system over HTTP, and the observer as a real process on a real broker and database."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
import pytest_asyncio
from aiokafka import AIOKafkaConsumer, TopicPartition

from contracts.observations import Observation, parse_observation
from contracts.topics import OBSERVATIONS, partition_of
from deploy.kafka.topics import ensure
from deploy.local import paths, processes

WITHIN_S = 60.0


class System:
    """A polled system whose rows, key and outages the test chooses."""

    def __init__(self) -> None:
        self.rows: list[dict[str, Any]] = []
        self.answer: tuple[int, bytes] | None = None
        self.asked: list[dict[str, str]] = []
        self.keys: set[str | None] = set()
        system = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                query = {name: values[0] for name, values in parse_qs(urlsplit(self.path).query).items()}
                system.asked.append(query)
                system.keys.add(self.headers.get("authorization"))
                status, body = system.answer or (200, system.page(int(query.get("after", 0)), int(query["limit"])))
                self.send_response(status)
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}/theirs"

    def page(self, after: int, limit: int) -> bytes:
        rows = self.rows[after : after + limit]
        return json.dumps({"next": after + len(rows), "rows": rows, "newest": len(self.rows)}).encode()

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture
def system() -> Iterator[System]:
    one = System()
    yield one
    one.close()


@dataclass
class Observing:
    """Observers of one configuration, and what they published."""

    folder: Path
    environment: Callable[[int], dict[str, str]]
    bootstrap: str
    operator_dsn: str
    tenant: str
    running: list[subprocess.Popen[bytes]] = field(default_factory=list)
    ports: list[int] = field(default_factory=list)

    def configure(self, url: str, *, adapter: str = "one_stop", more: str = "") -> None:
        (self.folder / "sources.toml").write_text(
            f'[[source]]\ntenant = "{self.tenant}"\nsystem = "one-stop"\nadapter = "{adapter}"\nurl = "{url}"\n'
            f"page_rows = 10\npoll_s = 0.05\n{more}"
        )

    def start(self) -> int:
        """Start one more; gives its number."""
        port, number = _free_port(), len(self.running)
        environment = self.environment(port) | {"KHOP_SOURCES": str(self.folder / "sources.toml")}
        log = self.folder / f"observer-{number}.log"
        self.running.append(processes.start(processes.BY_NAME["observer"], env=environment, log=log))
        self.ports.append(port)
        return number

    def status(self, number: int) -> dict[str, Any]:
        try:
            answer: dict[str, Any] = httpx.get(f"http://127.0.0.1:{self.ports[number]}/status", timeout=2.0).json()
        except httpx.HTTPError:
            return {"live": None, "reasons": [], "lanes": []}
        return answer

    def reads(self, number: int) -> bool:
        """Whether this instance is the one that reads the source."""
        return bool(self.status(number)["lanes"])

    async def said(self) -> list[Observation]:
        """All that is on the topic of this tenant."""
        partition = TopicPartition(OBSERVATIONS.name, partition_of(self.tenant, OBSERVATIONS.partitions))
        consumer = AIOKafkaConsumer(
            bootstrap_servers=self.bootstrap, enable_auto_commit=False, auto_offset_reset="earliest"
        )
        await consumer.start()
        try:
            consumer.assign([partition])
            end = (await consumer.end_offsets([partition]))[partition]
            found = []
            while await consumer.position(partition) < end:
                batches = await consumer.getmany(partition, timeout_ms=1000)
                found += [parse_observation(record.value) for batch in batches.values() for record in batch]
            return [one for one in found if one.tenant == self.tenant]
        finally:
            await consumer.stop()

    def logs(self) -> str:
        return "\n".join(log.read_text()[-2000:] for log in sorted(self.folder.glob("*.log")))

    def until(self, what: Callable[[], bool]) -> None:
        """Wait for a condition; a failure shows the logs."""
        deadline = time.monotonic() + WITHIN_S
        while not what():
            assert time.monotonic() < deadline, self.logs()
            time.sleep(0.02)

    def khop(self, *arguments: str | Path, kafka: str | None = None) -> subprocess.CompletedProcess[str]:
        """Run the command as the operator; `kafka` is another address of the broker than the right one."""
        return subprocess.run(
            [sys.executable, "-m", "services.operator", *map(str, arguments)],
            capture_output=True,
            text=True,
            cwd=paths.ROOT,
            env=self.environment(0)
            | {"KHOP_POSTGRES_DSN": self.operator_dsn, "KHOP_KAFKA_BOOTSTRAP": kafka or self.bootstrap},
            timeout=2 * WITHIN_S,
            check=False,
        )

    def stop(self) -> None:
        for process in self.running:
            if process.poll() is None:
                process.kill()
            process.wait()


@pytest_asyncio.fixture
async def observing(
    postgres_dsn: str,
    kafka_bootstrap: str,
    as_role: Callable[[str, str], str],
    tmp_path: Path,
    request: pytest.FixtureRequest,
) -> AsyncIterator[Observing]:
    await ensure(kafka_bootstrap)

    def environment(port: int) -> dict[str, str]:
        return processes.environment(
            processes.BY_NAME["observer"],
            dsn_as=lambda role: as_role(postgres_dsn, role),
            kafka_bootstrap=kafka_bootstrap,
            port=port,
            instance=port,
        )

    # A tenant of this test's own: the topic is every test's.
    tenant = f"t{abs(hash(request.node.name)) % 10**9}"
    one = Observing(tmp_path, environment, kafka_bootstrap, as_role(postgres_dsn, "khop_operator"), tenant)
    try:
        yield one
    finally:
        one.stop()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port
