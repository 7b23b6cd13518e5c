"""The processes of Khớp in one table, and the environment each is given: its role in the database and its addresses."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from deploy.local import child, paths

# A killed member of a consumer group is replaced after this long. Shorter is quicker and takes a busy process for dead.
GROUP_SESSION_MS = 6_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Process:
    """One kind of process: `python -m services.<name>` under its own database role."""

    name: str
    role: str

    @property
    def command(self) -> list[str]:
        return [sys.executable, "-m", f"services.{self.name}"]


PROCESSES = (
    Process(name="gateway", role="khop_gateway"),
    Process(name="observer", role="khop_observer"),
    Process(name="recorder", role="khop_recorder"),
    Process(name="relay", role="khop_relay"),
    Process(name="projector", role="khop_projector"),
    Process(name="deliverer", role="khop_deliverer"),
    Process(name="reconciler", role="khop_reconciler"),
)
BY_NAME = {process.name: process for process in PROCESSES}


def environment(
    process: Process,
    *,
    dsn_as: Callable[[str], str],
    kafka_bootstrap: str,
    port: int = 0,
    instance: int = 1,
    group_session_ms: int = GROUP_SESSION_MS,
    also: Mapping[str, str] | None = None,
) -> dict[str, str]:
    """The caller's environment and the settings of one instance; `dsn_as` gives the database's address as a role.

    Port 0 lets the process take a free one, which its log then says.
    """
    ours = {
        "KHOP_POSTGRES_DSN": dsn_as(process.role),
        "KHOP_KAFKA_BOOTSTRAP": kafka_bootstrap,
        "KHOP_KAFKA_SESSION_TIMEOUT_MS": str(group_session_ms),
        "KHOP_PORT": str(port),
        "KHOP_INSTANCE": f"{process.name}-{instance}",
        "KHOP_LOG_FORMAT": os.environ.get("KHOP_LOG_FORMAT", "json"),
    }
    return {**os.environ, **ours, **(also or {})}


def start(process: Process, *, env: Mapping[str, str], log: Path) -> subprocess.Popen[bytes]:
    """Start one instance as a child that cannot outlive this program; for tests, benches and the demo."""
    return child.spawn(process.command, log=log, env=env, cwd=paths.ROOT)


def stop(process: subprocess.Popen[bytes], *, timeout_s: float = 30.0) -> int:
    """Ask an instance to drain and end, and give its exit code; after `timeout_s` it is killed."""
    child.stop(process, ask=signal.SIGTERM, timeout_s=timeout_s)
    return process.returncode
