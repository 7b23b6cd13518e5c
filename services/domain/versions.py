"""Which version of each act holds: sources correct and take back what they said, and nothing is ever erased."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from typing import Final, cast
from uuid import UUID

from contracts.claims import (
    ComponentDigitised,
    DocumentSigned,
    Linked,
    ResultDigitised,
    Retracted,
    StatusReported,
    Unlinked,
)
from contracts.reference import (
    AgencyDeclared,
    AgencySucceeded,
    CalendarDeclared,
    FiguresSubmitted,
    ProcedureDeclared,
)
from services.domain.dossier import Fact, Judgement

RANK: Final[dict[str, int]] = {
    "system_disconnected": 0,
    "system_connected": 1,
    "calendar_declared": 2,
    "agency_declared": 2,
    "agency_succeeded": 3,
    "procedure_declared": 2,
    "figures_submitted": 4,
    "submitted": 10,
    "acceptance_supplement_requested": 15,
    "accepted": 20,
    "refused": 25,
    "forwarded": 30,
    "reassigned": 30,
    "step_completed": 32,
    "supplement_requested": 40,
    "financial_obligation_requested": 41,
    "suspended": 42,
    "supplement_received": 50,
    "financial_obligation_fulfilled": 51,
    "payment_confirmed": 51,
    "resumed": 52,
    "due_date_changed": 55,
    "withdrawal_requested": 56,
    "component_digitised": 57,
    "identity_verified": 57,
    "document_signed": 58,
    "result_digitised": 59,
    "processing_finished": 60,
    "processing_stopped": 61,
    "withdrawn": 62,
    "result_returned": 70,
    "result_recalled": 75,
    "reopened": 80,
    "linked": 85,
    "unlinked": 86,
    "recoded": 87,
    "voided": 90,
    "retracted": 95,
}
"""Which act comes first when one source gives several the same time and no order of its own."""

STATUS_RANK: Final = (0, 11, 21, 26, 31, 45, 46, 63, 64, 65, 71)
"""The same for a reported status 1..10: just behind the act that leads to it, so that the explicit act is first."""

Order = tuple[datetime, int, int, UUID]


def order_of(fact: Fact) -> Order:
    """Where a fact stands among all facts of its dossier: time in the office, the source's own order, act, id."""
    # By the act: asking a contract's class whether it has an instance costs as much as all the rest.
    act = fact.act
    rank = STATUS_RANK[cast(StatusReported, fact.claim).status] if act == "status_reported" else RANK[act]
    return (fact.occurred_at, fact.sequence or 0, rank, fact.id)


Key = tuple[str, str, str, object, object]


def _end_named(fact: Fact) -> object:
    return (cast(Linked | Unlinked, fact.claim).system,)


def _act_named(fact: Fact) -> object:
    claim = cast(Retracted, fact.claim)
    return (claim.act, claim.act_id, claim.at, claim.item)


def _since(fact: Fact) -> tuple[str, ...]:
    return (cast(AgencyDeclared | ProcedureDeclared, fact.claim).valid_from.isoformat(),)


def _figures(fact: Fact) -> tuple[str, ...]:
    sent = cast(FiguresSubmitted, fact.claim)
    moment = fact.occurred_at.astimezone(UTC).isoformat()
    return (sent.first_day.isoformat(), sent.last_day.isoformat(), moment, sent.agency or "", sent.submitted_to)


REFERENCE_KEYS: Final[dict[str, Callable[[Fact], tuple[str, ...]]]] = {
    "agency_declared": _since,
    "agency_succeeded": lambda fact: (cast(AgencySucceeded, fact.claim).on.isoformat(),),
    "procedure_declared": _since,
    "calendar_declared": lambda fact: (cast(CalendarDeclared, fact.claim).version,),
    "figures_submitted": _figures,
}
"""Reference act → what its content tells its statements about one code apart by, whoever makes them and when."""

_TOLD_APART: Final[dict[str, Callable[[Fact], object]]] = {
    "linked": _end_named,
    "unlinked": _end_named,
    **REFERENCE_KEYS,
}

_TOLD_APART_WITHOUT_ID: Final[dict[str, Callable[[Fact], object]]] = {
    "retracted": _act_named,
    "component_digitised": lambda fact: cast(ComponentDigitised, fact.claim).component,
    "result_digitised": lambda fact: cast(ResultDigitised, fact.claim).result,
    "document_signed": lambda fact: cast(DocumentSigned, fact.claim).document,
}
"""For acts that have no id of the source's; where they have one, another name is a correction."""


def key_of(fact: Fact) -> Key:
    """What makes two facts versions of one act: same system, code, act, the source's id of it (else its time), item.

    Without an id of its own, an act is told by its time and the source's sequence: rows of a table that knows days only
    are several acts if they are numbered; papers of different names and retractions of different acts are several then
    too. Cross-references to different systems are several acts, and so are statements about one code that hold from
    different days, and versions of one calendar.
    """
    item: object = fact.item
    if item is None:
        apart = _TOLD_APART.get(fact.act) or (None if fact.act_id else _TOLD_APART_WITHOUT_ID.get(fact.act))
        item = None if apart is None else apart(fact)
    return (fact.system, fact.code, fact.act, fact.act_id or (fact.occurred_at, fact.sequence), item)


def _newness(fact: Fact) -> tuple[bool, datetime, UUID]:
    # What carries the source's (else its observer's) mark of change is newer than what was said first without one.
    if fact.act == "retracted":
        return (True, fact.revision or fact.occurred_at, fact.id)
    return (fact.revision is not None, fact.revision or fact.observed_at, fact.id)


def _names(retraction: Fact, fact: Fact) -> bool:
    claim = cast(Retracted, retraction.claim)
    if fact.act != claim.act or fact.item != claim.item:
        return False
    if claim.act_id is not None:
        return fact.act_id == claim.act_id
    return claim.at is not None and fact.occurred_at == claim.at


def _nobody(_: Fact) -> bool:
    return False


def holding(facts: Sequence[Fact], by_operator: Callable[[Fact], bool] = _nobody) -> tuple[list[Fact], list[Judgement]]:
    """The facts that hold: of each act its newest version, unless it was taken back after that version.

    A system takes back what it said itself about the same code; a retraction for which `by_operator` is true takes
    back any system's. Retractions are left out of the answer; they can be taken back like any other act.
    """
    versions: dict[Key, list[Fact]] = {}
    for fact in {fact.id: fact for fact in facts}.values():
        versions.setdefault(key_of(fact), []).append(fact)
    judged: list[Judgement] = []
    newest: list[Fact] = []
    for same in versions.values():
        if len(same) > 1:
            same.sort(key=_newness)
            if (rivals := _rivals(same)) is not None:
                judged.append(rivals)
        newest.append(same[-1])
    retractions = sorted((fact for fact in newest if fact.act == "retracted"), key=_newness, reverse=True)
    if not retractions:
        return newest, judged
    standing: list[Fact] = []
    for retraction in retractions:
        if not any(_takes_back(later, retraction, by_operator) for later in standing):
            standing.append(retraction)
    judged.extend(
        Judgement("unknown_retraction", (retraction.id,), "takes back an act that nobody said (yet)")
        for retraction in standing
        if not any(_names(retraction, fact) and _may(retraction, fact, by_operator) for fact in facts)
    )
    held = [
        fact
        for fact in newest
        if fact.act != "retracted" and not any(_takes_back(one, fact, by_operator) for one in standing)
    ]
    return held, judged


def _rivals(same: list[Fact]) -> Judgement | None:
    unmarked = [fact for fact in same if fact.revision is None]
    # Unmarked rivals stop mattering once a marked version stands above them.
    if len(unmarked) < 2 or same[-1].revision is not None:
        return None
    ids = tuple(sorted(fact.id for fact in unmarked))
    return Judgement("conflicting", ids, f"{same[-1].act} was said in {len(ids)} ways with no mark of which is newer")


def _may(retraction: Fact, fact: Fact, by_operator: Callable[[Fact], bool]) -> bool:
    return retraction.key == fact.key or by_operator(retraction)


def _takes_back(retraction: Fact, fact: Fact, by_operator: Callable[[Fact], bool]) -> bool:
    return _names(retraction, fact) and _may(retraction, fact, by_operator) and _newness(retraction) > _newness(fact)


def same_act(fact: Fact, others: Iterable[Fact]) -> bool:
    """Whether any of these facts is a version of the same act."""
    system, code, act, act_id, item = fact.system, fact.code, fact.act, fact.act_id, fact.item
    for other in others:
        if (
            other.act == act
            and other.system == system
            and other.code == code
            and other.item == item
            and (
                other.act_id == act_id
                if act_id is not None
                else other.act_id is None and other.occurred_at == fact.occurred_at and other.sequence == fact.sequence
            )
        ):
            return True
    return False
