"""`khop` as a person runs it, in a process of its own."""

import asyncio
import json
import os
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest


@dataclass(frozen=True)
class Ended:
    code: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        return json.loads(self.out)


Khop = Callable[..., Awaitable[Ended]]


@pytest.fixture
def khop(postgres_dsn: str, as_role: Callable[[str, str], str], tmp_path: Path, repo_root: Path) -> Khop:
    """`await khop("report", "flow", …)`: the command in a process of its own, as the operator's role."""
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("KHOP_")},
        "KHOP_POSTGRES_DSN": as_role(postgres_dsn, "khop_operator"),
        "PYTHONPATH": str(repo_root),
        "COLUMNS": "200",
    }

    async def run(*arguments: str, **settings: str) -> Ended:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "services.operator",
            *arguments,
            cwd=tmp_path,
            env={**environment, **settings},
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        out, err = await process.communicate()
        assert process.returncode is not None
        assert "Traceback" not in err.decode()
        return Ended(process.returncode, out.decode(), err.decode())

    return run
