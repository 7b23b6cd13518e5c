"""A tenant's log in memory, written by `decide` alone: what the recorder does, without the recorder."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from uuid import UUID

from contracts.dossier_events import DossierEvent, encode, parse_current
from contracts.observations import Observation
from services.domain.authority import Connections, connections_of
from services.domain.decide import decide, hold, reached, touched
from services.domain.decision import Decision, Entry, Held
from services.domain.dossier import CodeKey, fact_of_event
from services.domain.restate import restate
from tests.builders import TENANT

RECORDED = datetime(2026, 1, 1, tzinfo=UTC)


class Log:
    """Keeps what decisions say. With `cold`, every dossier is read again from its events before each batch."""

    def __init__(self, *, cold: bool = False) -> None:
        self.cold = cold
        self.events: list[DossierEvent] = []
        self.codes: dict[CodeKey, UUID] = {}
        self.entries: dict[UUID, Entry] = {}
        self.cache: dict[UUID, Held] = {}
        self.connections = Connections()

    def record(self, *batches: Sequence[Observation]) -> None:
        """Decide and write one batch after the other, each with what its configuration changes."""
        for batch in batches:
            asked: set[CodeKey] = set()
            more = touched(batch)
            codes: dict[CodeKey, UUID] = {}
            held: dict[UUID, Held] = {}
            while more:
                asked |= more
                codes |= {code: self.codes[code] for code in more if code in self.codes}
                held |= {id_: self.held(id_) for id_ in set(codes.values()) - held.keys()}
                more = reached(batch, codes, held, asked)
            decision = decide(
                batch,
                tenant=TENANT,
                known={event.id for event in self.events},
                last_position=len(self.events),
                recorded_at=RECORDED,
                codes=codes,
                held=held,
                connections=self.connections,
            )
            self._write(decision)
            for cause in decision.restate:
                self._restate(cause)

    def held(self, dossier: UUID) -> Held:
        """A dossier as the recorder would hold it."""
        if not self.cold and dossier in self.cache:
            return self.cache[dossier]
        return self.read(dossier)

    def read(self, dossier: UUID) -> Held:
        """A dossier from nothing but stored bytes."""
        entry = self.entries[dossier]
        lineage = {str(id_) for id_ in entry.lineage}
        stored = [parse_current(encode(event)) for event in self.events if event.subject in lineage]
        return hold(entry, stored, self.connections)

    def living(self) -> list[Held]:
        """Every dossier that was not merged into another."""
        return [self.held(id_) for id_, entry in self.entries.items() if entry.merged_into is None]

    def _restate(self, cause: DossierEvent) -> None:
        before = self._connections(event for event in self.events if event.position < cause.position)
        living = sorted(self.living(), key=lambda held: held.entry.dossier)
        for start in range(0, len(living), 2):
            decision = restate(
                living[start : start + 2],
                cause=cause,
                before=before,
                after=self.connections,
                known={event.id for event in self.events},
                last_position=len(self.events),
                recorded_at=RECORDED,
            )
            self._write(decision)

    def _connections(self, events: Iterable[DossierEvent]) -> Connections:
        facts = [fact_of_event(event) for event in events if event.subject == "tenant"]
        return connections_of(fact for fact in facts if fact is not None)

    def _write(self, decision: Decision) -> None:
        assert [event.position for event in decision.events] == list(
            range(len(self.events) + 1, len(self.events) + len(decision.events) + 1)
        )
        self.events.extend(decision.events)
        self.codes.update(decision.codes)
        for one in decision.identities:
            before = self.entries.get(one.dossier)
            last_position = 0 if before is None else before.last_position
            self.entries[one.dossier] = Entry(one.dossier, one.lineage, last_position, one.merged_into)
        for event in decision.events:
            if event.subject != "tenant":
                id_ = UUID(event.subject)
                self.entries[id_] = self.entries[id_]._replace(last_position=event.position)
        self.cache.update(decision.held)
        for gone in decision.absorbed:
            self.cache.pop(gone, None)
        self.connections = decision.connections
