"""A log made in memory for tests of read models: observations through the recorder's own planner, one after another."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from contracts.dossier_events import DossierEvent, encode
from contracts.observations import Observation, make_observation
from services.domain.authority import Connections, connections_of
from services.domain.decide import decide
from services.domain.decision import Decision, Held, Identity
from services.domain.restate import restate
from services.event_store.port import IdentityChange, StoredEvent

T0 = datetime(2024, 1, 2, 1, 0, tzinfo=UTC)
ALWAYS = datetime(1900, 1, 1, tzinfo=UTC)


@dataclass
class MadeLog:
    """Events of one tenant in order, and what its identity map holds at the end."""

    tenant: str = "lang-son"
    events: list[DossierEvent] = field(default_factory=list)
    holders: dict[tuple[str, str], UUID] = field(default_factory=dict)
    identities: dict[UUID, Identity] = field(default_factory=dict)
    held: dict[UUID, Held] = field(default_factory=dict)
    connections: Connections = field(default_factory=lambda: connections_of(()))

    def connect(self, *systems: tuple[str, str]) -> None:
        """The given (system, kind) take part from the beginning of time on, and every dossier is told."""
        for system, kind in systems:
            self.say(system, system, "system_connected", ALWAYS, {"kind": kind})

    def say(
        self, system: str, code: str, act: str, at: datetime, data: Mapping[str, Any] | None = None, **more: Any
    ) -> None:
        """One claim of one system."""
        observed = T0 + timedelta(seconds=len(self.events))
        self.take(
            [
                make_observation(
                    tenant=self.tenant,
                    system=system,
                    code=code,
                    act=act,
                    occurred_at=at,
                    observed_at=observed,
                    data=dict(data or {}),
                    **more,
                )
            ]
        )

    def take(self, observations: Iterable[Observation]) -> None:
        """Record these, in this order."""
        before = self.connections
        decision = decide(
            list(observations),
            tenant=self.tenant,
            known={event.id for event in self.events},
            last_position=len(self.events),
            recorded_at=T0 + timedelta(seconds=len(self.events)),
            codes=self.holders,
            held=self.held,
            connections=before,
        )
        self._write(decision)
        self.connections = decision.connections
        for cause in decision.restate:
            self._write(
                restate(
                    [held for _, held in sorted(self.held.items())],
                    cause=cause,
                    before=before,
                    after=self.connections,
                    known=(),
                    last_position=len(self.events),
                    recorded_at=T0 + timedelta(seconds=len(self.events)),
                )
            )

    def _write(self, decision: Decision) -> None:
        self.events.extend(decision.events)
        self.holders.update(decision.codes)
        self.held.update(decision.held)
        for absorbed in decision.absorbed:
            self.held.pop(absorbed, None)
        self.identities.update((one.dossier, one) for one in decision.identities)

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
        return IdentityChange(self.holders, list(self.identities.values()))
