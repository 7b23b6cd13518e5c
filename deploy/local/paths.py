"""Where local runs keep their things, said once, so that no two commands disagree."""

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
HOME = Path(os.environ.get("KHOP_HOME") or ROOT / ".khop").resolve()


def cache() -> Path:
    """Folder of downloads that outlive `make clean`; `KHOP_CACHE` overrides it."""
    return Path(os.environ.get("KHOP_CACHE") or ROOT / ".khop" / "cache").resolve()
