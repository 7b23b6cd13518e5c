"""The sandbox as a process: makes its province while it already answers, then plays it."""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
from contextlib import suppress

import uvicorn
import uvloop

from services.sandbox.app import Preparation, application
from services.sandbox.faults import ReplyFaults, SourceFaults
from services.sandbox.profiles import PROFILES
from services.sandbox.province import prepare

_SECRET_LEAST = 16


def main() -> None:
    """Serve on 127.0.0.1 until stopped. The webhook secret comes by KHOP_SANDBOX_SECRET, never as an argument."""
    parser = argparse.ArgumentParser(prog="python -m services.sandbox", description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--profile", choices=sorted(PROFILES), default="langson-2024-h1")
    parser.add_argument("--scale", type=int, default=20, help="1:N of the published figures")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--lost-replies", type=float, default=0.0, help="share of the portals' replies that are lost")
    parser.add_argument("--outage-s", type=float, default=0.0, help="how long the national portal is away once")
    parser.add_argument("--slow-link-s", type=float, default=0.0, help="how long the dashboard takes for each reply")
    arguments = parser.parse_args()
    if arguments.scale < 1:
        parser.error(f"--scale is {arguments.scale}; it must be 1 or more")
    secret = os.environ.get("KHOP_SANDBOX_SECRET", "")
    if len(secret) < _SECRET_LEAST:
        parser.error(f"KHOP_SANDBOX_SECRET is not set or too short; give at least {_SECRET_LEAST} characters")
    with suppress(KeyboardInterrupt), asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_serve(arguments, secret))


async def _serve(arguments: argparse.Namespace, secret: str) -> None:
    preparation = Preparation()
    lost = arguments.lost_replies
    faults = {
        "portal": ReplyFaults(lost=lost),
        "national": ReplyFaults(lost=lost, outage_s=arguments.outage_s),
        "ioc": ReplyFaults(lost=lost, slow_link_s=arguments.slow_link_s),
    }
    server = uvicorn.Server(
        uvicorn.Config(
            application(preparation, secret=secret, faults=faults, seed=arguments.seed),
            host="127.0.0.1",
            port=arguments.port,
            log_level="warning",
            access_log=False,
            lifespan="off",
        )
    )
    making = asyncio.create_task(_make(preparation, arguments))
    await server.serve()
    await making
    if preparation.failed:
        sys.exit(1)


async def _make(preparation: Preparation, arguments: argparse.Namespace) -> None:
    try:
        preparation.province = await asyncio.to_thread(
            prepare,
            PROFILES[arguments.profile],
            scale=arguments.scale,
            seed=arguments.seed,
            sources=SourceFaults(),
            progress=preparation.report,
        )
    except (ValueError, OverflowError) as error:
        preparation.failed = str(error)


if __name__ == "__main__":
    main()
