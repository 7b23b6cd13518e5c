"""A real process starts, answers about its health, drains when it is told to stop, and dies loudly of a defect."""

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest

ROOT = Path(__file__).resolve().parents[3]

PROGRAM = """
import asyncio, sys
from services.runtime.process import Loop, Process, run

class Away(Exception):
    pass

tries = 0

async def work():
    global tries
    tries += 1
    if {kind!r} == "defect":
        raise ZeroDivisionError("a defect")
    if {kind!r} == "away" or ({kind!r} == "comes back" and tries < 3):
        raise Away("the database is away")
    if {kind!r} == "strays":
        asyncio.current_task().cancel()
    print("working", flush=True)
    try:
        await asyncio.Event().wait()
    finally:
        if {kind!r} == "hangs":
            while True:
                try:
                    await asyncio.sleep(3600)
                except asyncio.CancelledError:
                    continue
        await asyncio.sleep(0.05)
        print("drained", flush=True)

async def main(process):
    try:
        await process.supervise(Loop(name="work", run=work, retry_on=(Away,)))
    finally:
        print("closed", flush=True)

run("example", main)
"""


class Running:
    """A process under test with what it said."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process
        self.port = 0
        self.log: list[dict[str, object]] = []

    async def logged(self, event: str) -> dict[str, object]:
        assert self.process.stderr is not None
        async with asyncio.timeout(20):
            while line := await self.process.stderr.readline():
                entry: dict[str, object] = json.loads(line)
                self.log.append(entry)
                if entry["event"] == event:
                    return entry
        raise AssertionError(f"{event!r} was never logged: {self.log}")

    async def said(self, line: str) -> None:
        assert self.process.stdout is not None
        async with asyncio.timeout(20):
            assert (await self.process.stdout.readline()).decode().strip() == line

    async def ended(self) -> tuple[int, str]:
        async with asyncio.timeout(20):
            out, err = await self.process.communicate()
        self.log += [json.loads(line) for line in err.decode().splitlines()]
        assert self.process.returncode is not None
        return self.process.returncode, out.decode()


@asynccontextmanager
async def running(kind: str, **env: str) -> AsyncIterator[Running]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", PROGRAM.format(kind=kind)),
        cwd=ROOT,
        env={**os.environ, "KHOP_PORT": "0", "KHOP_LOG_FORMAT": "json", "KHOP_INSTANCE": "example-1", **env},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        yield Running(process)
    finally:
        if process.returncode is None:
            process.kill()
            await process.communicate()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_stop_drains_the_loop_then_closes_what_it_used(number: signal.Signals) -> None:
    async with running("works") as program:
        await program.logged("started")
        await program.said("working")
        program.process.send_signal(number)
        code, out = await program.ended()
    assert (code, out.split()) == (0, ["drained", "closed"])


async def test_health_metrics_and_status_are_answered_on_the_local_port() -> None:
    async with running("works") as program:
        port = (await program.logged("started"))["port"]
        await program.said("working")
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client:
            live, metrics = await client.get("/health/live"), await client.get("/metrics")
            status = (await client.get("/status")).json()
    assert (live.status_code, live.json()) == (200, {"ok": True, "reasons": []})
    assert "khop_live" in metrics.text
    assert (status["name"], status["instance"], status["live"], status["lanes"]) == ("example", "example-1", True, [])


async def test_a_defect_takes_the_process_down_with_its_cause_in_the_log() -> None:
    async with running("defect") as program:
        code, out = await program.ended()
    assert (code, out.split()) == (1, ["closed"])
    (failure,) = [line for line in program.log if line["event"] == "loop failed"]
    assert "ZeroDivisionError" in json.dumps(failure)


async def test_a_loop_that_is_cancelled_though_nobody_stopped_it_is_a_defect() -> None:
    async with running("strays") as program:
        code, out = await program.ended()
    assert (code, out.split()) == (1, ["working", "drained", "closed"])
    (failure,) = [line for line in program.log if line["event"] == "loop failed"]
    assert (failure["loop"], failure["reason"]) == ("work", "cancelled, though nobody stopped it")


async def test_what_is_away_is_waited_for_and_shown() -> None:
    async with running("away") as program:
        port = (await program.logged("started"))["port"]
        waiting = await program.logged("waiting")
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client:
            ready = await client.get("/health/ready")
        program.process.terminate()
        code, _ = await program.ended()
    assert waiting["reason"] == "Away: the database is away"
    assert ready.status_code == 503
    assert "work: Away: the database is away" in ready.json()["reasons"]
    assert code == 0


async def test_a_loop_goes_on_when_what_it_needs_comes_back() -> None:
    async with running("comes back") as program:
        await program.said("working")
        program.process.terminate()
        code, out = await program.ended()
    assert (code, out.split()) == (0, ["drained", "closed"])
    assert [line["event"] for line in program.log].count("waiting") == 2


async def test_a_loop_that_does_not_drain_is_cut_off_after_the_bound() -> None:
    async with running("hangs", KHOP_DRAIN_TIMEOUT_S="1") as program:
        await program.said("working")
        program.process.terminate()
        code, _ = await program.ended()
    assert code == 1
    assert program.log[-1]["event"] == "not drained in time"
    assert program.log[-1]["reason"] == "work"


async def test_a_wrong_setting_is_one_sentence_and_exit_2() -> None:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", PROGRAM.format(kind="works")),
        cwd=ROOT,
        env={**os.environ, "KHOP_PORT": "ninety"},
        stderr=asyncio.subprocess.PIPE,
    )
    _, err = await process.communicate()
    assert process.returncode == 2
    assert err.decode() == "example: KHOP_PORT is 'ninety', not a whole number\n"
