"""The long run: `python -m tests.simulation --seeds 100000`; `--seed N` replays one.

The order of sets of text depends on PYTHONHASHSEED, so it is pinned to 0 before anything is simulated.
"""

from __future__ import annotations

import argparse
import os
import sys
import traceback
from concurrent.futures import ProcessPoolExecutor
from contextlib import nullcontext
from functools import partial

from rich.progress import track

from tests.simulation.mutants import MUTANTS
from tests.simulation.simulate import Verdict, simulate


def main() -> int:
    """Exit status 1 when a seed found something; each is named with the way to replay it."""
    arguments = argparse.ArgumentParser(prog="python -m tests.simulation", description=__doc__)
    arguments.add_argument("--seeds", type=int, default=500, help="how many seeds")
    arguments.add_argument("--start", type=int, default=0, help="the first seed")
    arguments.add_argument("--seed", type=int, help="replay this one alone")
    arguments.add_argument(
        "--mutant", choices=sorted(MUTANTS), help="plant this bug and stop at the first seed that finds it"
    )
    asked = arguments.parse_args()
    if os.environ.get("PYTHONHASHSEED") != "0":
        os.execve(
            sys.executable,
            [sys.executable, "-m", "tests.simulation", *sys.argv[1:]],
            os.environ | {"PYTHONHASHSEED": "0"},
        )
    seeds = [asked.seed] if asked.seed is not None else range(asked.start, asked.start + asked.seeds)
    failed = events = kills = 0
    with ProcessPoolExecutor() as pool:
        work = pool.map(partial(_one, mutant=asked.mutant), seeds, chunksize=2)
        for verdict in track(work, total=len(seeds), description="seeds"):
            events, kills = events + verdict.events, kills + verdict.kills
            if verdict.found:
                failed += 1
                sys.stdout.write(f"seed {verdict.seed}: {verdict.found[0]}\n")
                planted = f" --mutant {asked.mutant}" if asked.mutant else ""
                sys.stdout.write(f"  replay: python -m tests.simulation --seed {verdict.seed}{planted}\n")
                sys.stdout.flush()  # a long run that is ended early has still said what it found
                if asked.mutant:
                    pool.shutdown(cancel_futures=True)
                    return 1
    sys.stdout.write(f"{len(seeds)} seeds, {events} events, {kills} kills, {failed} with findings\n")
    return 1 if failed else 0


def _one(seed: int, *, mutant: str | None) -> Verdict:
    try:
        with MUTANTS[mutant]() if mutant else nullcontext():
            return simulate(seed)
    except BaseException:  # noqa: BLE001 - the pool must get to know of anything with the seed that did it
        return Verdict(seed, [traceback.format_exc()], 0, 0)


if __name__ == "__main__":
    sys.exit(main())
