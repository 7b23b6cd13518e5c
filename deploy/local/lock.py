"""One user per data folder, because two servers on the same files destroy them."""

import contextlib
import fcntl
import os
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from deploy.local.errors import LocalError

_RETRY_EVERY_S = 0.05


def take(folder: Path, *, wait_s: float = 5.0) -> int:
    """Take the folder's lock and give its file descriptor; it is free again when the last copy of that is closed.

    Servers started in the folder inherit the descriptor: the lock then ends with the last of them, so a run that was
    killed cannot be followed by another while its servers are still going down. `wait_s` bounds the wait for those.

    Raises:
        LocalError: somebody else holds it; the message says who and since when.
    """
    folder.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(folder / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        _acquire(descriptor, folder=folder, wait_s=wait_s)
    except LocalError:
        os.close(descriptor)
        raise
    return descriptor


@contextlib.contextmanager
def hold(folder: Path, *, wait_s: float = 5.0) -> Iterator[int]:
    """Hold the folder's lock for as long as the block runs, and as the servers that inherit the descriptor live."""
    descriptor = take(folder, wait_s=wait_s)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def _acquire(descriptor: int, *, folder: Path, wait_s: float) -> None:
    give_up_at = time.monotonic() + wait_s
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= give_up_at:
                holder = os.pread(descriptor, 1000, 0).decode(errors="replace").strip() or "a process that left no name"
                raise LocalError(
                    f"{folder} is in use by {holder}; wait for it to end, or stop it, and try again"
                ) from None
            time.sleep(_RETRY_EVERY_S)
            continue
        command = " ".join(" ".join(sys.orig_argv[1:]).split())[:200]
        name = f"process {os.getpid()} ({command}) since {datetime.now(UTC):%Y-%m-%d %H:%M:%S} UTC\n"
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, name.encode(), 0)
        return
