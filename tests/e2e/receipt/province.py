"""What an operator has: processes that run, and the `khop` command."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from deploy.local import paths, processes
from tests.infra.servers import Servers

COMMAND_WITHIN_S = 240.0


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
    """The processes of one installation, by kind, and its command."""

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
            timeout=COMMAND_WITHIN_S,
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
