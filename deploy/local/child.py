"""Server processes that cannot outlive the program that started them, even when that is killed."""

import contextlib
import ctypes
import os
import signal
import subprocess
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True)


def spawn(
    command: Sequence[str],
    *,
    log: Path,
    keep: Sequence[int] = (),
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    before: Callable[[], None] | None = None,
    at_parents_death: signal.Signals = signal.SIGKILL,
) -> subprocess.Popen[bytes]:
    """Start a server with its output appended to `log`; the kernel ends it when its starter ends.

    Call it from the main thread: the kernel watches the thread, not the process. `keep` are descriptors to inherit,
    `before` runs in the child before the program (it may give up privileges; the death signal is set after it,
    because a change of identity clears it).
    """
    parent = os.getpid()

    def prepare() -> None:
        if before is not None:
            before()
        die_with_parent(at_parents_death)
        if os.getppid() != parent and os.getppid() != 0:
            os._exit(1)

    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as output:
        return subprocess.Popen(
            list(command),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            pass_fds=tuple(keep),
            env=dict(env) if env is not None else None,
            cwd=cwd,
            start_new_session=True,  # Ctrl-C goes to the caller, which stops its servers in order
            preexec_fn=prepare,  # noqa: PLW1509 - only system calls that were looked up beforehand; no lock is taken
        )


def die_with_parent(death_signal: signal.Signals) -> None:
    """Ask the kernel to signal this process when its parent ends (Linux; elsewhere it does nothing)."""
    with contextlib.suppress(AttributeError):
        _libc.prctl(_PR_SET_PDEATHSIG, int(death_signal))


def stop(process: subprocess.Popen[bytes], *, ask: signal.Signals, timeout_s: float) -> None:
    """Ask a server to stop, wait, and kill it if it does not."""
    if process.poll() is None:
        process.send_signal(ask)
    try:
        process.wait(timeout_s)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def tail(log: Path, *, lines: int = 12) -> str:
    """The last lines of a log, for an error message."""
    if not log.exists():
        return "(no log)"
    return "\n".join(log.read_text(errors="replace").splitlines()[-lines:])
