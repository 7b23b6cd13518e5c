"""Publishes the figures of the month to date for dashboards: as they change, and when a local day begins."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from contracts.statistics import AgencyMonth, encode_statistics
from contracts.topics import STATISTICS
from services.domain.agencies.dimension import Agencies
from services.domain.reference import AGENCY_TYPES, reference_of
from services.domain.statistics.month_figures import FORM, MODE, AgencyFigures, figures_of
from services.domain.statistics.month_to_date import DUE
from services.event_store.folding import tenant_facts
from services.event_store.lanes import Lane, Lanes
from services.event_store.port import Checkpoints, EventStore
from services.messaging.event_records import GENERATION_HEADER
from services.messaging.port import Publisher, Record
from services.projections.agency_day import ZONE
from services.projections.month_to_date import NAME
from services.projections.port import ReadModels
from services.runtime.clock import Clock
from services.runtime.health import Reading

HOLDER: Final = "statistics"
LOOK_EVERY_S: Final = 1.0
"""At most so often a tenant's figures are published, and so late after midnight."""
TAKE_OVER_EVERY_S: Final = 2.0
_NOTHING: Final = AgencyFigures()


@dataclass(slots=True)
class _Lane(Lane):
    """What the tenant's read model shows, and up to where and for which day that is published."""

    shown: int = 0
    position: int = 0
    day: date | None = None
    told: Mapping[str | None, AgencyFigures] = field(default_factory=dict)
    agencies: Agencies | None = None
    declared: tuple[int, ...] = ()
    """Positions of what `agencies` were made of."""


class MonthsToDate:
    """Every tenant's figures, each published by one instance at a time: at least once, and in order of position.

    What was published is known to this instance alone: one that begins publishes every agency, as each day does.
    """

    def __init__(
        self,
        *,
        store: EventStore,
        models: ReadModels,
        checkpoints: Checkpoints,
        publisher: Publisher,
        clock: Clock,
        instance: str,
    ) -> None:
        self._store = store
        self._models = models
        self._publisher = publisher
        self._clock = clock
        self._lanes = Lanes(
            HOLDER,
            new=_Lane,
            work=self._keep_publishing,
            checkpoints=checkpoints,
            clock=clock,
            instance=instance,
            take_over_every_s=TAKE_OVER_EVERY_S,
        )

    async def run(self) -> None:
        """Publish for ever. Raises DatabaseUnavailable, BrokerUnavailable: to be called again."""
        await self._lanes.run(self._look)

    async def readings(self) -> Mapping[str, Reading]:
        """Per tenant published here, up to which position there are figures and up to which they are published."""
        return {
            tenant: Reading(supply=lane.shown, done=lane.position) for tenant, lane in self._lanes.items() if lane.held
        }

    async def days(self) -> Mapping[str, Reading]:
        """Per tenant published here, which day it is and for which day figures are published, as ordinals."""
        today = self._today().toordinal()
        return {
            tenant: Reading(supply=today, done=today - 1 if lane.day is None else lane.day.toordinal())
            for tenant, lane in self._lanes.items()
            if lane.held
        }

    def _today(self) -> date:
        return self._clock.now().astimezone(ZONE).date()

    async def _look(self) -> None:
        while True:
            today = self._today()
            for tenant, positions in (await self._models.all_positions()).items():
                lane = self._lanes.of(tenant)
                lane.shown = positions.get(NAME, 0)
                if (lane.shown, today) != (lane.position, lane.day):
                    lane.woken.set()
            await self._clock.sleep(LOOK_EVERY_S)

    async def _keep_publishing(self, tenant: str, lane: _Lane) -> None:
        lane.day, lane.told = None, {}
        headers = ((GENERATION_HEADER, str(await self._store.generation()).encode()),)
        while True:
            lane.woken.clear()
            today = self._today()
            position, counts = await self._models.month_to_date(tenant, today)
            figures = figures_of(counts, await self._agencies(tenant, lane, position), day=today)
            # Who was told of before and is found no more has nothing now, which must be told too.
            figures = dict.fromkeys(lane.told, _NOTHING) | figures
            records = [
                Record(
                    f"{tenant}/{agency or ''}".encode(),
                    _encoded(tenant, agency, today, position, each),
                    tenant,
                    headers,
                )
                for agency, each in sorted(figures.items(), key=lambda item: item[0] or "")
                if lane.day != today or lane.told.get(agency) != each
            ]
            if records:
                await self._publisher.publish(STATISTICS.name, records)
            lane.told, lane.position, lane.day = figures, position, today
            await lane.woken.wait()

    async def _agencies(self, tenant: str, lane: _Lane, position: int) -> Agencies:
        told = await self._store.tenant_events(tenant, types=AGENCY_TYPES)
        declared = tuple(event.position for event in told if event.position <= position)
        if lane.agencies is None or declared != lane.declared:
            lane.agencies, lane.declared = reference_of(tenant_facts(told, up_to=position)).agencies, declared
        return lane.agencies


def _encoded(tenant: str, agency: str | None, day: date, position: int, figures: AgencyFigures) -> bytes:
    name, version = FORM
    return encode_statistics(
        AgencyMonth(
            tenant=tenant,
            agency=agency,
            month=f"{day:%Y-%m}",
            date=day,
            position=position,
            definition=name,
            version=version,
            zone=ZONE.key,
            due=DUE,
            mode=MODE,
            figures=figures.cells,
            falls_due=figures.falls_due,
        )
    )
