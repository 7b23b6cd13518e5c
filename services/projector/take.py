"""From records of the events topic to read models that are level with them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from contracts.upcasting import parse_event_to_fold
from services.event_store.port import Checkpoints, EventStore
from services.messaging.event_records import EventRecords
from services.messaging.port import Poisoned, Received
from services.projections.keep import PROJECTIONS, Keeper
from services.projections.port import ReadModels
from services.runtime.clock import Clock
from services.runtime.health import Reading

RELAY: Final = "relay"
LOOK_EVERY_S: Final = 5.0


class Projector:
    """Takes what the relay published, and looks from time to time whether anything published was missed."""

    def __init__(
        self, *, keeper: Keeper, store: EventStore, models: ReadModels, checkpoints: Checkpoints, clock: Clock
    ) -> None:
        self._keeper = keeper
        self._models = models
        self._checkpoints = checkpoints
        self._clock = clock
        self._records = EventRecords(store.generation, parse_event_to_fold)

    async def take(self, records: Sequence[Received]) -> Sequence[Poisoned]:
        """Write what these records change, wholly; names those that are no event of this log.

        A record that cannot be read leaves a gap, which is filled from the log itself.
        """
        by_tenant, poisoned = await self._records.read(records)
        for tenant, entries in by_tenant.items():
            await self._keeper.take(tenant, [entry.event for entry in entries])
        return poisoned

    async def look(self) -> None:
        """For ever: bring read models up to what is published, where no record came that would have done so.

        A database that lost its last moments lost rows and positions together; the topic does not say them again.
        """
        while True:
            published = await self._checkpoints.all(RELAY)
            shown = await self._models.all_positions()
            await self._clock.sleep(LOOK_EVERY_S)
            for tenant, position in published.items():
                # Two looks apart: what is on its way by the topic is not read from the store as well.
                if _shown(shown.get(tenant, {})) < position and _shown(await self._models.positions(tenant)) < position:
                    await self._keeper.catch_up(tenant, up_to=position)

    async def readings(self) -> Mapping[str, Reading]:
        """Per tenant, how much is published and how much of it every read model shows."""
        published = await self._checkpoints.all(RELAY)
        shown = await self._models.all_positions()
        return {
            tenant: Reading(supply=position, done=_shown(shown.get(tenant, {})))
            for tenant, position in published.items()
        }


def _shown(positions: Mapping[str, int]) -> int:
    return min(positions.get(projection, 0) for projection in PROJECTIONS)
