"""What is known of one dossier (hồ sơ): the facts that were said about it and what they come to, as plain values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final, Literal, NamedTuple
from uuid import UUID

from contracts.claims import ACTS
from contracts.codes import Channel, Clock, DossierStatus, Outcome
from contracts.dossier_events import DossierState
from contracts.events_to_fold import EventToFold
from contracts.frozen import Frozen
from contracts.observations import Observation
from services.domain.construct import STATE_FIELDS_SET, construct

if TYPE_CHECKING:
    from services.domain.course import Course
    from services.domain.papers import Papers

CodeKey = tuple[str, str]
"""(system, code): what one system calls a dossier."""


# Facts and segments are named tuples: several of them are made for every event, and a frozen class takes four times as
# long to make and to compare.
class Fact(NamedTuple):
    """What one system once claimed: the part of a recorded event that `fold` may look at.

    Positions and recording times are ours and no part of it; neither is the state an event carried.
    """

    id: UUID
    system: str
    code: str
    act: str
    occurred_at: datetime
    observed_at: datetime
    act_id: str | None
    item: str | None
    sequence: int | None
    revision: datetime | None
    claim: Frozen

    @property
    def key(self) -> CodeKey:
        """The code it speaks of."""
        return (self.system, self.code)


def fact_of_observation(observation: Observation) -> Fact:
    """The fact an observation will be once it is recorded."""
    return Fact(
        observation.id,
        observation.system,
        observation.code,
        observation.act,
        observation.occurred_at,
        observation.observed_at,
        observation.act_id,
        observation.item,
        observation.sequence,
        observation.revision,
        observation.data,
    )


_ANNOUNCEMENTS: Final = frozenset(act for act, (_, scope) in ACTS.items() if scope == "announcement")


def fact_of_event(event: EventToFold, *, utc: bool = False) -> Fact | None:
    """The fact a stored event holds; None for an announcement of ours, which says nothing new about a dossier.

    With `utc` its time is the same moment in UTC, for readers that compare and store it more often than they show it.
    """
    act = event.act
    if act in _ANNOUNCEMENTS:
        return None
    return Fact(
        event.id,
        event.system,
        event.code,
        act,
        event.time.astimezone(UTC) if utc else event.time,
        event.observedtime,
        event.actid,
        event.item,
        event.actsequence,
        event.revision,
        event.data,
    )


class Segment(NamedTuple):
    """How a dossier stood from `occurred_from` until just before `occurred_to`, as known now.

    "Just before instant b" is the segment with occurred_from < b <= occurred_to; `occurred_to` None is unbounded.
    """

    occurred_from: datetime
    occurred_to: datetime | None
    status: DossierStatus | None
    clock: Clock
    submitted_at: datetime | None
    accepted_at: datetime | None
    ended_at: datetime | None
    """When the end in force took effect; None again after a reopening."""
    outcome: Outcome | None
    due_at: datetime | None
    """The promised date in force; while an end is in force, the one that held when it came."""
    paused_since: datetime | None
    agency: str | None
    """The agency that handles it; while an end is in force, the one that had it when it came."""
    procedure: str | None
    channel: Channel | None
    void: bool
    reopened: int
    """How many times an end was left again up to now."""
    returned_at: datetime | None
    """When the result was handed over (NgayTra)."""
    receiving_agency: str | None
    """The desk where it was handed in, which from 2025 may be any of the province."""
    supplements: int
    """How many times papers were asked for since it was accepted."""


JudgementKind = Literal[
    "unexpected_transition",
    "skipped_step",
    "no_acceptance",
    "end_before_acceptance",
    "reply_before_request",
    "conflicting",
    "unknown_retraction",
    "disputed",
    "unconfirmed",
    "not_connected",
]
"""unexpected_transition: not on the list of moves. skipped_step: a phase was jumped over. no_acceptance: past
acceptance, yet nobody with authority said when it was. conflicting: one act said in two ways with no mark of which is
newer. disputed, unconfirmed: a system without authority says what contradicts, or what is not yet said by, the one
that has it. not_connected: the system took part in nothing at that time, so its claim moves no state."""


@dataclass(frozen=True, slots=True, order=True)
class Judgement:
    """What `fold` remarks on facts: shown to people, never a reason to refuse or drop anything."""

    kind: JudgementKind
    facts: tuple[UUID, ...]
    text: str


STATE_FIELDS: Final = (
    "status",
    "clock",
    "submitted_at",
    "accepted_at",
    "due_at",
    "ended_at",
    "returned_at",
    "outcome",
    "channel",
    "agency",
    "procedure",
    "void",
)
"""The fields of the state that facts move; `codes` and `merged_into` come from the identity map."""


class Said:
    """The facts about a dossier in order of arrival: one list for all its versions, of which each counts its own.

    So going on by one fact touches none of those before it. Copying a tuple of them touches every one, and what was
    not touched for some thousand events has to come from the machine's memory: that was a tenth of following a log.
    """

    __slots__ = ("act_ids", "facts")

    def __init__(self, facts: Iterable[Fact]) -> None:
        self.facts = list(facts)
        self.act_ids = {fact.act_id for fact in self.facts}
        """Of a version's own facts and maybe of others': what is not in here, none of its facts has."""

    def and_then(self, fact: Fact, *, count: int) -> Said:
        """The first `count` of these facts and one more."""
        # Who is not the latest version goes on in a list of its own.
        said = self if count == len(self.facts) else Said(self.facts[:count])
        said.facts.append(fact)
        said.act_ids.add(fact.act_id)
        return said


@dataclass(slots=True, eq=False)
class Dossier:
    """The result of folding the facts about one dossier. Make one with `fold` or `extend` only; it never changes."""

    said: Said
    count: int
    """How many of the facts in `said` are its own: the first so many."""
    segments: tuple[Segment, ...]
    """Its whole timeline as known now, oldest first, without a gap; empty while nobody with authority said anything."""
    course: Course
    """What `extend` needs to go on from here; opaque to everyone else."""
    last: Fact | None
    """The last in order of the facts that hold."""

    @property
    def facts(self) -> tuple[Fact, ...]:
        """Every fact about its codes, in order of arrival here; the result does not depend on that order."""
        return tuple(self.said.facts[: self.count])

    @property
    def rests_on(self) -> Mapping[str, str]:
        """Field of the state → the system whose claim it rests on. A field that was never moved is absent."""
        return self.course.rests_on

    @property
    def agency(self) -> str | None:
        """The agency that has it now, also after its end."""
        return self.course.agency

    @property
    def returned_at(self) -> datetime | None:
        """When the result was handed over (NgayTra)."""
        return self.course.returned_at

    @property
    def papers(self) -> tuple[Papers, ...]:
        """What became of its papers, oldest first; empty while nobody with authority said anything of them."""
        return self.course.papers.timeline

    @property
    def judgements(self) -> tuple[Judgement, ...]:
        """What is remarkable about its facts, sorted; a function of the same facts as the state."""
        return self.course.judgements()

    def state(self, codes: dict[str, tuple[str, ...]], merged_into: UUID | None = None) -> DossierState:
        """The small state that an event carries. `codes`: system → its codes for this dossier, sorted."""
        course = self.course
        return construct(
            DossierState,
            {
                "status": course.status,
                "clock": course.clock,
                "submitted_at": course.submitted_at,
                "accepted_at": course.accepted_at,
                "due_at": course.due_at,
                "ended_at": course.ended_at,
                "returned_at": course.returned_at,
                "outcome": course.outcome,
                "channel": course.channel,
                "agency": course.agency,
                "procedure": course.procedure,
                "void": course.void,
                "codes": codes,
                "merged_into": merged_into,
            },
            STATE_FIELDS_SET,
        )


def codes_by_system(keys: frozenset[CodeKey]) -> dict[str, tuple[str, ...]]:
    """System → the codes it uses, both sorted: how a state shows the codes of a dossier."""
    found: dict[str, list[str]] = {}
    for system, code in sorted(keys):
        found.setdefault(system, []).append(code)
    return {system: tuple(codes) for system, codes in found.items()}
