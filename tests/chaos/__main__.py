"""The long run: `python -m tests.chaos --minutes 20` kills processes every two seconds, Kafka and PostgreSQL too."""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
from collections import Counter
from pathlib import Path

from tests.chaos.drama import drama

EVERY_S = 2.0


def main() -> int:
    """Exit status 1 when anything was lost, doubled, out of order or unequal."""
    arguments = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    arguments.add_argument("--minutes", type=float, default=20.0, help="for how long")
    arguments.add_argument("--seed", type=int, default=1, help="which systems, and whom it hits")
    asked = arguments.parse_args()
    kills = max(1, round(asked.minutes * 60 / EVERY_S))
    folder = Path(tempfile.mkdtemp(prefix="khop-chaos-"))
    killed, wrong = asyncio.run(
        drama(folder, kills=kills, every_s=EVERY_S, seed=asked.seed, servers_too=True, tell=_tell)
    )
    counts = ", ".join(f"{name} {count}" for name, count in sorted(Counter(killed).items()))
    sys.stdout.write(f"{len(killed)} kills: {counts}\n")
    sys.stdout.write("\n".join(wrong[:20]) + "\n" if wrong else "nothing lost, nothing out of order, all equal\n")
    sys.stdout.write(f"logs: {folder}\n" if wrong else "")
    return 1 if wrong else 0


def _tell(sentence: str) -> None:
    sys.stderr.write(f"\r\033[K{sentence}")
    sys.stderr.flush()


if __name__ == "__main__":
    sys.exit(main())
