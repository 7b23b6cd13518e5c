"""Brings to hand what deciding needs: the dossiers of the codes, and the configuration they are judged under."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from uuid import UUID

from contracts.dossier_events import DossierEvent
from contracts.observations import Observation
from contracts.upcasting import parse_event
from services.domain.authority import Connections, connections_of
from services.domain.decide import hold, reached, touched
from services.domain.decision import Entry, Held
from services.domain.dossier import CodeKey, Fact, fact_of_event
from services.event_store.port import DossierEntry, StoredEvent, TenantWriter
from services.recorder.remembered import Remembered


async def load_connections(writer: TenantWriter) -> Connections:
    """Who takes part in the tenant, by all that its log says."""
    return connections_of(tenant_facts(await writer.tenant_events()))


def tenant_facts(events: Iterable[StoredEvent]) -> list[Fact]:
    """The facts of tenant-level events, in order."""
    facts = (fact_of_event(parse_event(event.body)) for event in events)
    return [fact for fact in facts if fact is not None]


async def load_dossiers(
    writer: TenantWriter, remembered: Remembered, observations: Sequence[Observation], connections: Connections
) -> tuple[dict[CodeKey, UUID], dict[UUID, Held]]:
    """The dossier of every code that these observations touch or reach, from memory or from the log."""
    codes: dict[CodeKey, UUID] = {}
    held: dict[UUID, Held] = {}
    asked: set[CodeKey] = set()
    wanted = touched(observations)
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


async def load(writer: TenantWriter, entries: Collection[DossierEntry], connections: Connections) -> dict[UUID, Held]:
    """These dossiers, folded from what the log holds under their lineages."""
    if not entries:
        return {}
    lineages = {dossier for entry in entries for dossier in entry.lineage}
    recorded: defaultdict[UUID, list[DossierEvent]] = defaultdict(list)
    for stored in await writer.events_of(lineages):
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
