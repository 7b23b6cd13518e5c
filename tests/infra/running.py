"""`make up`, `make down` and `make clean` as a test runs them: the same programs, on a home of the test's own."""

import os
import subprocess
import sys
from pathlib import Path

from deploy.local import paths


def run(command: str, *options: str, home: Path) -> subprocess.CompletedProcess[str]:
    """Run one of the commands to its end."""
    env = {**os.environ, "KHOP_HOME": str(home), "KHOP_CACHE": str(paths.cache())}
    program = [sys.executable, "-m", f"deploy.local.{command}", *options]
    return subprocess.run(program, env=env, capture_output=True, text=True, check=False, timeout=240)


def settings(home: Path) -> dict[str, str]:
    """What `make up` wrote down."""
    return dict(line.split("=", 1) for line in (home / "env").read_text().splitlines())
