"""Every SQL statement of the store by name; the texts are files, to be read by who runs the database."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from services.runtime.database import load_statements


@dataclass(frozen=True, slots=True, kw_only=True)
class Statements:
    """One field a file in `sql/`. A value, so that a test can plant a wrong statement and see it caught."""

    lock_tenant: str
    last_event: str
    known: str
    entries_of_codes: str
    entries: str
    dossiers_after: str
    linked_after: str
    events_of: str
    tenant_events: str
    read_page: str
    at_positions: str
    change_identity: str
    head: str
    heads: str
    find: str
    find_code: str
    position_at: str
    generation: str
    check_no_gap: str
    checkpoint: str
    checkpoints: str
    advance: str
    hold: str
    release: str


STATEMENTS: Final = load_statements(Statements, Path(__file__).parent / "sql")
