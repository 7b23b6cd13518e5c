"""A server that refuses to run as root is run as nobody, without touching the machine's users or folders.

PostgreSQL must not be root. In a user namespace of its own root becomes "nobody" inside while its files stay readable
outside. Where namespaces are forbidden (containers often do that) the process really becomes nobody, and the program
and its data must then lie where nobody can reach them.
"""

import ctypes
import functools
import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

NOBODY = 65534
_CLONE_NEWUSER = 0x10000000
_REACHABLE = Path("/var/tmp/khop-nobody")
_libc = ctypes.CDLL(None, use_errno=True)


def become() -> Callable[[], None] | None:
    """What a child runs before the server: nothing for an ordinary user, a change of identity for root."""
    if os.geteuid() != 0:
        return None
    return _enter_namespace if namespaces_work() else _give_up_root


@functools.cache
def namespaces_work() -> bool:
    """Try once, in a child, whether this kernel lets us have a user namespace."""
    if os.environ.get("KHOP_NO_USER_NAMESPACES"):
        return False
    probe = [sys.executable, "-c", "from deploy.local.ordinary_user import _enter_namespace as e; e()"]
    here = Path(__file__).parents[2]
    return subprocess.run(probe, cwd=here, capture_output=True, check=False).returncode == 0


def program_folder(folder: Path) -> Path:
    """Where the server's programs can be read from: the folder itself, or a copy that nobody can reach."""
    if os.geteuid() != 0 or namespaces_work() or _reachable(folder):
        return folder
    copy = _REACHABLE / f"program-{_short(folder)}"
    if not copy.exists():
        _REACHABLE.mkdir(mode=0o755, parents=True, exist_ok=True)
        shutil.copytree(folder, copy.with_suffix(".new"), symlinks=True)
        copy.with_suffix(".new").rename(copy)
    return copy


def data_folder(folder: Path) -> Path:
    """Where the server's data can lie: the folder itself, or one of nobody's; made if it is not there."""
    if os.geteuid() != 0 or namespaces_work():
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return folder
    chosen = folder if _reachable(folder.parent) else _REACHABLE / f"data-{_short(folder)}"
    if not chosen.exists():
        chosen.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
        chosen.mkdir(mode=0o700)
        os.chown(chosen, NOBODY, NOBODY)
    return chosen


def _reachable(folder: Path) -> bool:
    steps = [folder, *folder.parents]
    return all(step.stat().st_mode & 0o001 for step in steps if step.exists())


def _short(folder: Path) -> str:
    return hashlib.sha256(str(folder.resolve()).encode()).hexdigest()[:12]


def _enter_namespace() -> None:
    if _libc.unshare(_CLONE_NEWUSER) != 0:
        raise OSError(ctypes.get_errno(), "user namespaces are not allowed here")
    for name, line in (("setgroups", "deny"), ("uid_map", f"{NOBODY} 0 1"), ("gid_map", f"{NOBODY} 0 1")):
        file = os.open(f"/proc/self/{name}", os.O_WRONLY)
        os.write(file, line.encode())
        os.close(file)


def _give_up_root() -> None:
    os.setgroups([])
    os.setgid(NOBODY)
    os.setuid(NOBODY)
