"""Writes a decision down as it is: no choice is left here."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from contracts.dossier_events import DossierEvent, encode
from services.domain.decision import Decision
from services.event_store.port import IdentityChange, StoredEvent, TenantWriter
from services.runtime.clock import Clock


async def append(writer: TenantWriter, decision: Decision) -> None:
    """Events and identity map in the writer's one transaction; nothing where nothing was decided."""
    if not decision.events:
        return
    await writer.append(
        [_stored(writer.tenant, event) for event in decision.events], IdentityChange(decision.codes, decision.entries)
    )


def recording_time(clock: Clock, writer: TenantWriter) -> datetime:
    """Now, but never earlier than the event before: a clock that is set back must not reorder what was learnt when."""
    now, last = clock.now(), writer.last_recorded_at
    return now if last is None or now > last else last


def _stored(tenant: str, event: DossierEvent) -> StoredEvent:
    dossier = None if event.subject == "tenant" else UUID(event.subject)
    return StoredEvent(tenant, event.position, event.id, dossier, event.type, event.recordedtime, encode(event))
