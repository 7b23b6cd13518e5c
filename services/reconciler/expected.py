"""What a dossier comes to by its facts alone: folded anew from the log, so that a wrong read model is not believed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from uuid import UUID

from contracts.dossier_events import DossierEvent
from contracts.upcasting import parse_event
from services.domain.authority import connections_of
from services.domain.decide import hold
from services.domain.decision import Entry, Held
from services.domain.dossier import fact_of_event
from services.event_store.port import EventStore


async def expected(store: EventStore, tenant: str, dossiers: Collection[UUID]) -> dict[UUID, Held]:
    """The living ones among these dossiers as they stand now."""
    entries = [entry for entry in (await store.entries(tenant, dossiers)).values() if entry.merged_into is None]
    configuration = [fact_of_event(parse_event(event.body)) for event in await store.tenant_events(tenant)]
    connections = connections_of(fact for fact in configuration if fact is not None)
    recorded: defaultdict[UUID, list[DossierEvent]] = defaultdict(list)
    for stored in await store.events_of(tenant, {dossier for entry in entries for dossier in entry.lineage}):
        if stored.dossier is not None:
            recorded[stored.dossier].append(parse_event(stored.body))
    return {
        entry.dossier: hold(
            Entry(entry.dossier, entry.lineage, entry.last_position, entry.merged_into),
            [event for dossier in entry.lineage for event in recorded[dossier]],
            connections,
        )
        for entry in entries
    }
