"""`make demo`: before, Khớp, after and truth on one screen; exit 0 only if all agree and equal the truth."""

import argparse
import asyncio
import sys
from pathlib import Path

import asyncpg
import httpx
from aiokafka.errors import KafkaError
from rich.console import Console

from deploy.kafka.topics import TopicsDiffer
from deploy.local import lock, paths
from deploy.local.demo import screen, summary
from deploy.local.demo.play import perform, stage
from deploy.local.demo.running import Scenario
from deploy.local.errors import LocalError
from deploy.postgres.migrate import MigrationFailed
from services.sandbox.profiles import PROFILES


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m deploy.local.demo", description=__doc__)
    parser.add_argument("--profile", choices=sorted(PROFILES), default="langson-2024-h1")
    parser.add_argument("--scale", type=_scale, default=20, help="1:N of the published figures; 1 is the whole period")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", action="store_true", help="leave everything running until Ctrl-C, to look around")
    parser.add_argument("--home", type=Path, default=paths.HOME / "demo", help="the demo's own folder")
    options = parser.parse_args()
    console = Console()
    try:
        with lock.hold(options.home):
            return asyncio.run(_run(options, console))
    except (LocalError, MigrationFailed, TopicsDiffer) as error:
        print(f"demo: {error}", file=sys.stderr)
    except (KafkaError, asyncpg.PostgresError, httpx.HTTPError, OSError) as error:
        print(f"demo: {type(error).__name__}: {error}; logs are in {options.home / 'logs'}", file=sys.stderr)
    except KeyboardInterrupt:
        print("demo: stopped", file=sys.stderr)
        return 130
    return 1


async def _run(options: argparse.Namespace, console: Console) -> int:
    scenario = Scenario(profile=options.profile, scale=options.scale, seed=options.seed)
    async with stage(options.home, scenario, console=console) as running:
        result = await perform(running, console=console)
        summary.write(options.home / "summary.json", result)
        screen.show(console, result)
        if options.keep:
            screen.addresses(console, running.addresses())
            await asyncio.Event().wait()
    return 0 if result.equal else 1


def _scale(text: str) -> int:
    if not text.isascii() or not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 1 on")
    return int(text)


if __name__ == "__main__":
    sys.exit(main())
