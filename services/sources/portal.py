"""A provincial portal of OpenCPS-like software that is polled; its statuses are words."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from services.sources.http_changes import open_changes

MAPPING: Final = Path(__file__).parent / "maps" / "portal.toml"
"""What its words mean; an installation with words of its own names another file."""

__all__ = ["MAPPING", "open_changes"]
