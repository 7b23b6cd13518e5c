"""The pipeline comes out even after anything; a failure prints its seed."""

import os
import subprocess
import sys

SEEDS = 500


def test_every_seed_comes_out_even() -> None:
    # A process of its own: seeds replay only where the order of sets is pinned from the start.
    done = subprocess.run(
        [sys.executable, "-m", "tests.simulation", "--seeds", str(SEEDS)],
        env=os.environ | {"PYTHONHASHSEED": "0"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-4000:]
    assert f"{SEEDS} seeds" in done.stdout
