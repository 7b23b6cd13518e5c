"""Which moves of the status are usual, and what a row of statuses means as acts; the unusual is judged, not refused."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Final, Literal, NamedTuple

from contracts.codes import DossierStatus

REGISTERED, ACCEPTED, REFUSED = DossierStatus.REGISTERED, DossierStatus.ACCEPTED, DossierStatus.REFUSED
IN_PROCESS, SUPPLEMENT = DossierStatus.IN_PROCESS, DossierStatus.SUPPLEMENT_REQUESTED
OBLIGATION, WITHDRAWN = DossierStatus.FINANCIAL_OBLIGATION, DossierStatus.WITHDRAWN
STOPPED, FINISHED, RETURNED = DossierStatus.STOPPED, DossierStatus.FINISHED, DossierStatus.RETURNED

USUAL: Final[Mapping[DossierStatus | None, frozenset[DossierStatus]]] = {
    None: frozenset({REGISTERED, ACCEPTED}),
    REGISTERED: frozenset({ACCEPTED, REFUSED, SUPPLEMENT, WITHDRAWN}),
    ACCEPTED: frozenset({IN_PROCESS, SUPPLEMENT, OBLIGATION, WITHDRAWN, STOPPED, FINISHED}),
    REFUSED: frozenset(),
    IN_PROCESS: frozenset({IN_PROCESS, SUPPLEMENT, OBLIGATION, WITHDRAWN, STOPPED, FINISHED}),
    SUPPLEMENT: frozenset({IN_PROCESS, ACCEPTED, REGISTERED, WITHDRAWN, STOPPED, OBLIGATION}),
    OBLIGATION: frozenset({IN_PROCESS, ACCEPTED, WITHDRAWN, STOPPED, SUPPLEMENT}),
    WITHDRAWN: frozenset(),
    STOPPED: frozenset({IN_PROCESS, RETURNED}),
    FINISHED: frozenset({RETURNED, IN_PROCESS}),
    RETURNED: frozenset({FINISHED}),
}
"""From a status (None: not known yet) to the statuses that usually follow."""

NOT_BEGUN, SUBMITTED, RECEIVED, WORKED_ON, ENDED = range(5)
"""Phases. Between systems they only rise, except by an explicit reopening, recall, retraction or void."""

PHASE: Final[Mapping[DossierStatus | None, int]] = {
    None: NOT_BEGUN,
    REGISTERED: SUBMITTED,
    ACCEPTED: RECEIVED,
    REFUSED: ENDED,
    IN_PROCESS: WORKED_ON,
    SUPPLEMENT: WORKED_ON,
    OBLIGATION: WORKED_ON,
    WITHDRAWN: ENDED,
    STOPPED: ENDED,
    FINISHED: ENDED,
    RETURNED: ENDED,
}

STATUS_AFTER: Final[Mapping[str, DossierStatus]] = {
    "submitted": REGISTERED,
    "acceptance_supplement_requested": SUPPLEMENT,
    "accepted": ACCEPTED,
    "refused": REFUSED,
    "forwarded": IN_PROCESS,
    "supplement_requested": SUPPLEMENT,
    "supplement_received": IN_PROCESS,
    "financial_obligation_requested": OBLIGATION,
    "financial_obligation_fulfilled": IN_PROCESS,
    "withdrawn": WITHDRAWN,
    "processing_stopped": STOPPED,
    "processing_finished": FINISHED,
    "result_returned": RETURNED,
    "result_recalled": FINISHED,
    "reopened": IN_PROCESS,
}
"""Explicit act → the status its system is in afterwards. Acts that are not here leave it as it was."""


def unusual(
    before: DossierStatus | None, after: DossierStatus
) -> Literal["skipped_step", "unexpected_transition"] | None:
    """How a move of the status departs from the usual ones, if it does."""
    if after is before or after in USUAL[before]:
        return None
    return "skipped_step" if PHASE[after] > PHASE[before] else "unexpected_transition"


class Row(NamedTuple):
    """How far one system's row of statuses got: both its status reports and its explicit acts count."""

    status: DossierStatus | None = None
    past_acceptance: bool = False
    """It has been seen accepted or further, so that a later status 2 is no second acceptance."""
    before_acceptance: bool = False
    """Its status 5 is a request made before acceptance (yêu cầu bổ sung trước tiếp nhận)."""
    derived: tuple[str, ...] = ()
    """The acts that its latest entry was taken to mean; empty where the source named the act itself."""


_PLAIN: Final[Mapping[DossierStatus, tuple[str, ...]]] = {
    REFUSED: ("refused",),
    WITHDRAWN: ("withdrawn",),
    STOPPED: ("processing_stopped",),
    FINISHED: ("processing_finished",),
    RETURNED: ("result_returned",),
}

_LEAVING: Final[Mapping[DossierStatus, str]] = {
    SUPPLEMENT: "supplement_received",
    OBLIGATION: "financial_obligation_fulfilled",
}


@cache  # there are few rows, and nearly every event asks
def reported(row: Row, status: DossierStatus) -> tuple[tuple[str, ...], Row]:
    """Which acts another reported status means, one after the other, and the row after it."""
    acts = _acts_between(row, status)
    return acts, _after_report(row, status, acts)


def _acts_between(row: Row, status: DossierStatus) -> tuple[str, ...]:
    """Which acts lead one system from where its row is to another status. `moved`: none that we know.

    Nothing is invented: a dossier first seen in process was accepted at a time that nobody said.
    """
    before = row.status
    if status in _PLAIN:
        return ("result_recalled",) if status is FINISHED and before is RETURNED else _PLAIN[status]
    if PHASE[before] == ENDED:
        return ("reopened", *_acts_after_reopening(row, status))
    left = (_LEAVING[before],) if before is not None and before in _LEAVING and not row.before_acceptance else ()
    if status is REGISTERED:
        if before is None:
            return ("submitted",)
        return ("resubmitted",) if row.before_acceptance else (*left, "moved")
    if status is ACCEPTED:
        return (left or ("moved",)) if row.past_acceptance else (*left, "accepted")
    if status is IN_PROCESS:
        return left or ("forwarded",)
    if status is SUPPLEMENT:
        early = before is REGISTERED and not row.past_acceptance
        return ("acceptance_supplement_requested",) if early else (*left, "supplement_requested")
    return (*left, "financial_obligation_requested")


def _acts_after_reopening(row: Row, status: DossierStatus) -> tuple[str, ...]:
    if status is ACCEPTED:
        return () if row.past_acceptance else ("accepted",)
    if status is SUPPLEMENT:
        return ("supplement_requested",)
    if status is OBLIGATION:
        return ("financial_obligation_requested",)
    return ()


def _after_report(row: Row, status: DossierStatus, acts: tuple[str, ...]) -> Row:
    """The row after a reported status that was taken to mean `acts`."""
    return Row(
        status,
        row.past_acceptance or status not in (REGISTERED, REFUSED, SUPPLEMENT, WITHDRAWN),
        "acceptance_supplement_requested" in acts,
        acts,
    )


def after_act(row: Row, act: str) -> Row:
    """The row after an act that the source named itself; the same row if the act leads to no status."""
    status = STATUS_AFTER.get(act)
    if status is None:
        return row
    early = act == "acceptance_supplement_requested"
    past = row.past_acceptance or (not early and act not in ("submitted", "refused", "withdrawn"))
    return Row(status, past, early)
