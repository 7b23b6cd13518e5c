"""Follows the parts of a build in processes of their own, one for each, so that several processors work."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from collections.abc import Callable, Iterable
from typing import Final

from services.projections.port import BuildGone, ReadModelsUnavailable
from services.projections.rebuild import FollowParts, PartOf, all_or_none

DSN_NAME: Final = "KHOP_POSTGRES_DSN"
MODULE: Final = "services.projections.part_process"


class PartFailed(Exception):
    """The process that followed a part ended before it was done; the message says how."""


def in_processes(dsn: str, *, at_once: int) -> FollowParts:
    """Follow each part in a process of its own, at most `at_once` at the same time.

    What is raised there for others to handle is raised here too: BuildGone, DatabaseUnavailable; all else is
    PartFailed. A process cannot outlive this one for long: it ends when its standard input does.
    """

    async def follow(parts: Iterable[PartOf], *, reached: Callable[[PartOf, int], None]) -> None:
        turns = asyncio.Semaphore(at_once)

        async def in_turn(part: PartOf) -> None:
            async with turns:
                await _follow(dsn, part, reached)

        await all_or_none(in_turn(part) for part in parts)

    return follow


async def _follow(dsn: str, part: PartOf, reached: Callable[[PartOf, int], None]) -> None:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", MODULE, part.projection, part.tenant, str(part.build), str(part.number)),
        env={**os.environ, DSN_NAME: dsn},
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        start_new_session=True,  # Ctrl-C goes to this process, which ends them all
    )
    assert process.stdout is not None
    try:
        async for line in process.stdout:
            said = json.loads(line)
            if "reached" in said:
                reached(part, said["reached"])
            elif "away" in said:
                raise ReadModelsUnavailable(said["away"])
            else:
                raise BuildGone(said["gone"])
        code = await process.wait()
    finally:
        # What it writes it writes in transactions, so it may be ended anywhere.
        if process.returncode is None:
            process.kill()
            await process.wait()
    if code != 0:
        raise PartFailed(f"{part.tenant}: the process of part {part.number + 1} of {part.projection} {_ended(code)}")


def _ended(code: int) -> str:
    return f"ended with exit code {code}" if code > 0 else f"was ended by {signal.Signals(-code).name}"
