"""Writes a decision down as it is: no choice is left here."""

from __future__ import annotations

from datetime import datetime

from contracts.dossier_events import encode
from services.domain.decision import Decision
from services.event_store.port import IdentityChange, StoredEvent, TenantWriter
from services.runtime.clock import Clock


async def append(writer: TenantWriter, decision: Decision) -> None:
    """Events and identity map in the writer's one transaction; nothing where nothing was decided."""
    if not decision.events:
        return
    await writer.append(
        (
            StoredEvent(writer.tenant, event.position, event.id, dossier, event.type, event.recordedtime, encode(event))
            for event, dossier in zip(decision.events, decision.dossiers, strict=True)
        ),
        IdentityChange(decision.codes, decision.identities),
    )


def recording_time(clock: Clock, writer: TenantWriter) -> datetime:
    """Now, but never earlier than the event before: a clock that is set back must not reorder what was learnt when."""
    now, last = clock.now(), writer.last_recorded_at
    return now if last is None or now > last else last
