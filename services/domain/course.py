"""Where a dossier stands: what all that was taken so far comes to, and the few ways in which it may change.

The rules of the single acts are in `effects`, who may move it in `take`; here is what they share: phases, the status
and its judgement, what each field rests on, the clock.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final
from uuid import UUID

from contracts.codes import Channel, Clock, DossierStatus, Outcome, SystemKind
from services.domain.authority import Connections
from services.domain.dossier import Fact, Judgement, JudgementKind, Segment
from services.domain.papers import NO_PAPERS
from services.domain.pauses import Pairing
from services.domain.transitions import (
    ACCEPTED,
    ENDED,
    FINISHED,
    IN_PROCESS,
    NOT_BEGUN,
    OBLIGATION,
    PHASE,
    RECEIVED,
    REFUSED,
    RETURNED,
    STOPPED,
    Row,
    unusual,
)

_NO_PAIRING: Final = Pairing()
_PAST_ACCEPTANCE: Final = frozenset({ACCEPTED, IN_PROCESS, OBLIGATION, STOPPED, FINISHED, RETURNED})


class Course:
    """Where a dossier stands after the facts taken so far. Never changed once it is part of a `Dossier`: see `copy`."""

    def __init__(self, connections: Connections) -> None:
        self.connections = connections
        self.status: DossierStatus | None = None
        self.phase: int = NOT_BEGUN
        self.clock: Clock = "not_started"
        self.paused_since: datetime | None = None
        """Since when the clock stands still, however many requests were open one over the other in that time."""
        self.submitted_at: datetime | None = None
        self.accepted_at: datetime | None = None
        self.ended_at: datetime | None = None
        self.returned_at: datetime | None = None
        self.outcome: Outcome | None = None
        self.due_at: datetime | None = None
        self.due_claimed: datetime | None = None
        """The latest promised date named with authority; `due_at` follows it unless an end is in force."""
        self.channel: Channel | None = None
        self.channel_rank: int | None = None
        self.agency: str | None = None
        self.agency_rank: int | None = None
        self.ended_by: str | None = None
        """The agency that had it when the end in force came: in statistics it stays there, whoever keeps it now."""
        self.procedure: str | None = None
        self.procedure_rank: int | None = None
        self.receiving_agency: str | None = None
        self.receiving_rank: int | None = None
        self.supplements = 0
        self.agency_said: str | None = None
        """The agency anybody last named: it says whose connection covers the next act that names none."""
        self.submission: SystemKind | None = None
        self.heading: DossierStatus = IN_PROCESS
        """Where a reply or a reopening leads: what the source's own status says, else in process."""
        self.void = False
        self.reopened = 0
        self.pairing = _NO_PAIRING
        self.papers = NO_PAPERS
        self.rows: Mapping[str, tuple[Row, UUID | None]] = {}
        """System → how far its row of statuses got, and the fact that it got there by where that moved no state."""
        self.rests_on: Mapping[str, str] = {}
        self.seen: frozenset[DossierStatus] = frozenset()
        self.status_fact: UUID | None = None
        self.found: tuple[Judgement, ...] = ()
        self.retractions = False
        self.begun = False
        self.moved = False
        """Whether the fact taken last changed anything that a segment or the state shows."""

    def copy(self) -> Course:
        """An equal course that may take another fact; the values inside are immutable and shared."""
        other: Course = object.__new__(Course)
        other.__dict__ = self.__dict__.copy()
        return other

    def promise(self, due_at: datetime, system: str) -> None:
        """Ngày hẹn trả: another promised date, which an end in force does not let through."""
        self.due_claimed = due_at
        if self.phase != ENDED:
            self.put("due_at", due_at, system)

    def rise(self, phase: int, status: DossierStatus, fact: Fact) -> None:
        """To a later phase and its status; nothing if it is there or further already: no clock turns it back."""
        if self.phase < phase:
            self.phase = phase
            self.turn(status, fact)

    def turn(self, status: DossierStatus, fact: Fact) -> None:
        """To another status, judged where that is unusual."""
        if self.status is status:
            return
        departure = unusual(self.status, status)
        if departure is not None:
            came_from = "nothing" if self.status is None else str(int(self.status))
            self.judge(departure, fact, f"status went from {came_from} to {int(status)}")
        self.seen = self.seen | {status}
        self.status_fact = fact.id
        self.put("status", status, fact.system)

    def wind(self, fact: Fact) -> None:
        """Let the clock follow what a fact has moved."""
        if self.void or self.phase == ENDED:
            clock: Clock = "stopped"
        elif self.phase < RECEIVED:
            clock = "not_started"
        else:
            clock = "paused" if self.pairing.open else "running"
        if clock != self.clock:
            self.paused_since = fact.occurred_at if clock == "paused" else None
            self.put("clock", clock, fact.system)

    def put(self, field: str, value: object, system: str) -> None:
        """Give a field another value, which from now on rests on the word of this system."""
        if getattr(self, field) == value:
            return
        setattr(self, field, value)
        self.rest(field, system)
        self.begun = self.moved = True

    def rest(self, field: str, system: str) -> None:
        """This field rests on the word of this system."""
        if self.rests_on.get(field) != system:
            self.rests_on = {**self.rests_on, field: system}

    def judge(self, kind: JudgementKind, fact: Fact, text: str, *others: UUID) -> None:
        """Remark on a fact."""
        self.found = (*self.found, Judgement(kind, (fact.id, *others), text))

    def segment(self, since: datetime) -> Segment:
        """How it stands, from a moment on."""
        return Segment(
            since,
            None,
            self.status,
            self.clock,
            self.submitted_at,
            self.accepted_at,
            self.ended_at,
            self.outcome,
            self.due_at,
            self.paused_since,
            self.ended_by if self.phase == ENDED else self.agency,
            self.procedure,
            self.channel,
            self.void,
            self.reopened,
            self.returned_at,
            self.receiving_agency,
            self.supplements,
        )

    def judgements(self) -> tuple[Judgement, ...]:
        """What is remarkable about the facts taken, sorted."""
        found = list(self.found)
        if self.accepted_at is None and self.seen & _PAST_ACCEPTANCE:
            assert self.status_fact is not None
            found.append(Judgement("no_acceptance", (self.status_fact,), "past acceptance, but when is not said"))
        for system, (row, fact) in self.rows.items():
            if fact is not None and row.status is not None and row.status not in self.seen:
                found.append(self._unheard(system, row.status, fact))
        return tuple(sorted(set(found)))

    def _unheard(self, system: str, status: DossierStatus, fact: UUID) -> Judgement:
        # A status that the authority once had is only late; one it never had is ahead of it or against it.
        ahead = PHASE[status] > self.phase and not (status is REFUSED and self.phase >= RECEIVED)
        if ahead:
            return Judgement("unconfirmed", (fact,), f"{system} says {int(status)}, the authority has not said it yet")
        return Judgement("disputed", (fact,), f"{system} says {int(status)}, the authority never did")
