"""`make up`: the whole system in the background, supervised; run again it starts only what is missing."""

import argparse
import asyncio
import sys
import time

import asyncpg
import httpx
from aiokafka.errors import KafkaError
from rich.console import Console

from deploy.kafka import topics
from deploy.local import kafka, lock, postgres, supervisor
from deploy.local.child import tail
from deploy.local.errors import LocalError
from deploy.local.infra import create_database
from deploy.local.processes import PROCESSES
from deploy.local.standing import DATABASE, Standing
from deploy.postgres.migrate import MigrationFailed, migrate

_ANOTHER_COMMAND_WAIT_S = 180.0
_PROCESSES_READY_WITHIN_S = 90.0
_LOOK_EVERY_S = 0.2


async def up(standing: Standing, *, console: Console, servers_only: bool) -> None:
    """Start what does not run and wait until it is ready."""
    with console.status("Kafka, PostgreSQL…") as status:
        kafka.prepare(standing.data / "kafka")
        if not supervisor.answers(standing):
            postgres.prepare(standing.data / "postgres")
            supervisor.launch(standing)
        for name in supervisor.SERVERS:
            supervisor.start(standing, name)
        await asyncio.gather(
            kafka.ready(standing.broker, process=None, log=standing.logs / "kafka.log"),
            postgres.ready(standing.server, process=None, log=standing.logs / "postgres.log"),
        )
        status.update("Lược đồ, chủ đề · schema, topics…")
        await create_database(standing.server.dsn(database="postgres"), name=DATABASE)
        await migrate(standing.server.dsn(database=DATABASE))
        await topics.ensure(standing.broker.bootstrap)
        write_env(standing)
        if not servers_only:
            status.update("Các tiến trình Khớp · Khớp's processes…")
            for process in PROCESSES:
                supervisor.start(standing, process.name)
            await _processes_ready(standing)


def write_env(standing: Standing) -> None:
    """Write down where everything is, as the operator's role sees it, for `khop` and for people."""
    processes = ",".join(f"{process.name}={standing.url(process.name)}" for process in PROCESSES)
    lines = (
        f"KHOP_POSTGRES_DSN={standing.dsn_as('khop_operator')}",
        f"KHOP_KAFKA_BOOTSTRAP={standing.broker.bootstrap}",
        f"KHOP_GATEWAY_URL={standing.url('gateway')}",
        f"KHOP_PROCESSES={processes}",
    )
    standing.env_file.touch(mode=0o600)
    standing.env_file.write_text("\n".join(lines) + "\n")


async def _processes_ready(standing: Standing) -> None:
    waiting = {process.name: "no answer" for process in PROCESSES}
    give_up_at = time.monotonic() + _PROCESSES_READY_WITHIN_S
    async with httpx.AsyncClient(timeout=5) as client:
        while waiting:
            for name in list(waiting):
                try:
                    answer = await client.get(f"{standing.url(name)}/health/ready")
                except httpx.TransportError as error:
                    waiting[name] = str(error) or type(error).__name__
                    continue
                waiting[name] = answer.text
                if answer.is_success:
                    del waiting[name]
            if waiting and time.monotonic() >= give_up_at:
                raise LocalError(_not_ready(waiting, standing=standing, states=supervisor.states(standing)))
            await asyncio.sleep(_LOOK_EVERY_S)


def _not_ready(waiting: dict[str, str], *, standing: Standing, states: dict[str, str]) -> str:
    first = next(iter(waiting))
    reasons = "; ".join(f"{name} ({states[name]}): {reason.strip()[:300]}" for name, reason in waiting.items())
    log = standing.logs / f"{first}.log"
    return f"not ready after {_PROCESSES_READY_WITHIN_S:.0f} s: {reasons}\n{log} says:\n{tail(log, lines=6)}"


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m deploy.local.up", description=__doc__)
    parser.add_argument("--servers-only", action="store_true", help="Kafka and PostgreSQL, no process of Khớp")
    options = parser.parse_args()
    console, standing = Console(stderr=True), Standing()
    try:
        with lock.hold(standing.run, wait_s=_ANOTHER_COMMAND_WAIT_S):
            asyncio.run(up(standing, console=console, servers_only=options.servers_only))
    except (LocalError, MigrationFailed, topics.TopicsDiffer, KafkaError, asyncpg.PostgresError) as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("stopped half-way; `make up` goes on, `make down` stops what started", file=sys.stderr)
        return 130
    print(f"Đang chạy · running: Kafka {standing.broker.bootstrap}, PostgreSQL 127.0.0.1:{standing.server.port}")
    if not options.servers_only:
        print(f"  gateway {standing.url('gateway')}   khop status   make down")
    print(f"  {standing.env_file}   {standing.logs}/")
    return 0


if __name__ == "__main__":
    sys.exit(main())
