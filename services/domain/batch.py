"""A tenant's dossiers while one batch is decided: what was read, what has changed since, and the events so far."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from operator import attrgetter
from typing import Any, Final
from uuid import UUID

from contracts.claims import ACTS
from contracts.dossier_events import EVENT_TYPES, DossierEvent, DossierState, source_of, type_of
from contracts.frozen import Frozen
from services.domain.authority import Connections
from services.domain.construct import EVENT_FIELDS, construct
from services.domain.decision import Decision, Held
from services.domain.dossier import STATE_FIELDS, CodeKey, Dossier, Fact

_values: Final = attrgetter(*STATE_FIELDS)
_KINDS: Final = {act: (type_of(act), EVENT_TYPES[type_of(act)]) for act in ACTS}


class Batch:
    """Changed while a batch is decided and never outlives it, so that `decide` stays a function of its arguments."""

    def __init__(
        self,
        *,
        tenant: str,
        last_position: int,
        recorded_at: datetime,
        codes: Mapping[CodeKey, UUID],
        held: Mapping[UUID, Held],
        connections: Connections,
    ) -> None:
        self.tenant = tenant
        self.position = last_position
        self.recorded_at = recorded_at
        self.connections = connections
        self._held = held
        self._codes = codes
        self.events: list[DossierEvent] = []
        self.dossiers: list[UUID | None] = []
        self.new_held: dict[UUID, Held] = {}
        self.new_codes: dict[CodeKey, UUID] = {}
        self.absorbed: set[UUID] = set()
        self.restate: list[DossierEvent] = []
        self._sources: dict[str, str] = {}
        self._entered: dict[UUID, None] = {}

    def held(self, dossier: UUID) -> Held:
        """A dossier as it is by now."""
        return self.new_held.get(dossier) or self._held[dossier]

    def found(self, code: CodeKey) -> UUID | None:
        """Under which dossier a code is found by now."""
        return self.new_codes.get(code) or self._codes.get(code)

    def home_of(self, code: CodeKey) -> Held | None:
        """The living dossier that has this code."""
        held = self.words_about(code)
        return held if held is not None and code in held.codes else None

    def words_about(self, code: CodeKey) -> Held | None:
        """Where something was said about this code: its dossier, or one that named it before anybody spoke for it."""
        found = self.found(code)
        return None if found is None else self.held(found)

    def assign(self, code: CodeKey, dossier: UUID) -> None:
        """From here on this code is found under that dossier."""
        if self.found(code) != dossier:
            self.new_codes[code] = dossier

    def put(self, held: Held) -> None:
        """This is how a dossier is held from here on, its line in the identity map being the same."""
        self.new_held[held.entry.dossier] = held

    def enter(self, held: Held) -> None:
        """The same of a dossier that is new, or whose line in the identity map may be another."""
        self.put(held)
        self._entered[held.entry.dossier] = None

    def record(
        self,
        dossier: UUID | None,
        fact: Fact,
        *,
        state: DossierState | None,
        changed: dict[str, str],
        previous: int | None,
        traceparent: str | None,
    ) -> DossierEvent:
        """Append the event that a fact becomes."""
        return self._append(
            fact.act, fact, fact.id, fact.claim, dossier, state, changed, previous, traceparent, own=True
        )

    def announce(
        self,
        act: str,
        announcement: UUID,
        claim: Frozen,
        cause: Fact,
        dossier: UUID,
        *,
        state: DossierState,
        changed: dict[str, str],
        previous: int | None,
        traceparent: str | None,
    ) -> DossierEvent:
        """Append what we announce about a dossier because of a fact; source, code and times are the cause's."""
        return self._append(act, cause, announcement, claim, dossier, state, changed, previous, traceparent, own=False)

    def _append(
        self,
        act: str,
        fact: Fact,
        id_: UUID,
        claim: Frozen,
        dossier: UUID | None,
        state: DossierState | None,
        changed: dict[str, str],
        previous: int | None,
        traceparent: str | None,
        *,
        own: bool,
    ) -> DossierEvent:
        self.position += 1
        type_, kind = _KINDS[act]
        source = self._sources.get(fact.system)
        if source is None:
            source = self._sources[fact.system] = source_of(self.tenant, fact.system)
        values: dict[str, Any] = {
            "specversion": "1.0",
            "id": id_,
            "source": source,
            "type": type_,
            "subject": "tenant" if dossier is None else str(dossier),
            "time": fact.occurred_at,
            "recordedtime": self.recorded_at,
            "observedtime": fact.observed_at,
            "position": self.position,
            "previous": previous or None,
            "code": fact.code,
            "actid": fact.act_id if own else None,
            "item": fact.item if own else None,
            "actsequence": fact.sequence if own else None,
            "revision": fact.revision if own else None,
            "traceparent": traceparent,
            "datacontenttype": "application/json",
            "data": claim,
            "state": state,
            "changed": changed,
        }
        event = construct(kind, values, EVENT_FIELDS)
        self.events.append(event)
        self.dossiers.append(dossier)
        return event

    def decision(self) -> Decision:
        """All that the batch changed."""
        return Decision(
            events=self.events,
            dossiers=self.dossiers,
            codes=self.new_codes,
            identities=tuple(self.new_held[id_].entry.identity for id_ in self._entered),
            held={id_: held for id_, held in self.new_held.items() if held.codes},
            absorbed=frozenset(self.absorbed),
            connections=self.connections,
            restate=tuple(self.restate),
        )


def changed_fields(before: Dossier | None, after: Dossier, fallback: str) -> dict[str, str]:
    """Field of the state that differs → the system its claim rests on; `fallback` where a claim was taken back."""
    now = after.course
    if before is None:
        return {
            field: now.rests_on.get(field, fallback)
            for field, value in zip(STATE_FIELDS, _values(now), strict=True)
            if value not in (None, False, "not_started")
        }
    if before.course is now:
        return {}
    old, new = _values(before.course), _values(now)
    if old == new:
        return {}
    return {
        field: now.rests_on.get(field, fallback)
        for field, was, value in zip(STATE_FIELDS, old, new, strict=True)
        if was != value
    }
