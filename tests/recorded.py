"""Events as they stand in a log, for tests of what reads one; what a recorder would conclude is given, not computed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

from pydantic_core import to_json

from contracts.dossier_events import DossierEvent, encode, parse_current, source_of, type_of
from services.domain.decision import Identity
from services.event_store.memory import MemoryEventStore
from services.event_store.port import EventStore, IdentityChange, StoredEvent

BEGIN = datetime(2024, 5, 13, 2, 0, tzinfo=UTC)
TENANT = "lang-son"


def dossier_id(name: str) -> UUID:
    """An id that a test can name."""
    return uuid5(UUID(int=0), name)


class Log:
    """Appends events to one tenant's log through the store's own writer."""

    def __init__(self, store: EventStore | None = None, tenant: str = TENANT) -> None:
        self.store: EventStore = MemoryEventStore() if store is None else store
        self.tenant = tenant
        self._states: dict[str, dict[str, Any]] = {}
        self._last: dict[str, int] = {}

    async def add(
        self,
        dossier: str,
        *,
        system: str = "one-stop",
        code: str | None = None,
        act: str = "status_reported",
        data: Mapping[str, Any] | None = None,
        changed: Mapping[str, str] | None = None,
        **state: Any,
    ) -> DossierEvent:
        """One event of a dossier named by a word; `state` is what it adds to the state of the dossier's last event.

        `changed` rests every given field on `system` unless said otherwise.
        """
        position = await self.store.head(self.tenant) + 1
        code = code or f"{dossier}-at-{system}"
        before = self._states.get(dossier, {})
        codes = {**before.get("codes", {}), system: [code]} | state.pop("codes", {})
        self._states[dossier] = after = before | state | {"codes": codes}
        at = BEGIN + timedelta(seconds=position)
        event = parse_current(
            to_json(
                {
                    "id": uuid5(UUID(int=1), f"{self.tenant}/{position}"),
                    "source": source_of(self.tenant, system),
                    "type": type_of(act),
                    "subject": str(dossier_id(dossier)),
                    "time": at,
                    "recordedtime": at,
                    "observedtime": at,
                    "position": position,
                    "previous": self._last.get(dossier),
                    "code": code,
                    "data": data if data is not None else {"status": 4, "raw": "processing"},
                    "state": after,
                    "changed": dict.fromkeys(state, system) if changed is None else changed,
                },
                exclude_none=True,
            )
        )
        self._last[dossier] = position
        await self._append(event, dossier_id(dossier), codes)
        return event

    async def connect(self, system: str, kind: str) -> DossierEvent:
        """A tenant-level event: this system takes part."""
        position = await self.store.head(self.tenant) + 1
        at = BEGIN + timedelta(seconds=position)
        event = parse_current(
            to_json(
                {
                    "id": uuid5(UUID(int=1), f"{self.tenant}/{position}"),
                    "source": source_of(self.tenant, system),
                    "type": type_of("system_connected"),
                    "subject": "tenant",
                    "time": BEGIN,
                    "recordedtime": at,
                    "observedtime": at,
                    "position": position,
                    "code": system,
                    "data": {"kind": kind},
                }
            )
        )
        await self._append(event, None, {})
        return event

    async def _append(self, event: DossierEvent, dossier: UUID | None, codes: Mapping[str, list[str]]) -> None:
        stored = StoredEvent(
            self.tenant, event.position, event.id, dossier, event.type, event.recordedtime, encode(event)
        )
        dossiers = [] if dossier is None else [Identity(dossier, (dossier,))]
        held = {(system, code): dossier for system, own in codes.items() for code in own if dossier is not None}
        async with self.store.writer(self.tenant) as writer:
            await writer.append([stored], IdentityChange(held, dossiers))
