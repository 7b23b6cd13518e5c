"""Every SQL statement of the ledger by name."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from services.runtime.database import load_statements


@dataclass(frozen=True, slots=True, kw_only=True)
class Statements:
    """One field a file in `sql/`. A value, so that a test can plant a wrong statement and see it caught."""

    subscribers: str
    subscribe: str
    pause: str
    planned: str
    owe: str
    lock_subscriber: str
    repair_is_open: str
    take_lanes: str
    doubt: str
    leased_deliveries: str
    hold_lanes: str
    lock_queues: str
    write_attempts: str
    free_lanes: str
    open_dossiers: str
    has_queue: str
    lock_followers: str
    move_open: str
    open_creation: str
    parked: str
    unpark: str
    history: str
    attempts_of: str
    counts: str
    check_lanes: str


STATEMENTS: Final = load_statements(Statements, Path(__file__).parent / "sql")
