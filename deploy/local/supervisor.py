"""What keeps the background system alive: a supervisor that restarts whatever ends, reached by a socket of our own."""

import shlex
import subprocess
import sys
import time
import xmlrpc.client
from pathlib import Path
from typing import Any, Protocol, cast

from supervisor.xmlrpc import SupervisorTransport

from deploy.local.child import tail
from deploy.local.errors import LocalError
from deploy.local.paths import ROOT
from deploy.local.processes import PROCESSES
from deploy.local.standing import Standing

SERVERS = ("postgres", "kafka")
GROUP = "khop"
_LONGEST_SOCKET_NAME = 100
_STARTS_WITHIN_S = 20.0
_STOPS_WITHIN_S = 90.0
_LOOK_EVERY_S = 0.1


class Remote(Protocol):
    """The part of the supervisor's remote interface that we use."""

    def getPID(self) -> int: ...  # noqa: N802 - the supervisor's own names
    def getAllProcessInfo(self) -> list[dict[str, Any]]: ...  # noqa: N802
    def startProcess(self, name: str, wait: bool) -> bool: ...  # noqa: N802, FBT001
    def stopProcess(self, name: str, wait: bool) -> bool: ...  # noqa: N802, FBT001
    def stopProcessGroup(self, name: str, wait: bool) -> list[dict[str, Any]]: ...  # noqa: N802, FBT001
    def shutdown(self) -> bool: ...


def connect(standing: Standing) -> Remote | None:
    """The running supervisor, or None when there is none."""
    transport = SupervisorTransport(serverurl=f"unix://{_socket(standing)}")
    remote = cast(Remote, xmlrpc.client.ServerProxy("http://localhost", transport=transport).supervisor)
    try:
        remote.getPID()
    except (OSError, xmlrpc.client.Error):
        return None
    return remote


def launch(standing: Standing) -> Remote:
    """Start the supervisor in the background; it starts nothing by itself."""
    socket = _socket(standing)
    if len(str(socket).encode()) > _LONGEST_SOCKET_NAME:
        raise LocalError(f"{socket} is too long a name for a socket; put the project into a folder with a shorter path")
    standing.run.mkdir(mode=0o700, parents=True, exist_ok=True)
    standing.logs.mkdir(parents=True, exist_ok=True)
    config = standing.run / "supervisord.conf"
    config.write_text(configuration(standing))
    started = subprocess.run(
        [sys.executable, "-m", "supervisor.supervisord", "-c", str(config)],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
    )
    give_up_at = time.monotonic() + _STARTS_WITHIN_S
    while (remote := connect(standing)) is None:
        if started.returncode != 0 or time.monotonic() >= give_up_at:
            said = started.stderr.strip() or tail(standing.logs / "supervisord.log")
            raise LocalError(f"the supervisor did not start: {said}")
        time.sleep(_LOOK_EVERY_S)
    return remote


def states(remote: Remote) -> dict[str, str]:
    """What the supervisor says of each program: RUNNING, STARTING, BACKOFF, STOPPED, FATAL …"""
    return {str(info["name"]): str(info["statename"]) for info in remote.getAllProcessInfo()}


def start(remote: Remote, name: str) -> None:
    """Ask for a program unless it runs already; the supervisor keeps it running from now on."""
    try:
        remote.startProcess(name if name in SERVERS else f"{GROUP}:{name}", False)  # noqa: FBT003
    except xmlrpc.client.Fault as fault:
        if "ALREADY_STARTED" not in fault.faultString:
            raise LocalError(f"the supervisor cannot start {name}: {fault.faultString}") from fault


def stop_all(remote: Remote) -> None:
    """Stop the processes together, each draining, then the servers under them, then the supervisor itself."""
    remote.stopProcessGroup(GROUP, True)  # noqa: FBT003
    for name in SERVERS:
        if states(remote)[name] not in {"STOPPED", "EXITED", "FATAL"}:
            remote.stopProcess(name, True)  # noqa: FBT003
    pid = remote.getPID()
    remote.shutdown()
    give_up_at = time.monotonic() + _STOPS_WITHIN_S
    while Path(f"/proc/{pid}").exists() and not _is_zombie(pid):
        if time.monotonic() >= give_up_at:
            raise LocalError(f"the supervisor, process {pid}, does not end; look at its log and stop it by hand")
        time.sleep(_LOOK_EVERY_S)


def _is_zombie(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except FileNotFoundError:
        return True


def _socket(standing: Standing) -> Path:
    return standing.run / "supervisor.sock"


def configuration(standing: Standing) -> str:
    """The supervisor's settings: who is restarted, how it is asked to stop, how large its log may grow."""
    programs = [
        _program("postgres", standing, stop_signal="INT", stop_wait_s=60),
        _program("kafka", standing, stop_signal="TERM", stop_wait_s=60),
        *(_program(process.name, standing, stop_signal="TERM", stop_wait_s=40) for process in PROCESSES),
        f"[group:{GROUP}]\nprograms = {','.join(process.name for process in PROCESSES)}\n",
    ]
    head = f"""\
[supervisord]
logfile = {_plain(standing.logs / "supervisord.log")}
logfile_maxbytes = 5MB
logfile_backups = 2
pidfile = {_plain(standing.run / "supervisord.pid")}
childlogdir = {_plain(standing.logs)}

[unix_http_server]
file = {_plain(_socket(standing))}
chmod = 0700

[rpcinterface:supervisor]
supervisor.rpcinterface_factory = supervisor.rpcinterface:make_main_rpcinterface
"""
    return "\n".join([head, *programs])


def _program(name: str, standing: Standing, *, stop_signal: str, stop_wait_s: int) -> str:
    command = shlex.join([sys.executable, "-m", "deploy.local.run", name])
    return f"""\
[program:{name}]
command = {_plain(command)}
directory = {_plain(ROOT)}
autostart = false
autorestart = true
startsecs = 2
startretries = 1000000
stopsignal = {stop_signal}
stopwaitsecs = {stop_wait_s}
redirect_stderr = true
stdout_logfile = {_plain(standing.logs / f"{name}.log")}
stdout_logfile_maxbytes = 20MB
stdout_logfile_backups = 3
"""


def _plain(value: Path | str) -> str:
    return str(value).replace("%", "%%")
