"""The real data, and a province of real processes on a broker and a database of its own."""

from __future__ import annotations

import gzip
import json
import os
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from deploy.kafka.topics import ensure
from deploy.local import paths, processes
from deploy.postgres.migrate import migrate
from tests.infra.servers import Servers, servers

DATA = Path(__file__).parents[4] / "shared" / "data" / "receipt"
HERE = Path(__file__).parent
WITHIN_S = 60.0


@pytest.fixture(scope="session")
def data() -> Path:
    """The folder of the real data."""
    if not DATA.is_dir():
        pytest.skip(f"the real data is not there: {DATA}")
    return DATA


@pytest.fixture(scope="session")
def truth(data: Path) -> dict[str, Any]:
    """The right answers, computed from the raw file by other code."""
    answers: dict[str, Any] = json.loads((data / "truth.json").read_text(encoding="utf-8"))
    return answers


@dataclass(frozen=True)
class Running:
    """One instance of a process."""

    process: subprocess.Popen[bytes]
    log: Path

    def partitions(self) -> list[int]:
        """What its consumer group gave it last, by its own log: there at once, where a status is sampled."""
        said = [json.loads(line) for line in self.log.read_text().splitlines() if line.startswith("{")]
        given: list[list[int]] = [line["partitions"] for line in said if line["event"] == "assigned"]
        return given[-1] if given else []

    def kill(self) -> None:
        """End it at once, as a power cut does."""
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()


@dataclass
class Province:
    """What an operator has: processes that run, and the `khop` command."""

    servers: Servers
    dsn: str
    folder: Path
    running: dict[str, list[Running]] = field(default_factory=dict)

    def start(self, name: str) -> Running:
        number = len(self.running.setdefault(name, [])) + 1
        environment = processes.environment(
            processes.BY_NAME[name],
            dsn_as=lambda role: self.servers.as_role(self.dsn, role),
            kafka_bootstrap=self.servers.kafka_bootstrap,
            instance=number,
            group_session_ms=2_000,
        )
        log = self.folder / f"{name}-{number}.log"
        started = processes.start(processes.BY_NAME[name], env=environment, log=log)
        self.running[name].append(Running(started, log))
        return self.running[name][-1]

    def holder(self, name: str, partition: int) -> Running | None:
        """Which living instance works on a partition."""
        for one in self.running[name]:
            if one.process.poll() is None and partition in one.partitions():
                return one
        return None

    def khop(self, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
        environment = os.environ | {
            "KHOP_POSTGRES_DSN": self.servers.as_role(self.dsn, "khop_operator"),
            "KHOP_KAFKA_BOOTSTRAP": self.servers.kafka_bootstrap,
        }
        return subprocess.run(
            [sys.executable, "-m", "services.operator", *map(str, arguments)],
            capture_output=True,
            text=True,
            cwd=paths.ROOT,
            env=environment,
            timeout=4 * WITHIN_S,
            check=False,
        )

    def json(self, *arguments: str | Path) -> dict[str, Any]:
        """What a command that succeeds says as JSON."""
        done = self.khop(*arguments, "--json")
        assert done.returncode == 0, f"{done.stderr}\n{done.stdout[-2000:]}\n{self.logs()}"
        document: dict[str, Any] = json.loads(done.stdout)
        return document

    def logs(self) -> str:
        """The last lines of each process, for a failure to show."""
        return "\n".join(f"{log.name}: {log.read_text()[-1500:]}" for log in sorted(self.folder.glob("*.log")))

    def stop(self) -> None:
        for one in (one for group in self.running.values() for one in group):
            one.kill()


def until(what: Callable[[], bool], *, told: Callable[[], str]) -> None:
    """Wait for a condition; a failure says how things stand."""
    deadline = time.monotonic() + WITHIN_S
    while not what():
        assert time.monotonic() < deadline, told()
        time.sleep(0.005)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def province(tmp_path_factory: pytest.TempPathFactory, data: Path) -> AsyncIterator[Province]:
    folder = tmp_path_factory.mktemp("province")
    async with servers(folder / "infra") as infra:
        dsn = infra.dsn("postgres")
        await migrate(dsn, role_password=infra.role_password)
        await ensure(infra.kafka_bootstrap)
        own = Province(infra, dsn, folder)
        try:
            for name in ("recorder", "relay", "projector"):
                own.start(name)
            yield own
        finally:
            own.stop()


def unpacked(path: Path) -> list[str]:
    """The lines of a gzipped file."""
    return gzip.decompress(path.read_bytes()).decode().splitlines(keepends=True)
