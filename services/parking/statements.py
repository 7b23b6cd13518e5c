"""Every SQL statement of the parking lot and the quarantine by name."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from services.runtime.database import load_statements


@dataclass(frozen=True, slots=True, kw_only=True)
class Statements:
    """One field a file in `sql/`."""

    park: str
    start: str
    finish: str
    list_parked: str
    get_parked: str
    settle_parked: str
    purge_parked: str
    count_parked: str
    quarantine: str
    list_quarantined: str
    settle_quarantined: str
    purge_quarantined: str
    count_quarantined: str


STATEMENTS: Final = load_statements(Statements, Path(__file__).parent / "sql")
