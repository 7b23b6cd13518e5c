"""From records of the events topic to read models that are level with them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final
from uuid import UUID

from pydantic import ValidationError

from contracts.dossier_events import DossierEvent
from contracts.upcasting import parse_event
from services.event_store.port import Checkpoints, EventStore
from services.messaging.port import Poisoned, Received
from services.projections.keep import PROJECTIONS, Keeper
from services.projections.port import ReadModels
from services.runtime.clock import Clock
from services.runtime.health import Reading

GENERATION_HEADER: Final = "generation"
RELAY: Final = "relay"
LOOK_EVERY_S: Final = 5.0


class Projector:
    """Takes what the relay published, and looks from time to time whether anything published was missed."""

    def __init__(
        self, *, keeper: Keeper, store: EventStore, models: ReadModels, checkpoints: Checkpoints, clock: Clock
    ) -> None:
        self._keeper = keeper
        self._store = store
        self._models = models
        self._checkpoints = checkpoints
        self._clock = clock
        self._generation: UUID | None = None

    async def take(self, records: Sequence[Received]) -> Sequence[Poisoned]:
        """Write what these records change, wholly; names those that are no event of this log.

        A record that cannot be read leaves a gap, which is filled from the log itself.
        """
        poisoned: list[Poisoned] = []
        by_tenant: dict[str, list[DossierEvent]] = {}
        for record in records:
            other = await self._of_another_log(record)
            if other is not None:
                poisoned.append(Poisoned(record, other))
                continue
            try:
                event = parse_event(record.value)
            except ValidationError as error:
                poisoned.append(
                    Poisoned(record, f"no event: {error.errors(include_url=False, include_input=False)[:3]}")
                )
                continue
            by_tenant.setdefault(event.tenant, []).append(event)
        for tenant, events in by_tenant.items():
            await self._keeper.take(tenant, events)
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

    async def _of_another_log(self, record: Received) -> str | None:
        said = dict(record.headers).get(GENERATION_HEADER)
        if said is None:
            return f"no header {GENERATION_HEADER}: nobody can tell which log this position belongs to"
        if self._generation is None or said != str(self._generation).encode():
            self._generation = await self._store.generation()
        if said != str(self._generation).encode():
            return f"an event of log generation {said.decode(errors='replace')}; this log is {self._generation}"
        return None


def _shown(positions: Mapping[str, int]) -> int:
    return min(positions.get(projection, 0) for projection in PROJECTIONS)
