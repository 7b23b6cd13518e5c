"""What keeps the background system alive: a supervisor that restarts whatever ends, reached by a socket of our own."""

import shlex
import subprocess
import sys
import time
import xmlrpc.client
from pathlib import Path
from typing import Any

from supervisor.xmlrpc import SupervisorTransport

from deploy.local.child import tail
from deploy.local.errors import LocalError
from deploy.local.paths import ROOT
from deploy.local.processes import PROCESSES
from deploy.local.standing import Standing

SERVERS = ("postgres", "kafka")
GROUP = "khop"
_LONGEST_SOCKET_NAME = 95
_STARTS_WITHIN_S = 20.0
_STOPS_WITHIN_S = 90.0
_LOOK_EVERY_S = 0.1
_DO_NOT_WAIT = False


def answers(standing: Standing) -> bool:
    """Whether a supervisor runs for this home."""
    try:
        _ask(standing, "getPID")
    except (OSError, xmlrpc.client.Error):
        return False
    return True


def launch(standing: Standing) -> None:
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
    while not answers(standing):
        if started.returncode != 0 or time.monotonic() >= give_up_at:
            said = started.stderr.strip() or tail(standing.logs / "supervisord.log")
            raise LocalError(f"the supervisor did not start: {said}")
        time.sleep(_LOOK_EVERY_S)


def states(standing: Standing) -> dict[str, str]:
    """What the supervisor says of each program: RUNNING, STARTING, BACKOFF, STOPPED, FATAL …"""
    return {info["name"]: info["statename"] for info in _ask(standing, "getAllProcessInfo")}


def pids(standing: Standing) -> dict[str, int]:
    """The process of each program that runs."""
    return {info["name"]: info["pid"] for info in _ask(standing, "getAllProcessInfo") if info["pid"]}


def start(standing: Standing, name: str) -> None:
    """Ask for a program unless it runs already; the supervisor keeps it running from now on."""
    try:
        _ask(standing, "startProcess", name if name in SERVERS else f"{GROUP}:{name}", _DO_NOT_WAIT)
    except xmlrpc.client.Fault as fault:
        if "ALREADY_STARTED" not in fault.faultString:
            raise LocalError(f"the supervisor cannot start {name}: {fault.faultString}") from fault


def stop_all(standing: Standing) -> None:
    """Stop the processes together, each draining, then the servers under them, then the supervisor itself."""
    _ask(standing, "stopProcessGroup", GROUP)
    for name in SERVERS:
        if states(standing)[name] not in {"STOPPED", "EXITED", "FATAL"}:
            _ask(standing, "stopProcess", name)
    pid = _ask(standing, "getPID")
    _ask(standing, "shutdown")
    give_up_at = time.monotonic() + _STOPS_WITHIN_S
    while Path(f"/proc/{pid}").exists() and not _is_zombie(pid):
        if time.monotonic() >= give_up_at:
            raise LocalError(f"the supervisor, process {pid}, does not end; look at its log and stop it by hand")
        time.sleep(_LOOK_EVERY_S)


def _ask(standing: Standing, method: str, *arguments: str | bool) -> Any:
    transport = SupervisorTransport(serverurl=f"unix://{_socket(standing)}")
    with xmlrpc.client.ServerProxy("http://localhost", transport=transport) as server:
        return getattr(server.supervisor, method)(*arguments)


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
