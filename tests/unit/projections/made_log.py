"""A log made by hand for tests of read models: what the recorder would have appended, without its decisions."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

from contracts.claims import ACTS
from contracts.dossier_events import EVENT_TYPES, DossierEvent, DossierState, encode, source_of, type_of
from contracts.observations import NAMESPACE, make_observation
from services.event_store.port import DossierEntry, IdentityChange, StoredEvent

T0 = datetime(2024, 1, 2, 1, 0, tzinfo=UTC)


@dataclass
class MadeLog:
    """Events of one tenant in order; every dossier's codes and lineage as the recorder would keep them."""

    tenant: str = "lang-son"
    events: list[DossierEvent] = field(default_factory=list)
    codes: dict[UUID, set[tuple[str, str]]] = field(default_factory=dict)
    holders: dict[tuple[str, str], UUID] = field(default_factory=dict)
    lineage: dict[UUID, tuple[UUID, ...]] = field(default_factory=dict)
    merged: dict[UUID, UUID] = field(default_factory=dict)
    last: dict[str, int] = field(default_factory=dict)

    def connect(self, *systems: tuple[str, str]) -> None:
        """The given (system, kind) take part from the beginning of time on."""
        for system, kind in systems:
            self._append(
                "tenant", system, system, "system_connected", {"kind": kind}, datetime(1900, 1, 1, tzinfo=UTC), None
            )

    def say(
        self, system: str, code: str, act: str, at: datetime, data: Mapping[str, Any] | None = None
    ) -> DossierEvent:
        """A fact about a code, whose dossier is made if there is none."""
        dossier = self.holders.get((system, code))
        if dossier is None:
            dossier = uuid5(NAMESPACE, f"{self.tenant}/{system}/{code}")
            self._hold(dossier, (system, code))
        if act == "linked":
            other = (str((data or {})["system"]), str((data or {})["code"]))
            if other not in self.holders:
                self._hold(dossier, other)
        return self._append(str(dossier), system, code, act, data or {}, at, dossier)

    def join(self, survivor: UUID, absorbed: UUID, *, survivor_first: bool = False) -> None:
        """The two announcements of a merge."""
        cause = str(self.events[-1].id)
        self.codes[survivor] |= self.codes[absorbed]
        for code in self.codes.pop(absorbed):
            self.holders[code] = survivor
        self.codes[absorbed] = set()
        self.merged[absorbed] = survivor
        self.lineage[survivor] = tuple(dict.fromkeys(self.lineage[survivor] + self.lineage[absorbed]))
        data = {"survivor": str(survivor), "absorbed": str(absorbed), "cause": cause}
        order = (survivor, absorbed) if survivor_first else (absorbed, survivor)
        for dossier in order:
            self._append(str(dossier), "operator", "operator", "merged", data, T0, dossier)

    def part(self, origin: UUID, codes: set[tuple[str, str]], *, parted_first: bool = False) -> UUID:
        """The two announcements of a split."""
        cause = str(self.events[-1].id)
        parted = uuid5(NAMESPACE, f"split/{cause}/{min(codes)[0]}/{min(codes)[1]}")
        self.codes[origin] -= codes
        self.lineage[parted] = (*self.lineage[origin], parted)
        self.codes[parted] = set(codes)
        for code in codes:
            self.holders[code] = parted
        data = {"origin": str(origin), "parted": str(parted), "cause": cause}
        order = (parted, origin) if parted_first else (origin, parted)
        for dossier in order:
            self._append(str(dossier), "operator", "operator", "split", data, T0, dossier)
        return parted

    def restate(self, dossier: UUID) -> None:
        """A configuration changed what follows for this dossier."""
        self._append(str(dossier), "operator", "operator", "restated", {"cause": str(self.events[-1].id)}, T0, dossier)

    def stored(self) -> list[StoredEvent]:
        """The rows of the log."""
        return [
            StoredEvent(
                self.tenant,
                event.position,
                event.id,
                None if event.subject == "tenant" else UUID(event.subject),
                event.type,
                event.recordedtime,
                encode(event),
            )
            for event in self.events
        ]

    def identity(self) -> IdentityChange:
        """The identity map at the end of the log."""
        return IdentityChange(
            self.holders,
            [
                DossierEntry(dossier, lineage, self.last[str(dossier)], self.merged.get(dossier))
                for dossier, lineage in self.lineage.items()
            ],
        )

    def _hold(self, dossier: UUID, code: tuple[str, str]) -> None:
        self.holders[code] = dossier
        self.codes.setdefault(dossier, set()).add(code)
        self.lineage.setdefault(dossier, (dossier,))

    def _append(
        self,
        subject: str,
        system: str,
        code: str,
        act: str,
        data: Mapping[str, Any],
        at: datetime,
        dossier: UUID | None,
    ) -> DossierEvent:
        position = len(self.events) + 1
        recorded = T0 + timedelta(seconds=position)
        if ACTS[act][1] == "announcement":
            id_, claim = uuid5(NAMESPACE, f"{position}/{subject}/{act}"), ACTS[act][0].model_validate(dict(data))
        else:
            observation = make_observation(
                tenant=self.tenant,
                system=system,
                code=code,
                act=act,
                occurred_at=at,
                observed_at=recorded,
                data=dict(data),
                act_id=f"a{position}",
            )
            id_, claim = observation.id, observation.data
        event = EVENT_TYPES[type_of(act)].model_construct(
            specversion="1.0",
            id=id_,
            source=source_of(self.tenant, system),
            type=type_of(act),
            subject=subject,
            time=at,
            recordedtime=recorded,
            observedtime=recorded,
            position=position,
            previous=self.last.get(subject) if subject != "tenant" else None,
            code=code,
            actid=f"a{position}",
            datacontenttype="application/json",
            data=claim,
            state=None if dossier is None else self._state(dossier),
            changed={},
        )
        self.events.append(event)
        self.last[subject] = position
        return event

    def _state(self, dossier: UUID) -> DossierState:
        found: dict[str, list[str]] = {}
        for system, code in sorted(self.codes[dossier]):
            found.setdefault(system, []).append(code)
        codes = {system: tuple(codes) for system, codes in found.items()}
        return DossierState(codes=codes, merged_into=self.merged.get(dossier))
