"""Bytes to observations: what is none is named with its reason, and the others go on."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import ValidationError

from contracts.observations import Observation, has_own_id, parse_observation
from services.messaging.port import Poisoned, Received
from services.messaging.unreadable import reason_of


def decode(records: Sequence[Received]) -> tuple[dict[str, list[Observation]], list[Poisoned]]:
    """Observations by tenant in order of arrival, and the records that are none."""
    by_tenant: dict[str, list[Observation]] = {}
    poisoned: list[Poisoned] = []
    for record in records:
        try:
            observation = parse_observation(record.value)
        except ValidationError as error:
            poisoned.append(Poisoned(record, reason_of(error)))
            continue
        # That a known id is a harmless duplicate rests on the id being a function of the content.
        if not has_own_id(observation):
            poisoned.append(Poisoned(record, "id: is not the one its content gives; build it with make_observation"))
            continue
        by_tenant.setdefault(observation.tenant, []).append(observation)
    return by_tenant, poisoned
