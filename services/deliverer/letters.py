"""The events that are being delivered: kept for a moment after they were planned, else read again from the store."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from pydantic import ValidationError

from contracts.dossier_events import DossierEvent
from contracts.upcasting import parse_event
from services.event_store.port import EventStore, StoredEvent
from services.messaging.port import Transient
from services.messaging.unreadable import reason_of


@dataclass(frozen=True, slots=True)
class Letter:
    """What the sender needs of an event."""

    position: int
    subject: str
    body: bytes
    codes: Mapping[str, tuple[str, ...]]
    recorded_at: datetime


def read(stored: StoredEvent) -> DossierEvent:
    """A stored event, parsed. Raises Transient when this version cannot: it waits, visibly, for one that can."""
    try:
        return parse_event(stored.body)
    except ValidationError as error:
        where = f"{stored.tenant}: position {stored.position} ({stored.type})"
        raise Transient(f"{where} cannot be read by this version: {reason_of(error)}") from error


def letter_of(event: DossierEvent, body: bytes) -> Letter:
    """The part of an event that its delivery needs."""
    return Letter(
        position=event.position,
        subject=event.subject,
        body=body,
        codes={} if event.state is None else event.state.codes,
        recorded_at=event.recordedtime,
    )


class Letters:
    """A bounded memory of events by tenant and position, in front of the store."""

    def __init__(self, store: EventStore, *, kept_max: int = 10_000) -> None:
        self._store = store
        self._kept_max = kept_max
        self._kept: OrderedDict[tuple[str, int], Letter] = OrderedDict()

    def keep(self, tenant: str, letter: Letter) -> None:
        """Remember an event that will be sent soon; the oldest is forgotten."""
        self._kept[tenant, letter.position] = letter
        if len(self._kept) > self._kept_max:
            self._kept.popitem(last=False)

    async def get(self, tenant: str, positions: Collection[int]) -> dict[int, Letter]:
        """The events at these positions. Raises Transient, and what the store raises."""
        found = {position: kept for position in positions if (kept := self._kept.get((tenant, position))) is not None}
        missing = set(positions) - found.keys()
        if missing:
            for stored in await self._store.at(tenant, missing):
                found[stored.position] = letter_of(read(stored), stored.body)
        if lost := set(positions) - found.keys():
            raise Transient(f"{tenant}: position {min(lost)} is owed but not in the log; was the log restored?")
        return found
