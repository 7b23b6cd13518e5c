"""A one-stop system of iGate-like software that is polled; its statuses are numbers of its own list."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from services.sources.http_changes import open_changes

MAPPING: Final = Path(__file__).parent / "maps" / "one_stop.toml"
"""What its numbers mean; an installation with numbers of its own names another file."""

__all__ = ["MAPPING", "open_changes"]
