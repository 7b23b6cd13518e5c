"""Rows of the store's tables as the port's values."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from services.domain.decision import Entry, Identity
from services.event_store.port import StoredEvent

if TYPE_CHECKING:
    from asyncpg import Record


def events(tenant: str, rows: Iterable[Record]) -> list[StoredEvent]:
    """Rows of (position, id, dossier, type, recorded_at, body), in the order of StoredEvent's own fields."""
    return [StoredEvent(tenant, *row) for row in rows]


def identity(row: Record) -> Identity:
    """A row of the identity map."""
    return Identity(row["dossier"], tuple(row["lineage"]), row["merged_into"])


def entry(row: Record) -> Entry:
    """A row that has an identity map's entry in it."""
    return Entry(
        dossier=row["dossier"],
        lineage=tuple(row["lineage"]),
        last_position=row["last_position"],
        merged_into=row["merged_into"],
    )
