"""`make up` and its companions as a person runs them, on a home of their own, with the two servers alone."""

import os
import signal
from pathlib import Path

from deploy.local import supervisor
from deploy.local.standing import Standing
from tests.infra.running import run, settings


def test_up_twice_kills_down_and_clean(home: Path) -> None:
    first = run("up", "--servers-only", home=home)
    assert (first.returncode, first.stderr) == (0, "")
    written = settings(home)
    assert written["KHOP_POSTGRES_DSN"].startswith("postgresql://khop_operator@127.0.0.1:")
    assert {each.split("=")[0] for each in written["KHOP_PROCESSES"].split(",")} >= {"gateway", "recorder"}
    before = supervisor.pids(Standing(home=home))

    again = run("up", "--servers-only", home=home)
    assert (again.returncode, again.stdout) == (0, first.stdout)
    assert supervisor.pids(Standing(home=home)) == before, "a second `up` must leave what runs alone"

    for pid in before.values():
        os.kill(pid, signal.SIGKILL)
    after_kill = run("up", "--servers-only", home=home)
    assert (after_kill.returncode, after_kill.stdout) == (0, first.stdout)
    assert set(supervisor.pids(Standing(home=home)).values()).isdisjoint(before.values())

    refused = run("clean", home=home)
    assert refused.returncode == 1
    assert "is in use by process" in refused.stderr
    assert "Traceback" not in refused.stderr

    assert "stopped" in run("down", home=home).stdout
    assert "nothing was running" in run("down", home=home).stdout
    assert (home / "data" / "kafka" / "data" / "meta.properties").exists()
    cleaned = run("clean", home=home)
    assert (cleaned.returncode, list(home.iterdir())) == (0, [])


def test_up_with_a_path_too_long_for_a_socket_says_so(tmp_path: Path) -> None:
    home = tmp_path / ("x" * 100)
    refused = run("up", "--servers-only", home=home)
    assert refused.returncode == 1
    assert "too long a name for a socket" in refused.stderr
    assert "Traceback" not in refused.stderr
    run("clean", home=home)
