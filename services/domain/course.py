"""One dossier's course through the procedure: the machine that takes facts in order and keeps what they come to.

Authority, phases, pauses, ends and due dates meet here. It takes the facts that hold (`versions`), sorted by time in
the office; it is the same machine for all facts at once (`fold`) and for one more at the end (`extend`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final, cast
from uuid import UUID

from contracts.claims import Claim, StatusReported
from contracts.codes import Channel, Clock, DossierStatus, Outcome, SystemKind
from services.domain.authority import (
    CHANNEL_SAID_BY,
    PLACE_SAID_BY,
    Connections,
    Epoch,
    submission_kinds,
)
from services.domain.dossier import Fact, Judgement, JudgementKind, Segment
from services.domain.pauses import Pairing, Pause, PauseKind, Stray
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
    REGISTERED,
    RETURNED,
    STOPPED,
    SUBMITTED,
    SUPPLEMENT,
    WITHDRAWN,
    WORKED_ON,
    Row,
    acts_between,
    after_act,
    after_report,
    unusual,
)

_NO_ROW: Final = Row()
_NO_PAIRING: Final = Pairing()
_GIVES_DUE_DATE: Final = frozenset(
    {"accepted", "supplement_received", "financial_obligation_fulfilled", "resumed", "due_date_changed", "reopened"}
)
_END_STATUS: Final[Mapping[Outcome, DossierStatus]] = {
    "finished": FINISHED,
    "returned": RETURNED,
    "stopped": STOPPED,
    "withdrawn": WITHDRAWN,
    "refused": REFUSED,
}


class Course:
    """Where a dossier stands after the facts taken so far. Never changed once it is part of a `Dossier`: see `copy`."""

    def __init__(self, connections: Connections) -> None:
        self.connections = connections
        self.status: DossierStatus | None = None
        self.phase: int = NOT_BEGUN
        self.clock: Clock = "not_started"
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
        self.procedure: str | None = None
        self.procedure_rank: int | None = None
        self.agency_said: str | None = None
        """The agency anybody last named: it says whose connection covers the next act that names none."""
        self.submission: SystemKind | None = None
        self.heading: DossierStatus = IN_PROCESS
        """Where a reply or a reopening leads: what the source's own status says, else in process."""
        self.void = False
        self.reopened = 0
        self.pairing = _NO_PAIRING
        self.rows: Mapping[str, tuple[Row, UUID | None]] = {}
        """System → how far its row of statuses got, and the fact that it got there by where that moved no state."""
        self.rests_on: Mapping[str, str] = {}
        self.seen: frozenset[DossierStatus] = frozenset()
        self.status_fact: UUID | None = None
        self.found: tuple[Judgement, ...] = ()
        self.retractions = False
        self.last: Any = None
        """Order of the last fact taken."""
        self.begun = False
        self.moved = False
        """Whether the fact taken last changed anything that a segment or the state shows."""

    def copy(self) -> Course:
        """An equal course that may take another fact; the values inside are immutable and shared."""
        other: Course = object.__new__(Course)
        other.__dict__ = self.__dict__.copy()
        return other

    # ------------------------------------------------------------------ what must be known before the first fact

    def prepare(self, facts: Sequence[Fact]) -> None:
        """Look ahead once: what the best-ranked kind says of a dossier's place and channel is known from its start."""
        said_submission: set[SystemKind] = set()
        last_channel: Channel | None = None
        for fact in facts:
            claim = cast(Claim, fact.claim)
            if self.agency_said is None:
                self.agency_said = claim.agency
            kind = self.connections.at(fact.occurred_at).kinds.get(fact.system)
            if kind is None:
                continue
            if says_submission(fact):
                said_submission.add(kind)
            rank = CHANNEL_SAID_BY.get(kind)
            if claim.channel is not None and rank is not None:
                if self.channel_rank is None or rank < self.channel_rank:
                    self.channel, self.channel_rank = claim.channel, rank
                    self._rest("channel", fact.system)
                if rank == self.channel_rank:
                    last_channel = claim.channel
            rank = PLACE_SAID_BY.get(kind)
            if rank is None:
                continue
            if claim.agency is not None and (self.agency_rank is None or rank < self.agency_rank):
                self.agency, self.agency_rank = claim.agency, rank
                self._rest("agency", fact.system)
            if claim.procedure is not None and (self.procedure_rank is None or rank < self.procedure_rank):
                self.procedure, self.procedure_rank = claim.procedure, rank
                self._rest("procedure", fact.system)
        for kind in submission_kinds(last_channel):
            if kind in said_submission:
                self.submission = kind
                break

    def foresaw(self, fact: Fact) -> bool:
        """Whether looking ahead over this fact too, as the last, would have changed nothing that was prepared."""
        claim = cast(Claim, fact.claim)
        if claim.agency is not None and self.agency_said is None:
            return False
        kind = self.connections.at(fact.occurred_at).kinds.get(fact.system)
        if kind is None:
            return True
        if claim.channel is not None:
            rank = CHANNEL_SAID_BY.get(kind)
            if rank is not None and (
                self.channel_rank is None
                or rank < self.channel_rank
                or (rank == self.channel_rank and claim.channel != self.channel)
            ):
                return False
        if claim.agency is not None or claim.procedure is not None:
            rank = PLACE_SAID_BY.get(kind)
            if rank is not None:
                if claim.agency is not None and (self.agency_rank is None or rank < self.agency_rank):
                    return False
                if claim.procedure is not None and (self.procedure_rank is None or rank < self.procedure_rank):
                    return False
        if says_submission(fact):
            kinds = submission_kinds(self.channel)
            if kind in kinds:
                return self.submission is not None and kinds.index(kind) >= kinds.index(self.submission)
        return True

    # ------------------------------------------------------------------ one fact

    def take(self, fact: Fact) -> bool:
        """Go on by one fact, the next in order. Says whether anything that is shown has moved."""
        self.moved = False
        epoch = self.connections.at(fact.occurred_at)
        kind = epoch.kinds.get(fact.system)
        if kind is None:
            self._judge("not_connected", fact, f"{fact.system} took part in nothing at that time")
            return False
        claim = cast(Claim, fact.claim)
        agency = None
        if claim.channel is not None or claim.agency is not None or claim.procedure is not None:
            self._place(fact, claim, kind)
        if self.connections.agency_bound:
            agency = self.agency_said
        if isinstance(claim, StatusReported):
            self._report(fact, claim, epoch, kind, agency)
        else:
            self._act(fact, epoch, kind, agency)
        if self.moved:
            self._wind(fact.system)
        return self.moved

    def _place(self, fact: Fact, claim: Claim, kind: SystemKind) -> None:
        if claim.agency is not None:
            self.agency_said = claim.agency
        if claim.channel is not None and CHANNEL_SAID_BY.get(kind, -1) == self.channel_rank:
            self._say("channel", claim.channel, fact.system)
        rank = PLACE_SAID_BY.get(kind, -1)
        if claim.agency is not None and rank == self.agency_rank:
            self._say("agency", claim.agency, fact.system)
        if claim.procedure is not None and rank == self.procedure_rank:
            self._say("procedure", claim.procedure, fact.system)

    def _say(self, field: str, value: object, system: str) -> None:
        if not self.begun:
            self.begun = self.moved = True
        self._set(field, value, system)

    def _report(self, fact: Fact, claim: StatusReported, epoch: Epoch, kind: SystemKind, agency: str | None) -> None:
        system, status = fact.system, claim.status
        row = self.rows[system][0] if system in self.rows else _NO_ROW
        acts = acts_between(row, status) if row.status is not status else ()
        allowed = [act for act in acts if self._may(act, epoch, kind, system, agency)]
        if row.status is not status:
            self.rows = {**self.rows, system: (after_report(row, status, acts), None if allowed else fact.id)}
        self.heading = ACCEPTED if status is ACCEPTED else IN_PROCESS
        authority = epoch.moves("status_reported", system, agency)
        if authority and claim.due_at is not None:
            self._due(claim.due_at, system)
        for act in allowed:
            _DERIVED[act](self, fact)
        # A source with authority may move its own status freely, also backwards; nobody else's.
        if (
            acts
            and authority
            and self.status is not status
            and (status in (REGISTERED, ACCEPTED) or PHASE[status] == ENDED)
            and (self.ended_at is None) == (PHASE[status] != ENDED)
            and self.rests_on.get("status") == system
        ):
            self._status(status, fact)

    def _act(self, fact: Fact, epoch: Epoch, kind: SystemKind, agency: str | None) -> None:
        act, system = fact.act, fact.system
        self.heading = IN_PROCESS
        row = self.rows[system][0] if system in self.rows else _NO_ROW
        # What its status row was already taken to mean is not a second act when the source then names it.
        repeated = act in row.derived
        after = Row(row.status, row.past_acceptance, row.before_acceptance) if repeated else after_act(row, act)
        may = self._may(act, epoch, kind, system, agency)
        if after is not row:
            self.rows = {**self.rows, system: (after, None if may else fact.id)}
        if not may:
            return
        if act in _GIVES_DUE_DATE:
            due_at: datetime | None = getattr(fact.claim, "due_at", None)
            if due_at is not None:
                self._due(due_at, system)
        if not repeated and (effect := _EXPLICIT.get(act)) is not None:
            effect(self, fact)

    def _may(self, act: str, epoch: Epoch, kind: SystemKind, system: str, agency: str | None) -> bool:
        if act == "submitted":
            return kind == self.submission
        return epoch.moves("status_reported" if act == "moved" else act, system, agency)

    # ------------------------------------------------------------------ acts

    def submitted(self, fact: Fact) -> None:
        """Nộp hồ sơ."""
        if self.submitted_at is None:
            self._set("submitted_at", fact.occurred_at, fact.system)
        self._rise(SUBMITTED, REGISTERED, fact)

    def resubmitted(self, fact: Fact) -> None:
        """The papers asked for before acceptance are there."""
        if self.phase == SUBMITTED:
            self._status(REGISTERED, fact)

    def acceptance_supplement_requested(self, fact: Fact) -> None:
        """Yêu cầu bổ sung trước tiếp nhận: no clock runs yet, so nothing pauses."""
        if self.phase > SUBMITTED:
            self._judge("unexpected_transition", fact, "papers for acceptance were asked for after it")
            return
        self.phase = SUBMITTED
        self._status(SUPPLEMENT, fact)

    def accepted(self, fact: Fact) -> None:
        """Tiếp nhận. The first one counts; it lifts a refusal; another end dated before it takes effect with it."""
        if self.accepted_at is None:
            if self.ended_at is not None and self.outcome == "refused":
                self._judge("unexpected_transition", fact, "accepted after it was refused")
                self._leave_end(fact)
                self.phase = SUBMITTED
            elif self.ended_at is not None:
                self._judge("end_before_acceptance", fact, "an end dated before the acceptance takes effect with it")
                self._set("ended_at", fact.occurred_at, fact.system)
                self._set("due_at", self.due_claimed, fact.system)
            self._set("accepted_at", fact.occurred_at, fact.system)
        self._rise(RECEIVED, ACCEPTED, fact)

    def forwarded(self, fact: Fact) -> None:
        """Chuyển xử lý."""
        if self.phase == ENDED:
            self._judge("unexpected_transition", fact, "forwarded after the end")
        elif self.phase == WORKED_ON and self.status not in (SUPPLEMENT, OBLIGATION):
            self._status(IN_PROCESS, fact)
        else:
            self._rise(WORKED_ON, IN_PROCESS, fact)

    def step_completed(self, fact: Fact) -> None:
        """A step of the internal workflow: never moves the status, nor reopens what has ended."""
        if self.phase == ENDED:
            self._judge("unexpected_transition", fact, "a step was completed after the end")

    def supplement_requested(self, fact: Fact) -> None:
        """Yêu cầu bổ sung."""
        self._request("supplement", getattr(fact.claim, "round", None), SUPPLEMENT, fact)

    def supplement_received(self, fact: Fact) -> None:
        """Đã bổ sung."""
        self._reply(self._stray("supplement", getattr(fact.claim, "round", None), fact), fact)

    def obligation_requested(self, fact: Fact) -> None:
        """Yêu cầu thực hiện nghĩa vụ tài chính."""
        self._request("obligation", getattr(fact.claim, "reference", None), OBLIGATION, fact)

    def obligation_fulfilled(self, fact: Fact) -> None:
        """Đã thực hiện nghĩa vụ tài chính."""
        self._reply(self._stray("obligation", getattr(fact.claim, "reference", None), fact), fact)

    def payment_confirmed(self, fact: Fact) -> None:
        """Đã thanh toán: fulfils the obligation with the same reference, and only that."""
        reference: str | None = getattr(fact.claim, "reference", None)
        if reference is not None:
            self._reply(Stray("obligation", reference, fact.system, fact.id, by_label_only=True), fact)

    def suspended(self, fact: Fact) -> None:
        """Tạm dừng: the clock pauses, the status stays."""
        self._request("suspension", None, None, fact)

    def resumed(self, fact: Fact) -> None:
        """Tiếp tục xử lý."""
        self._reply(self._stray("suspension", None, fact), fact)

    def left_supplement(self, fact: Fact) -> None:
        """The source's own status waits for papers no longer."""
        self._left("supplement", fact)

    def left_obligation(self, fact: Fact) -> None:
        """The source's own status waits for a payment no longer."""
        self._left("obligation", fact)

    def due_date_changed(self, fact: Fact) -> None:
        """Gia hạn, hẹn lại: the date itself was taken with the claim."""
        if self.phase == ENDED:
            self._judge("unexpected_transition", fact, "another due date was promised after the end")

    def refused(self, fact: Fact) -> None:
        """Không tiếp nhận; after an acceptance it is an end like any other."""
        self._end("refused", fact)

    def withdrawn(self, fact: Fact) -> None:
        """Rút hồ sơ."""
        self._end("withdrawn", fact)

    def processing_stopped(self, fact: Fact) -> None:
        """Dừng xử lý."""
        self._end("stopped", fact)

    def processing_finished(self, fact: Fact) -> None:
        """Đã xử lý xong: the end that counts, also against another that was claimed before it."""
        if self.phase == ENDED and self.outcome != "finished":
            self._set("ended_at", fact.occurred_at, fact.system)
            self._set("outcome", "finished", fact.system)
            if self.status is not RETURNED:
                self._status(FINISHED, fact)
        else:
            self._end("finished", fact)

    def result_returned(self, fact: Fact) -> None:
        """Trả kết quả: an end only where none was said before it."""
        if self.returned_at is None:
            self._set("returned_at", fact.occurred_at, fact.system)
        if self.phase == ENDED:
            self._status(RETURNED, fact)
        else:
            self._end("returned", fact)

    def result_recalled(self, fact: Fact) -> None:
        """Thu hồi kết quả: back to finished; the end stays in force."""
        if self.phase == ENDED and self.status is RETURNED:
            self._status(FINISHED, fact)
            self._set("returned_at", None, fact.system)
        else:
            self._judge("unexpected_transition", fact, "a result was recalled that was not handed over")

    def reopen(self, fact: Fact) -> None:
        """Xử lý lại: the end is in force no more from here on; what was reported before stays true of its time."""
        if self.phase != ENDED:
            self._judge("unexpected_transition", fact, "reopened, but no end was in force")
            return
        self._leave_end(fact)
        self._set("reopened", self.reopened + 1, fact.system)
        self.phase = WORKED_ON
        self._status(self.heading, fact)

    def moved_freely(self, fact: Fact) -> None:
        """Its own status went where no act leads to: followed below, and judged there."""

    def voided(self, fact: Fact) -> None:
        """Xóa hồ sơ thử, tiếp nhận nhầm: out of the statistics from here on, never out of the log."""
        self._set("void", True, fact.system)  # noqa: FBT003 - the value, not an option

    # ------------------------------------------------------------------ what acts are made of

    def _end(self, outcome: Outcome, fact: Fact) -> None:
        status = _END_STATUS[outcome]
        if self.phase == ENDED:
            if outcome != self.outcome:
                self._judge("unexpected_transition", fact, f"{outcome} after it was {self.outcome}")
            return
        self._status(status, fact)
        self._set("ended_at", fact.occurred_at, fact.system)
        self._set("outcome", outcome, fact.system)
        self.phase = ENDED
        self.pairing = self.pairing.ended()

    def _leave_end(self, fact: Fact) -> None:
        for field in ("ended_at", "outcome", "returned_at"):
            self._set(field, None, fact.system)
        self._set("due_at", self.due_claimed, fact.system)

    def _request(self, kind: PauseKind, label: str | None, status: DossierStatus | None, fact: Fact) -> None:
        if self.phase == ENDED:
            self._judge("unexpected_transition", fact, "asked for something after the end")
            return
        self.pairing, early = self.pairing.requested(Pause(kind, label, fact.occurred_at, fact.system))
        if status is not None:
            self.phase = WORKED_ON
        self.moved = True
        if early is not None:
            self._judge("reply_before_request", fact, "its reply is dated before it", early.fact)
            if status is not None:
                self._status(status, fact)
                self._after_reply(fact)
        elif status is not None:
            self._status(status, fact)

    def _stray(self, kind: PauseKind, label: str | None, fact: Fact) -> Stray:
        return Stray(kind, label, fact.system, fact.id, by_label_only=False)

    def _reply(self, reply: Stray, fact: Fact) -> None:
        self.pairing, closed = self.pairing.replied(reply)
        if closed:
            self._after_reply(fact)

    def _left(self, kind: PauseKind, fact: Fact) -> None:
        self.pairing, closed = self.pairing.left(kind, fact.system)
        if closed:
            self._after_reply(fact)

    def _after_reply(self, fact: Fact) -> None:
        self.moved = True
        if self.status not in (SUPPLEMENT, OBLIGATION):
            return
        waiting = [pause for pause in self.pairing.open if pause.kind != "suspension"]
        if not waiting:
            self._status(self.heading, fact)
        else:
            self._status(SUPPLEMENT if waiting[-1].kind == "supplement" else OBLIGATION, fact)

    def _due(self, due_at: datetime, system: str) -> None:
        self.due_claimed = due_at
        if self.phase != ENDED:
            self._set("due_at", due_at, system)

    def _rise(self, phase: int, status: DossierStatus, fact: Fact) -> None:
        if self.phase < phase:
            self.phase = phase
            self._status(status, fact)

    def _status(self, status: DossierStatus, fact: Fact) -> None:
        if self.status is status:
            return
        departure = unusual(self.status, status)
        if departure is not None:
            came_from = "nothing" if self.status is None else str(int(self.status))
            self._judge(departure, fact, f"status went from {came_from} to {int(status)}")
        self.seen = self.seen | {status}
        self.status_fact = fact.id
        self._set("status", status, fact.system)

    def _wind(self, system: str) -> None:
        if self.void or self.phase == ENDED:
            clock: Clock = "stopped"
        elif self.phase < RECEIVED:
            clock = "not_started"
        else:
            clock = "paused" if self.pairing.open else "running"
        if clock != self.clock:
            self._set("clock", clock, system)

    def _set(self, field: str, value: object, system: str) -> None:
        if getattr(self, field) == value:
            return
        setattr(self, field, value)
        self._rest(field, system)
        self.begun = self.moved = True

    def _rest(self, field: str, system: str) -> None:
        if self.rests_on.get(field) != system:
            self.rests_on = {**self.rests_on, field: system}

    def _judge(self, kind: JudgementKind, fact: Fact, text: str, *others: UUID) -> None:
        self.found = (*self.found, Judgement(kind, (fact.id, *others), text))

    # ------------------------------------------------------------------ what is shown

    def segment(self, since: datetime) -> Segment:
        """How it stands, from a moment on."""
        paused_since = None
        if self.clock == "paused":
            paused_since = min(pause.since for pause in self.pairing.open)
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
            paused_since,
            self.agency,
            self.procedure,
            self.channel,
            self.void,
            self.reopened,
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


_PAST_ACCEPTANCE: Final = frozenset({ACCEPTED, IN_PROCESS, OBLIGATION, STOPPED, FINISHED, RETURNED})
_EXPLICIT: Final[Mapping[str, Callable[[Course, Fact], None]]] = {
    "submitted": Course.submitted,
    "acceptance_supplement_requested": Course.acceptance_supplement_requested,
    "accepted": Course.accepted,
    "refused": Course.refused,
    "forwarded": Course.forwarded,
    "step_completed": Course.step_completed,
    "supplement_requested": Course.supplement_requested,
    "supplement_received": Course.supplement_received,
    "financial_obligation_requested": Course.obligation_requested,
    "financial_obligation_fulfilled": Course.obligation_fulfilled,
    "payment_confirmed": Course.payment_confirmed,
    "suspended": Course.suspended,
    "resumed": Course.resumed,
    "due_date_changed": Course.due_date_changed,
    "withdrawn": Course.withdrawn,
    "processing_stopped": Course.processing_stopped,
    "processing_finished": Course.processing_finished,
    "result_returned": Course.result_returned,
    "result_recalled": Course.result_recalled,
    "reopened": Course.reopen,
    "voided": Course.voided,
}
"""Act → its effect. Acts that are not here move nothing but what their attributes say."""

_DERIVED: Final[Mapping[str, Callable[[Course, Fact], None]]] = {
    **_EXPLICIT,
    "resubmitted": Course.resubmitted,
    "supplement_received": Course.left_supplement,
    "financial_obligation_fulfilled": Course.left_obligation,
    "moved": Course.moved_freely,
}
"""The same for acts that a row of statuses was taken to mean."""


def says_submission(fact: Fact) -> bool:
    """Whether a fact claims that the dossier was handed in: the act itself, or the status that follows it."""
    return fact.act == "submitted" or (isinstance(fact.claim, StatusReported) and fact.claim.status is REGISTERED)
