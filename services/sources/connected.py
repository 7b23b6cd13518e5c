"""Who speaks is itself said through the front door, so that a position of the log fixes it as everything else."""

from __future__ import annotations

from datetime import datetime

from contracts.claims import SystemConnected
from contracts.observations import make_observation
from services.sources.mapping import SourceMapping
from services.sources.row import Said
from services.sources.translate import act_key


def connected(mapping: SourceMapping, *, observed_at: datetime) -> Said:
    """The statement that this system takes part, with its kind and agencies."""
    source = mapping.source
    observation = make_observation(
        tenant=mapping.tenant,
        system=mapping.system,
        code=mapping.system,
        act="system_connected",
        occurred_at=source.connected_from,
        observed_at=observed_at,
        data=SystemConnected(kind=source.kind, agencies=source.agencies),
    )
    key = act_key(mapping.system, "system_connected", None, (source.connected_from, None), None)
    return Said(observation, key, observation.id.bytes, "mapping")
