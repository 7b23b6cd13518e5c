"""Dossiers folded from what the log itself holds of them: no read model and no memory takes part."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from uuid import UUID

from contracts.events_to_fold import EventToFold
from contracts.upcasting import parse_event_to_fold
from services.domain.authority import Connections
from services.domain.decide import hold
from services.domain.decision import Entry, Held
from services.domain.dossier import Fact, fact_of_event
from services.event_store.port import StoredEvent


def tenant_facts(events: Iterable[StoredEvent], *, up_to: int | None = None) -> list[Fact]:
    """The facts of tenant-level events, in order; with `up_to` those that were known at that position."""
    facts = (
        fact_of_event(parse_event_to_fold(event.body)) for event in events if up_to is None or event.position <= up_to
    )
    return [fact for fact in facts if fact is not None]


def fold_entries(
    entries: Collection[Entry], events: Iterable[StoredEvent], connections: Connections
) -> dict[UUID, Held]:
    """These dossiers as they stand; `events` are all that is recorded under any dossier of their lineages."""
    recorded: defaultdict[UUID, list[EventToFold]] = defaultdict(list)
    for stored in events:
        if stored.dossier is not None:
            recorded[stored.dossier].append(parse_event_to_fold(stored.body))
    return {
        entry.dossier: hold(entry, [event for dossier in entry.lineage for event in recorded[dossier]], connections)
        for entry in entries
    }
