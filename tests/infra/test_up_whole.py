"""The whole system in the background: every process becomes ready, comes back after a kill, and drains at the end."""

import asyncio
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import httpx

from contracts.topics import DOSSIER_EVENTS, OBSERVATIONS
from deploy.local import supervisor
from deploy.local.processes import PROCESSES
from deploy.local.standing import Standing
from tests.infra.running import run, settings
from tests.waiting import until

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
    the_operator_sees_every_process_and_how_far_behind_it_is(home)

    os.kill(before["relay"], signal.SIGKILL)
    # Before `make up` is asked again: it would start whatever is missing, supervised or not.
    asyncio.run(until(lambda: supervisor.pids(standing).get("relay", before["relay"]) != before["relay"]))
    again = run("up", home=home)  # waits until every process is ready
    assert (again.returncode, again.stdout) == (0, up.stdout), again.stderr
    after = supervisor.pids(standing)
    assert {name for name in before if before[name] != after[name]} == {"relay"}

    down = run("down", home=home)
    assert down.returncode == 0, down.stderr
    for name in NAMES:
        assert '"stopped"' in (home / "logs" / f"{name}.log").read_text().splitlines()[-1], f"{name} did not drain"


def khop(*words: str, home: Path) -> str:
    """What a command of the operator says on what `make up` started, when it ends well."""
    program = [sys.executable, "-m", "services.operator", *words]
    env = {**os.environ, **settings(home), "COLUMNS": "200"}
    done = subprocess.run(program, env=env, capture_output=True, text=True, check=False, timeout=60)
    assert (done.returncode, done.stderr) == (0, ""), done.stdout
    return done.stdout


def the_operator_sees_every_process_and_how_far_behind_it_is(home: Path) -> None:
    document = json.loads(khop("status", "--json", home=home))
    assert (document["away"], document["unhealthy"]) == ([], [])
    processes = {each["name"]: each for each in document["processes"]}
    assert processes.keys() == NAMES
    for name, said in processes.items():
        assert (said["answers"], said["live"], said["ready"], said["reasons"]) == (True, True, True, []), name
        for lane in said["lanes"]:
            assert (lane["lag"], lane["lag_s"], lane["rate_per_s"]) == (0, 0.0, 0.0), (name, lane)
    # The others read the log or sources, and there is no tenant yet; the gateway reads nothing.
    assert {name: len(said["lanes"]) for name, said in processes.items() if said["lanes"]} == {
        "recorder": OBSERVATIONS.partitions,
        "projector": DOSSIER_EVENTS.partitions,
        "deliverer": DOSSIER_EVENTS.partitions,
    }

    table = khop("status", home=home)
    rows = {line.split("│")[1].strip(): line for line in table.splitlines() if line.startswith("│")}
    for name in NAMES:
        assert "tốt · ok" in rows[name], table
