"""What each act does to a dossier that it moves: one function an act, and a table of them for a clerk to go through."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from contracts.codes import DossierStatus, Outcome
from services.domain import papers
from services.domain.course import Course
from services.domain.dossier import Fact
from services.domain.pauses import Pause, PauseKind, Stray
from services.domain.transitions import (
    ACCEPTED,
    ENDED,
    FINISHED,
    IN_PROCESS,
    OBLIGATION,
    RECEIVED,
    REFUSED,
    REGISTERED,
    RETURNED,
    STOPPED,
    SUBMITTED,
    SUPPLEMENT,
    WITHDRAWN,
    WORKED_ON,
)

_END_STATUS: Final[Mapping[Outcome, DossierStatus]] = {
    "finished": FINISHED,
    "returned": RETURNED,
    "stopped": STOPPED,
    "withdrawn": WITHDRAWN,
    "refused": REFUSED,
}


def submitted(course: Course, fact: Fact) -> None:
    """Nộp hồ sơ."""
    if course.submitted_at is None:
        course.put("submitted_at", fact.occurred_at, fact.system)
    course.rise(SUBMITTED, REGISTERED, fact)


def resubmitted(course: Course, fact: Fact) -> None:
    """The papers asked for before acceptance are there."""
    if course.phase == SUBMITTED:
        course.turn(REGISTERED, fact)


def acceptance_supplement_requested(course: Course, fact: Fact) -> None:
    """Yêu cầu bổ sung trước tiếp nhận: no clock runs yet, so nothing pauses."""
    if course.phase > SUBMITTED:
        course.judge("unexpected_transition", fact, "papers for acceptance were asked for after it")
        return
    course.phase = SUBMITTED
    course.turn(SUPPLEMENT, fact)


def accepted(course: Course, fact: Fact) -> None:
    """Tiếp nhận. The first one counts; it lifts a refusal; another end dated before it takes effect with it."""
    if course.accepted_at is None:
        if course.ended_at is not None and course.outcome == "refused":
            course.judge("unexpected_transition", fact, "accepted after it was refused")
            _leave_end(course, fact)
            course.phase = SUBMITTED
        elif course.ended_at is not None:
            course.judge("end_before_acceptance", fact, "an end dated before the acceptance takes effect with it")
            course.put("ended_at", fact.occurred_at, fact.system)
            course.put("due_at", course.due_claimed, fact.system)
            course.ended_by = course.agency
        course.put("accepted_at", fact.occurred_at, fact.system)
    course.rise(RECEIVED, ACCEPTED, fact)


def forwarded(course: Course, fact: Fact) -> None:
    """Chuyển xử lý."""
    if course.phase == ENDED:
        course.judge("unexpected_transition", fact, "forwarded after the end")
    elif course.phase == WORKED_ON and course.status not in (SUPPLEMENT, OBLIGATION):
        course.turn(IN_PROCESS, fact)
    else:
        course.rise(WORKED_ON, IN_PROCESS, fact)


def step_completed(course: Course, fact: Fact) -> None:
    """A step of the internal workflow: never moves the status, nor reopens what has ended."""
    if course.phase == ENDED:
        course.judge("unexpected_transition", fact, "a step was completed after the end")


def supplement_requested(course: Course, fact: Fact) -> None:
    """Yêu cầu bổ sung."""
    _request(course, "supplement", getattr(fact.claim, "round", None), SUPPLEMENT, fact)


def supplement_received(course: Course, fact: Fact) -> None:
    """Đã bổ sung."""
    _reply(course, _reply_to("supplement", getattr(fact.claim, "round", None), fact), fact)


def obligation_requested(course: Course, fact: Fact) -> None:
    """Yêu cầu thực hiện nghĩa vụ tài chính."""
    _request(course, "obligation", getattr(fact.claim, "reference", None), OBLIGATION, fact)


def obligation_fulfilled(course: Course, fact: Fact) -> None:
    """Đã thực hiện nghĩa vụ tài chính."""
    _reply(course, _reply_to("obligation", getattr(fact.claim, "reference", None), fact), fact)


def payment_confirmed(course: Course, fact: Fact) -> None:
    """Đã thanh toán: fulfils the obligation with the same reference, and only that."""
    course.papers = papers.payment_confirmed(course.papers, fact)
    reference: str | None = getattr(fact.claim, "reference", None)
    if reference is not None:
        _reply(course, Stray("obligation", reference, fact.system, fact.id, by_label_only=True), fact)


def suspended(course: Course, fact: Fact) -> None:
    """Tạm dừng: the clock pauses, the status stays."""
    _request(course, "suspension", None, None, fact)


def resumed(course: Course, fact: Fact) -> None:
    """Tiếp tục xử lý."""
    _reply(course, _reply_to("suspension", None, fact), fact)


def left_supplement(course: Course, fact: Fact) -> None:
    """The source's own status waits for papers no longer."""
    _left(course, "supplement", fact)


def left_obligation(course: Course, fact: Fact) -> None:
    """The source's own status waits for a payment no longer."""
    _left(course, "obligation", fact)


def due_date_changed(course: Course, fact: Fact) -> None:
    """Gia hạn, hẹn lại: the date itself was taken with the claim."""
    if course.phase == ENDED:
        course.judge("unexpected_transition", fact, "another due date was promised after the end")


def refused(course: Course, fact: Fact) -> None:
    """Không tiếp nhận; after an acceptance it is an end like any other."""
    _end(course, "refused", fact)


def withdrawn(course: Course, fact: Fact) -> None:
    """Rút hồ sơ."""
    _end(course, "withdrawn", fact)


def processing_stopped(course: Course, fact: Fact) -> None:
    """Dừng xử lý."""
    _end(course, "stopped", fact)


def processing_finished(course: Course, fact: Fact) -> None:
    """Đã xử lý xong: the end that counts, also against another that was claimed before it."""
    if course.phase == ENDED and course.outcome != "finished":
        course.put("ended_at", fact.occurred_at, fact.system)
        course.put("outcome", "finished", fact.system)
        course.ended_by = course.agency
        if course.status is not RETURNED:
            course.turn(FINISHED, fact)
    else:
        _end(course, "finished", fact)


def result_returned(course: Course, fact: Fact) -> None:
    """Trả kết quả: an end only where none was said before it."""
    if course.returned_at is None:
        course.put("returned_at", fact.occurred_at, fact.system)
    if course.phase == ENDED:
        course.turn(RETURNED, fact)
    else:
        _end(course, "returned", fact)


def result_recalled(course: Course, fact: Fact) -> None:
    """Thu hồi kết quả: back to finished; the end stays in force."""
    if course.phase == ENDED and course.status is RETURNED:
        course.turn(FINISHED, fact)
        course.put("returned_at", None, fact.system)
    else:
        course.judge("unexpected_transition", fact, "a result was recalled that was not handed over")


def reopen(course: Course, fact: Fact) -> None:
    """Xử lý lại: the end is in force no more from here on; what was reported before stays true of its time."""
    if course.phase != ENDED:
        course.judge("unexpected_transition", fact, "reopened, but no end was in force")
        return
    _leave_end(course, fact)
    course.put("reopened", course.reopened + 1, fact.system)
    course.phase = WORKED_ON
    course.turn(course.heading, fact)


def moved_freely(course: Course, fact: Fact) -> None:
    """Its own status went where no act leads to: followed below, and judged there."""


def voided(course: Course, fact: Fact) -> None:
    """Xóa hồ sơ thử, tiếp nhận nhầm: out of the statistics from here on, never out of the log."""
    course.put("void", True, fact.system)  # noqa: FBT003 - the value, not an option


def component_digitised(course: Course, fact: Fact) -> None:
    """Số hóa thành phần hồ sơ."""
    course.papers = papers.component_digitised(course.papers, fact)


def result_digitised(course: Course, fact: Fact) -> None:
    """Số hóa kết quả."""
    course.papers = papers.result_digitised(course.papers, fact)


def document_signed(course: Course, fact: Fact) -> None:
    """Ký văn bản."""
    course.papers = papers.document_signed(course.papers, fact)


def identity_verified(course: Course, fact: Fact) -> None:
    """Xác thực tài khoản."""
    course.papers = papers.identity_verified(course.papers, fact)


def _end(course: Course, outcome: Outcome, fact: Fact) -> None:
    status = _END_STATUS[outcome]
    if course.phase == ENDED:
        if outcome != course.outcome:
            course.judge("unexpected_transition", fact, f"{outcome} after it was {course.outcome}")
        return
    course.turn(status, fact)
    course.put("ended_at", fact.occurred_at, fact.system)
    course.put("outcome", outcome, fact.system)
    course.ended_by = course.agency
    course.phase = ENDED
    course.pairing = course.pairing.ended()


def _leave_end(course: Course, fact: Fact) -> None:
    for field in ("ended_at", "outcome", "returned_at"):
        course.put(field, None, fact.system)
    course.put("due_at", course.due_claimed, fact.system)
    course.papers = papers.reopened(course.papers, fact)


def _request(course: Course, kind: PauseKind, label: str | None, status: DossierStatus | None, fact: Fact) -> None:
    if course.phase == ENDED:
        course.judge("unexpected_transition", fact, "asked for something after the end")
        return
    course.pairing, early = course.pairing.requested(Pause(kind, label, fact.occurred_at, fact.system))
    if kind == "supplement" and course.phase >= RECEIVED:
        course.supplements += 1
        course.papers = papers.supplement_requested(course.papers, fact, answered=early is not None)
    if status is not None:
        course.phase = WORKED_ON
    course.moved = True
    if early is not None:
        course.judge("reply_before_request", fact, "its reply is dated before it", early.fact)
        if status is not None:
            course.turn(status, fact)
            _after_reply(course, fact)
    elif status is not None:
        course.turn(status, fact)


def _reply_to(kind: PauseKind, label: str | None, fact: Fact) -> Stray:
    return Stray(kind, label, fact.system, fact.id, by_label_only=False)


def _reply(course: Course, reply: Stray, fact: Fact) -> None:
    course.pairing, closed = course.pairing.replied(reply)
    if closed:
        _after_reply(course, fact)


def _left(course: Course, kind: PauseKind, fact: Fact) -> None:
    course.pairing, closed = course.pairing.left(kind, fact.system)
    if closed:
        _after_reply(course, fact)


def _after_reply(course: Course, fact: Fact) -> None:
    course.moved = True
    if not any(pause.kind == "supplement" for pause in course.pairing.open):
        course.papers = papers.supplement_received(course.papers, fact)
    if course.status not in (SUPPLEMENT, OBLIGATION):
        return
    waiting = [pause for pause in course.pairing.open if pause.kind != "suspension"]
    if not waiting:
        course.turn(course.heading, fact)
    else:
        course.turn(SUPPLEMENT if waiting[-1].kind == "supplement" else OBLIGATION, fact)


EXPLICIT: Final[Mapping[str, Callable[[Course, Fact], None]]] = {
    "submitted": submitted,
    "acceptance_supplement_requested": acceptance_supplement_requested,
    "accepted": accepted,
    "refused": refused,
    "forwarded": forwarded,
    "step_completed": step_completed,
    "supplement_requested": supplement_requested,
    "supplement_received": supplement_received,
    "financial_obligation_requested": obligation_requested,
    "financial_obligation_fulfilled": obligation_fulfilled,
    "payment_confirmed": payment_confirmed,
    "suspended": suspended,
    "resumed": resumed,
    "due_date_changed": due_date_changed,
    "withdrawn": withdrawn,
    "processing_stopped": processing_stopped,
    "processing_finished": processing_finished,
    "result_returned": result_returned,
    "result_recalled": result_recalled,
    "reopened": reopen,
    "component_digitised": component_digitised,
    "result_digitised": result_digitised,
    "document_signed": document_signed,
    "identity_verified": identity_verified,
    "voided": voided,
}
"""Act → its effect. Acts that are not here move nothing but what their attributes say."""

DERIVED: Final[Mapping[str, Callable[[Course, Fact], None]]] = {
    **EXPLICIT,
    "resubmitted": resubmitted,
    "supplement_received": left_supplement,
    "financial_obligation_fulfilled": left_obligation,
    "moved": moved_freely,
}
"""The same for acts that a row of statuses was taken to mean."""
