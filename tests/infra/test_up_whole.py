"""The whole system in the background: every process becomes ready, comes back after a kill, and drains at the end."""

import os
import signal
from pathlib import Path

import httpx

from deploy.local import supervisor
from deploy.local.processes import PROCESSES
from deploy.local.standing import Standing
from tests.infra.running import run, settings

NAMES = {process.name for process in PROCESSES}


def test_every_process_is_ready_comes_back_and_drains(home: Path) -> None:
    up = run("up", home=home)
    assert (up.returncode, up.stderr) == (0, ""), up.stderr
    urls = dict(each.split("=", 1) for each in settings(home)["KHOP_PROCESSES"].split(","))
    assert urls.keys() == NAMES
    for name, url in urls.items():
        assert httpx.get(f"{url}/health/live").status_code == 200, name
        assert "khop" in httpx.get(f"{url}/metrics").text, name
    standing = Standing(home=home)
    before = supervisor.pids(standing)
    assert before.keys() == NAMES | set(supervisor.SERVERS)

    os.kill(before["relay"], signal.SIGKILL)
    again = run("up", home=home)  # waits until every process is ready
    assert (again.returncode, again.stdout) == (0, up.stdout), again.stderr
    after = supervisor.pids(standing)
    assert {name for name in before if before[name] != after[name]} == {"relay"}

    down = run("down", home=home)
    assert down.returncode == 0, down.stderr
    for name in NAMES:
        assert '"stopped"' in (home / "logs" / f"{name}.log").read_text().splitlines()[-1], f"{name} did not drain"
