"""Becomes one of the programs that `make up` keeps, so that the supervisor needs to know nothing but its name."""

import os
import signal
import sys

from deploy.local import child, kafka, lock, ordinary_user, ports, postgres
from deploy.local.errors import LocalError
from deploy.local.paths import ROOT
from deploy.local.processes import BY_NAME, environment
from deploy.local.standing import Standing


def main() -> None:
    name = sys.argv[1]
    try:
        match name:
            case "kafka":
                _be_kafka(Standing())
            case "postgres":
                _be_postgres(Standing())
            case _:
                _be_process(Standing(), name)
    except LocalError as error:
        sys.exit(str(error))


def _be_kafka(standing: Standing) -> None:
    _keep(lock.take(standing.data / "kafka"))
    broker = kafka.prepare(standing.data / "kafka")
    ports.require_free(broker.port, folder=broker.folder)
    child.die_with_parent(signal.SIGTERM)
    _become(kafka.command(broker))


def _be_postgres(standing: Standing) -> None:
    _keep(lock.take(standing.data / "postgres"))
    server = postgres.prepare(standing.data / "postgres")
    postgres.await_old_server(server)
    ports.require_free(server.port, folder=server.folder)
    command = postgres.command(server)
    if change_identity := ordinary_user.become():
        change_identity()
    child.die_with_parent(signal.SIGQUIT)
    _become(command)


def _be_process(standing: Standing, name: str) -> None:
    process = BY_NAME[name]
    env = environment(
        process, dsn_as=standing.dsn_as, kafka_bootstrap=standing.broker.bootstrap, port=standing.port(name)
    )
    os.chdir(ROOT)
    child.die_with_parent(signal.SIGTERM)
    _become(process.command, env=env)


def _keep(descriptor: int) -> None:
    # The program inherits the lock: the folder is in use for exactly as long as any of its processes lives.
    os.set_inheritable(descriptor, True)  # noqa: FBT003 - the signature is the standard library's


def _become(command: list[str], *, env: dict[str, str] | None = None) -> None:
    os.execve(command[0], command, os.environ if env is None else env)


if __name__ == "__main__":
    main()
