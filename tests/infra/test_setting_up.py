"""Two first commands in one new folder: the second waits until the first has set it up."""

import fcntl
import shutil
import subprocess
import sys
from pathlib import Path

from deploy.local import make_venv


def test_who_comes_second_says_that_it_waits_and_touches_nothing(tmp_path: Path) -> None:
    (tmp_path / "deploy" / "local").mkdir(parents=True)
    (tmp_path / ".khop").mkdir()
    script = shutil.copy(make_venv.__file__, tmp_path / "deploy" / "local")
    with (tmp_path / ".khop" / "setting-up.lock").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        with subprocess.Popen([sys.executable, script, "local"], stdout=subprocess.PIPE, text=True) as second:
            assert second.stdout is not None
            said = second.stdout.readline()
            there = (tmp_path / ".venv").exists()
            second.kill()
    assert "waiting" in said
    assert str(tmp_path / ".venv") in said
    assert not there
