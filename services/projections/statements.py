"""Every SQL statement of the read models by name; the texts are files, to be read by who runs the database."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from services.runtime.database import load_statements

_FOLDER: Final = Path(__file__).parent / "sql"


@dataclass(frozen=True, slots=True, kw_only=True)
class Statements:
    """One field a file in `sql/`."""

    ensure_live: str
    advance_live: str
    advance_build: str
    advance_part: str
    positions: str
    all_positions: str
    making: str
    open_build: str
    abandon_build: str
    divide_build: str
    strays_after: str
    join_build: str
    forget_parts: str
    forget_strays: str
    lock_builds: str
    set_stage: str
    old_builds: str
    forget_build: str
    find: str
    live_build: str
    known_build: str
    states: str
    segments_as_of: str
    papers_as_of: str
    days: str
    month_to_date: str
    flow: str
    cases: str
    case_papers: str
    lines_of_codes: str
    renamed: str


STATEMENTS: Final = load_statements(Statements, _FOLDER)

TABLE_STATEMENTS: Final = {
    file.stem: file.read_text(encoding="utf-8") for file in sorted((_FOLDER / "tables").glob("*.*.sql"))
}
"""`table.what`: what a projection does to its own table, so that a new projection brings files and touches none."""

TABLES_OF: Final = {
    "dossiers": ("dossiers", "codes"),
    "dossier_segments": ("segments",),
    "dossier_papers": ("papers",),
    "agency_day": ("days",),
    "month_to_date": ("steps",),
}
"""The tables that hold a projection's rows."""
