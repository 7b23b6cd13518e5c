"""What is played, and everything that runs while it is played."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import httpx

from deploy.local import child
from deploy.local.errors import LocalError
from deploy.local.infra import Infra
from deploy.local.processes import PROCESSES
from services.sandbox.profiles import PROFILES, Profile

DATABASE: Final = "khop"


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """What is played."""

    profile: str
    scale: int
    seed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """Everything that runs, while it runs."""

    home: Path
    scenario: Scenario
    infra: Infra
    sandbox: str
    ports: Mapping[str, int]
    children: Mapping[str, subprocess.Popen[bytes]]
    client: httpx.AsyncClient

    @property
    def profile(self) -> Profile:
        return PROFILES[self.scenario.profile]

    @property
    def khop_environment(self) -> dict[str, str]:
        """What `khop` needs to look at this system and at no other."""
        processes = " ".join(f"{process.name}={self.url(process.name)}" for process in PROCESSES)
        return {
            **os.environ,
            "KHOP_POSTGRES_DSN": self.infra.dsn(database=DATABASE, user="khop_operator"),
            "KHOP_KAFKA_BOOTSTRAP": self.infra.kafka_bootstrap,
            "KHOP_PROCESSES": processes,
        }

    def url(self, name: str) -> str:
        return f"http://127.0.0.1:{self.ports[name]}"

    def addresses(self) -> dict[str, str]:
        return {
            "sandbox": self.sandbox,
            **{process.name: self.url(process.name) for process in PROCESSES},
            "PostgreSQL": self.infra.dsn(database=DATABASE, user="khop_operator"),
            "Kafka": self.infra.kafka_bootstrap,
        }

    def require_alive(self) -> None:
        """Raises LocalError when a process has ended that should still run."""
        for name, process in self.children.items():
            if process.poll() is not None:
                log = self.home / "logs" / f"{name}.log"
                raise LocalError(f"{name} ended with exit code {process.returncode}; {log} says:\n{child.tail(log)}")
