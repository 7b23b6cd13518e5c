"""Sets up .venv from the hashed lock files with nothing but a bare Python: no pip, no home folder, no root needed.

Runs before anything is installed, so it uses the standard library alone.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import sys
import venv
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
CACHE = Path(os.environ.get("KHOP_CACHE") or ROOT / ".khop" / "cache")
DEBIANS_WHEELS = Path("/usr/share/python-wheels")


def main() -> int:
    lock = ROOT / "deploy" / "requirements" / f"{sys.argv[1]}.txt"
    if sys.version_info < (3, 11):  # noqa: UP036 - PYTHON=… may name any
        return _say(f"Python {sys.version.split()[0]} is too old: Khớp needs 3.11 or newer; name one with PYTHON=…")
    with _alone():
        return _set_up(lock)


@contextmanager
def _alone() -> Iterator[None]:
    """Wait for whoever sets up the same folder now: two that install into one .venv leave halves of packages."""
    (ROOT / ".khop").mkdir(exist_ok=True)
    with (ROOT / ".khop" / "setting-up.lock").open("w") as held:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print(f"Đang chờ · waiting: {VENV} is being set up by another command", flush=True)
            fcntl.flock(held, fcntl.LOCK_EX)
        yield


def _set_up(lock: Path) -> int:
    print(f"Chuẩn bị · setting up {VENV.name} with Python {sys.version.split()[0]} from {lock.name}", flush=True)
    if not PYTHON.exists():
        # Without pip first: Debian's Python has no ensurepip unless another package is there.
        venv.create(VENV, with_pip=False, symlinks=True)
    pip = _pip()
    if pip is None:
        return _say(
            f"{sys.executable} has neither ensurepip nor pip, so nothing can be installed; "
            "install one (Debian: apt install python3-venv) or name another Python with PYTHON=…"
        )
    for step in (["--require-hashes", "-r", str(lock)], ["--no-deps", "--no-build-isolation", "-e", str(ROOT)]):
        if not _install([*pip, "install", "--no-input", "--progress-bar", "off", *step], lock=lock):
            return _say("the set-up stopped; pip's words above say why. Run the same command again to go on")
    return 0


def _install(command: Sequence[str], *, lock: Path) -> bool:
    """Run pip with one line of progress instead of its many; all of them when it fails."""
    wanted, seen, said = lock.read_text().count("=="), 0, []
    with subprocess.Popen(command, env=_env(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as pip:
        assert pip.stdout is not None
        for line in pip.stdout:
            said.append(line)
            if line.startswith(("Collecting", "Requirement already", "Installing")):
                seen += 1
                _show(f"[{min(seen, wanted)}/{wanted}] {line.split(' from ')[0].strip()}")
    _show("")
    if pip.returncode != 0:
        sys.stderr.writelines(said)
    return pip.returncode == 0


def _show(text: str) -> None:
    if sys.stdout.isatty():
        print(f"\r\x1b[K{text[:100]}", end="", flush=True)


def _pip() -> Sequence[str] | None:
    """A pip that installs into the venv: its own, the bundled one, another Python's, or Debian's wheel of it."""
    own = [str(PYTHON), "-m", "pip"]
    if _runs([*own, "--version"]) or _runs([str(PYTHON), "-m", "ensurepip", "--default-pip"]):
        return own
    others = [[sys.executable, "-m", "pip"], *([found] for name in ("pip", "pip3") if (found := shutil.which(name)))]
    others += [[sys.executable, f"{wheel}/pip"] for wheel in sorted(DEBIANS_WHEELS.glob("pip-*.whl"))]
    for other in others:
        into_venv = [*other, "--python", str(PYTHON)]
        if _runs([*into_venv, "--version"]):
            return into_venv
    return None


def _runs(command: Sequence[str]) -> bool:
    return subprocess.run(command, env=_env(), capture_output=True, check=False).returncode == 0


def _env() -> dict[str, str]:
    """The caller's environment with every cache inside the project, and a home that exists."""
    home = Path(os.environ.get("HOME") or "/nonexistent")
    if not (home.is_dir() and os.access(home, os.W_OK)):
        home = CACHE / "home"
        home.mkdir(parents=True, exist_ok=True)
    quiet = {"PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_ROOT_USER_ACTION": "ignore"}
    return {**os.environ, **quiet, "HOME": str(home), "PIP_CACHE_DIR": str(CACHE / "pip")}


def _say(sentence: str) -> int:
    print(sentence, file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
