"""What a dossier comes to by its facts alone: folded anew from the log, so that a wrong read model is not believed."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from services.domain.authority import CONNECTION_TYPES, connections_of
from services.domain.decision import Held
from services.event_store.folding import fold_entries, tenant_facts
from services.event_store.port import EventStore


async def expected(store: EventStore, tenant: str, dossiers: Collection[UUID]) -> dict[UUID, Held]:
    """The living ones among these dossiers as they stand now."""
    entries = [entry for entry in (await store.entries(tenant, dossiers)).values() if entry.merged_into is None]
    connections = connections_of(tenant_facts(await store.tenant_events(tenant, types=CONNECTION_TYPES)))
    events = await store.events_of(tenant, {dossier for entry in entries for dossier in entry.lineage})
    return fold_entries(entries, events, connections)
