"""Sets the stage and plays: servers, sandbox and every process of Khớp, until all that was said has arrived."""

from __future__ import annotations

import asyncio
import json
import os
import secrets
import shutil
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any, Final

import httpx
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from deploy.kafka import topics
from deploy.local import child, paths, ports
from deploy.local.demo import rest
from deploy.local.demo.running import DATABASE, Running, Scenario
from deploy.local.demo.summary import FIGURES, Result
from deploy.local.errors import LocalError
from deploy.local.infra import local_infra
from deploy.local.processes import PROCESSES, environment, start, stop
from deploy.postgres.migrate import migrate
from services.deliveries.port import Subscriber
from services.deliveries.postgres import PostgresLedger
from services.runtime.postgres import open_pool
from services.sandbox.province import NAMES

_SANDBOX_WITHIN_S: Final = 300.0
_LOOK_EVERY_S: Final = 0.2
_COMMAND_TIMEOUT_S: Final = 300.0

SOURCES: Final = """\
[[source]]
tenant = "{tenant}"
system = "one-stop"
adapter = "one_stop"
url = "{sandbox}/one-stop"
page_rows = 2000

[[source]]
tenant = "{tenant}"
system = "portal"
adapter = "portal"
url = "{sandbox}/portal"
page_rows = 2000
"""


@asynccontextmanager
async def stage(home: Path, scenario: Scenario, *, console: Console) -> AsyncIterator[Running]:
    """Servers, sandbox, subscribers and processes, started afresh on data of their own and stopped at the end."""
    for old in ("data", "logs", "run"):
        shutil.rmtree(home / old, ignore_errors=True)
    logs, run = home / "logs", home / "run"
    run.mkdir(parents=True)
    names = tuple(process.name for process in PROCESSES)
    chosen = ports.remembered(run, names=("sandbox", *names))
    sandbox = f"http://127.0.0.1:{chosen['sandbox']}"
    secret = secrets.token_hex(32)
    async with AsyncExitStack() as opened:
        children: dict[str, subprocess.Popen[bytes]] = {}
        opened.callback(_stop_all, children)
        children["sandbox"] = _start_sandbox(scenario, chosen["sandbox"], secret=secret, log=logs / "sandbox.log")
        client = await opened.enter_async_context(httpx.AsyncClient(timeout=60))
        with _bars(console) as bars:
            task = bars.add_task("Kafka, PostgreSQL", total=3)
            infra = await opened.enter_async_context(local_infra(home / "data"))
            bars.advance(task)
            await migrate(infra.dsn(database=DATABASE))
            bars.advance(task)
            await topics.ensure(infra.kafka_bootstrap)
            bars.advance(task)
            running = Running(
                home=home,
                scenario=scenario,
                infra=infra,
                sandbox=sandbox,
                ports=chosen,
                children=children,
                client=client,
            )
            await _made(running, bars)
        await _subscribe(running, secret=secret)
        sources = run / "sources.toml"
        sources.write_text(SOURCES.format(tenant=running.profile.tenant, sandbox=sandbox), encoding="utf-8")
        # Stopped before the servers they rely on.
        processes: dict[str, subprocess.Popen[bytes]] = {}
        opened.callback(_stop_all, processes)
        for process in PROCESSES:
            env = environment(
                process,
                dsn_as=lambda role: infra.dsn(database=DATABASE, user=role),
                kafka_bootstrap=infra.kafka_bootstrap,
                port=chosen[process.name],
                also={"KHOP_SOURCES": str(sources)},
            )
            processes[process.name] = start(process, env=env, log=logs / f"{process.name}.log")
            children[process.name] = processes[process.name]
        yield running


async def perform(running: Running, *, console: Console) -> Result:
    """Wait until everything has arrived everywhere, then ask everybody for the figures. Raises LocalError."""
    told = await _ask(running, "/truth")
    with _bars(console) as bars:
        seen = await rest.reached(running, bars, statements=told["statements"])
    with _bars(console) as bars:
        task = bars.add_task("Báo cáo · reports", total=len(NAMES) + 3)
        report = await _khop(running, "report", "flow", *_period(running), "--hashes", "--json")
        khop = _khop_figures(json.loads(report))
        bars.advance(task)
        after = {}
        for name in NAMES:
            after[name] = await _ask(running, f"/{name}/count")
            bars.advance(task)
        differences = await _ask(running, "/differences")
        bars.advance(task)
        example = told["example"]
        why = await _khop(running, "why", example["code"], "--tenant", running.profile.tenant) if example else ""
        bars.advance(task)
    return Result(
        profile=running.scenario.profile,
        seed=running.scenario.seed,
        scale=running.scenario.scale,
        period=(running.profile.first_day.isoformat(), running.profile.last_day.isoformat()),
        dossiers=told["dossiers"],
        events=seen.events,
        deliveries=seen.deliveries,
        seconds=seen.seconds,
        truth=told["truth"],
        before={name: {figure: told["before"][name][figure] for figure in FIGURES} for name in NAMES},
        khop=khop,
        after=after,
        wrong_before=told["wrong_before"],
        wrong_after=sum(portal["count"] for portal in differences.values()),
        example=example,
        why=why,
    )


def _khop_figures(report: Mapping[str, Any]) -> dict[str, Any]:
    figures = dict(report["totals"])
    in_hand = figures["in_hand_not_due"] + figures["in_hand_overdue"] + figures["in_hand_no_due_date"]
    return {**figures, "in_hand": in_hand, "lists": figures.pop("hashes")}


def _period(running: Running) -> list[str]:
    profile = running.profile
    return [
        *("--tenant", profile.tenant),
        *("--from", profile.first_day.isoformat()),
        *("--to", profile.last_day.isoformat()),
    ]


async def _khop(running: Running, *arguments: str) -> str:
    """What the command says on standard output. Raises LocalError when it ends with an error."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "services.operator", *arguments),
        env=running.khop_environment,
        cwd=paths.ROOT,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    async with asyncio.timeout(_COMMAND_TIMEOUT_S):
        said, complained = await process.communicate()
    if process.returncode:
        complaint = complained.decode(errors="replace").strip()
        raise LocalError(f"khop {' '.join(arguments)} ended with exit code {process.returncode}: {complaint}")
    return said.decode()


async def _ask(running: Running, path: str) -> Any:
    answer = await running.client.get(f"{running.sandbox}{path}")
    answer.raise_for_status()
    return answer.json()


async def _made(running: Running, bars: Progress) -> None:
    """Wait until the sandbox has made its province, showing each step."""
    tasks: dict[str, Any] = {}
    give_up_at = time.monotonic() + _SANDBOX_WITHIN_S
    while True:
        running.require_alive()
        try:
            progress = (await running.client.get(f"{running.sandbox}/progress")).json()
        except httpx.TransportError:
            progress = {"ready": False, "failed": None, "steps": {}}
        if progress["failed"]:
            raise LocalError(f"the sandbox cannot make its province: {progress['failed']}")
        for step, (done, total) in progress["steps"].items():
            if step not in tasks:
                tasks[step] = bars.add_task(f"Tỉnh giả lập · sandbox: {step}")
            bars.update(tasks[step], completed=done, total=total)
        if progress["ready"]:
            return
        if time.monotonic() >= give_up_at:
            raise LocalError(f"the sandbox is not ready after {_SANDBOX_WITHIN_S:.0f} s: {progress}")
        await asyncio.sleep(_LOOK_EVERY_S)


async def _subscribe(running: Running, *, secret: str) -> None:
    """Every portal is a webhook subscriber from the beginning of the log."""
    async with open_pool(running.infra.dsn(database=DATABASE, user="khop_operator"), name="demo") as pool:
        ledger = PostgresLedger(pool)
        for name in NAMES:
            subscriber = Subscriber(
                tenant=running.profile.tenant,
                name=name,
                kind="webhook",
                start="history",
                settings={"url": f"{running.sandbox}/{name}", "secret": secret},
            )
            await ledger.subscribe(subscriber, from_position=0)


def _start_sandbox(scenario: Scenario, port: int, *, secret: str, log: Path) -> subprocess.Popen[bytes]:
    command = [
        *(sys.executable, "-m", "services.sandbox", "--port", str(port)),
        *("--profile", scenario.profile, "--scale", str(scenario.scale), "--seed", str(scenario.seed)),
        *("--lost-replies", "0.003", "--outage-s", "2"),
    ]
    return child.spawn(command, log=log, env={**os.environ, "KHOP_SANDBOX_SECRET": secret}, cwd=paths.ROOT)


def _stop_all(children: Mapping[str, subprocess.Popen[bytes]]) -> None:
    for process in children.values():
        if process.poll() is None:
            process.terminate()
    for process in children.values():
        stop(process)


@contextmanager
def _bars(console: Console) -> Iterator[Progress]:
    columns = (TextColumn("{task.description:<44}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bars:
        yield bars
