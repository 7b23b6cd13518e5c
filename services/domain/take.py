"""Going on by one fact: who said it, whether that moves the state, which acts a reported status means, what they do."""

from __future__ import annotations

from datetime import datetime
from typing import Final, cast

from contracts.claims import ACTS, Claim, StatusReported
from contracts.codes import SystemKind
from services.domain.authority import CHANNEL_SAID_BY, PLACE_SAID_BY, Epoch, Voice
from services.domain.course import Course
from services.domain.dossier import Fact
from services.domain.effects import DERIVED, EXPLICIT
from services.domain.papers import at_national_portal
from services.domain.transitions import (
    ACCEPTED,
    ENDED,
    IN_PROCESS,
    PHASE,
    REGISTERED,
    STATUS_AFTER,
    Row,
    after_act,
    reported,
)

_NO_ROW: Final = Row()
_GIVES_DUE_DATE: Final = frozenset(
    {"accepted", "supplement_received", "financial_obligation_fulfilled", "resumed", "due_date_changed", "reopened"}
)


_SILENT: Final = frozenset(act for act, (_, scope) in ACTS.items() if scope == "dossier") - (
    EXPLICIT.keys() | STATUS_AFTER.keys() | {"status_reported", "retracted"}
) | {"step_completed"}
"""Acts that move nothing by themselves, unless an end is in force."""


def passes_by(course: Course, fact: Fact, epoch: Epoch) -> bool:
    """Whether taking this fact would leave the course wholly as it is: most steps of an internal workflow do.

    Then `extend` need not copy it: a third of all events.
    """
    claim = cast(Claim, fact.claim)
    return (
        fact.act in _SILENT
        and course.phase != ENDED
        and course.heading is IN_PROCESS
        and claim.channel is None
        and claim.agency is None
        and claim.procedure is None
        and claim.receiving_agency is None
        and fact.system in epoch.kinds
    )


def take(course: Course, fact: Fact, epoch: Epoch) -> bool:
    """Go on by one fact, the next in order, said in this epoch. Says whether anything that is shown has moved."""
    course.moved = False
    system = fact.system
    kind = epoch.kinds.get(system)
    if kind is None:
        course.judge("not_connected", fact, f"{system} took part in nothing at that time")
        return False
    claim = cast(Claim, fact.claim)
    if (
        claim.channel is not None
        or claim.agency is not None
        or claim.procedure is not None
        or claim.receiving_agency is not None
    ):
        _place(course, fact, claim, kind)
    voice = epoch.voice(system, course.agency_said if course.connections.agency_bound else None)
    assert voice is not None
    if fact.act == "status_reported":
        _report(course, fact, cast(StatusReported, claim), voice)
    else:
        _act(course, fact, voice)
    if course.moved:
        course.wind(fact)
    return course.moved


def _decides(voice: Voice, act: str, course: Course) -> bool:
    if act == "submitted":
        return voice.kind == course.submission
    return voice.moves("status_reported" if act == "moved" else act)


def _place(course: Course, fact: Fact, claim: Claim, kind: SystemKind) -> None:
    if claim.agency is not None:
        course.agency_said = claim.agency
    if claim.channel is not None and CHANNEL_SAID_BY.get(kind, -1) == course.channel_rank:
        _say(course, "channel", claim.channel, fact.system)
    rank = PLACE_SAID_BY.get(kind, -1)
    if claim.agency is not None and rank == course.agency_rank:
        _say(course, "agency", claim.agency, fact.system)
    if claim.procedure is not None and rank == course.procedure_rank:
        _say(course, "procedure", claim.procedure, fact.system)
    if (
        claim.receiving_agency is not None
        and rank == course.receiving_rank
        and claim.receiving_agency != course.receiving_agency
    ):
        # Nobody is told of it and nothing rests on it: it is for statistics alone.
        course.receiving_agency = claim.receiving_agency
        course.begun = course.moved = True


def _say(course: Course, field: str, value: object, system: str) -> None:
    if not course.begun:
        course.begun = course.moved = True
    course.put(field, value, system)


def _report(course: Course, fact: Fact, claim: StatusReported, voice: Voice) -> None:
    system, status = fact.system, claim.status
    row = course.rows[system][0] if system in course.rows else _NO_ROW
    acts: tuple[str, ...] = ()
    allowed: list[str] = []
    if row.status is not status:
        acts, after = reported(row, status)
        allowed = [act for act in acts if _decides(voice, act, course)]
        course.rows = {**course.rows, system: (after, None if allowed else fact.id)}
        if voice.kind == "national_portal":
            course.papers = at_national_portal(course.papers, fact)
    course.heading = ACCEPTED if status is ACCEPTED else IN_PROCESS
    authority = voice.moves("status_reported")
    if authority and claim.due_at is not None:
        course.promise(claim.due_at, system)
    for act in allowed:
        DERIVED[act](course, fact)
    # A source with authority may move its own status freely, also backwards; nobody else's.
    if (
        acts
        and authority
        and course.status is not status
        and (status in (REGISTERED, ACCEPTED) or PHASE[status] == ENDED)
        and (course.ended_at is None) == (PHASE[status] != ENDED)
        and course.rests_on.get("status") == system
    ):
        course.turn(status, fact)


def _act(course: Course, fact: Fact, voice: Voice) -> None:
    act, system = fact.act, fact.system
    course.heading = IN_PROCESS
    row = course.rows[system][0] if system in course.rows else _NO_ROW
    # What its status row was already taken to mean is not a second act when the source then names it.
    repeated = act in row.derived
    after = Row(row.status, row.past_acceptance, row.before_acceptance) if repeated else after_act(row, act)
    decides = _decides(voice, act, course)
    if after is not row:
        course.rows = {**course.rows, system: (after, None if decides else fact.id)}
        if voice.kind == "national_portal":
            course.papers = at_national_portal(course.papers, fact)
    if not decides:
        return
    if act in _GIVES_DUE_DATE:
        due_at: datetime | None = getattr(fact.claim, "due_at", None)
        if due_at is not None:
            course.promise(due_at, system)
    if not repeated and (effect := EXPLICIT.get(act)) is not None:
        effect(course, fact)
