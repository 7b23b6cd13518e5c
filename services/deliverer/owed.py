"""What is owed to whom: an event to every subscriber except the system it came from, so that an echo dies at once."""

from __future__ import annotations

from uuid import UUID

from contracts.dossier_events import DossierEvent
from services.deliveries.port import Owed, Subscriber

_ALWAYS = frozenset({"merged", "split"})
"""Which codes are one dossier concerns everybody who keeps dossiers, whoever said it."""


def concerns(event: DossierEvent, system: str) -> bool:
    """Whether the event moved a field that now rests on another system than this one, or says what a dossier is."""
    if event.state is None:
        return False
    return event.act in _ALWAYS or any(rests_on != system for rests_on in event.changed.values())


def delivery_of(event: DossierEvent, subscriber: Subscriber) -> Owed:
    """The delivery of this event to this subscriber; only for an event that has a state."""
    assert event.state is not None, f"position {event.position} is about no dossier"
    return Owed(
        tenant=subscriber.tenant,
        subscriber=subscriber.name,
        number=0,
        # What is said of an absorbed dossier queues with its survivor: behind all that was owed to either.
        dossier=event.state.merged_into or UUID(event.subject),
        position=event.position,
        creates=subscriber.name not in event.state.codes,
    )
