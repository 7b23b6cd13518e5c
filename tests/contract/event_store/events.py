"""Events and identity changes to append, without any meaning: the store never looks inside."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid5

from services.domain.decision import Entry, Identity
from services.event_store.port import EventStore, IdentityChange, StoredEvent

ROOT = UUID("11111111-1111-5111-8111-111111111111")
START = datetime(2024, 5, 13, 2, 0, tzinfo=UTC)
NOTHING = IdentityChange(codes={}, dossiers=())


def dossier_id(name: str) -> UUID:
    return uuid5(ROOT, name)


def event(
    position: int,
    *,
    tenant: str = "lang-son",
    name: str | None = None,
    dossier: str | None = "a",
    recorded_at: datetime | None = None,
    body: bytes = b"{}",
) -> StoredEvent:
    """One event; recorded a second after the one before it unless said otherwise."""
    return StoredEvent(
        tenant=tenant,
        position=position,
        id=uuid5(ROOT, name or f"{tenant}/{position}"),
        dossier=None if dossier is None else dossier_id(dossier),
        type="vn.khop.dossier.accepted.v1",
        recorded_at=recorded_at or START + timedelta(seconds=position),
        body=body,
    )


def identity(name: str, *, lineage: tuple[str, ...] = (), merged_into: str | None = None) -> Identity:
    return entry(name, last_position=0, lineage=lineage, merged_into=merged_into).identity


def entry(name: str, *, last_position: int, lineage: tuple[str, ...] = (), merged_into: str | None = None) -> Entry:
    return Entry(
        dossier=dossier_id(name),
        lineage=tuple(dossier_id(each) for each in (lineage or (name,))),
        last_position=last_position,
        merged_into=None if merged_into is None else dossier_id(merged_into),
    )


async def append(store: EventStore, *events: StoredEvent, identity: IdentityChange = NOTHING) -> None:
    """One transaction."""
    async with store.writer(events[0].tenant) as writer:
        await writer.append(events, identity)
