"""Brings to hand what deciding needs: the dossiers of the codes, and the configuration they are judged under."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from uuid import UUID

from contracts.observations import Observation
from services.domain.authority import CONNECTION_TYPES, Connections, connections_of
from services.domain.decide import reached
from services.domain.decision import Entry, Held
from services.domain.dossier import CodeKey
from services.event_store.folding import fold_entries, tenant_facts
from services.event_store.port import TenantWriter
from services.recorder.remembered import Remembered


async def load_connections(writer: TenantWriter) -> Connections:
    """Who takes part in the tenant, by all that its log says."""
    return connections_of(tenant_facts(await writer.tenant_events(types=CONNECTION_TYPES)))


async def load_dossiers(
    writer: TenantWriter,
    remembered: Remembered,
    observations: Sequence[Observation],
    wanted: set[CodeKey],
    connections: Connections,
) -> tuple[dict[CodeKey, UUID], dict[UUID, Held]]:
    """The dossier of every code that these observations touch (`wanted`) or reach, from memory or from the log."""
    codes: dict[CodeKey, UUID] = {}
    held: dict[UUID, Held] = {}
    asked: set[CodeKey] = set()
    while wanted:
        asked |= wanted
        found, known, unknown = remembered.find(wanted)
        codes |= found
        held |= known
        if unknown:
            found, entries = await writer.entries(unknown)
            codes |= found
            missing = [entry for dossier, entry in entries.items() if dossier not in held]
            held |= await load(writer, missing, connections)
        wanted = reached(observations, codes, held, asked)
    return codes, held


async def load(writer: TenantWriter, entries: Collection[Entry], connections: Connections) -> dict[UUID, Held]:
    """These dossiers, folded from what the log holds under their lineages."""
    if not entries:
        return {}
    events = await writer.events_of({dossier for entry in entries for dossier in entry.lineage})
    return fold_entries(entries, events, connections)
