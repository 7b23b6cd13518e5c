"""The rule every adapter holds an append to: the next positions, one after the other, in time that never falls."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from services.event_store.port import Conflict, StoredEvent


def require_next(
    events: Sequence[StoredEvent], *, tenant: str, last_position: int, last_recorded_at: datetime | None
) -> None:
    """Raise Conflict unless `events` go on where this tenant's log ends."""
    position, recorded_at = last_position, last_recorded_at
    for event in events:
        position += 1
        if event.tenant != tenant or event.position != position:
            raise Conflict(
                f"{tenant}: position {position} comes next, but the event says {event.tenant} {event.position}"
            )
        if recorded_at is not None and event.recorded_at < recorded_at:
            raise Conflict(f"{tenant}: position {position} is recorded earlier than the one before it")
        recorded_at = event.recorded_at
