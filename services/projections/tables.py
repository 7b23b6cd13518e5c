"""The rows of the read models, as tuples whose fields stand in the order of the tables' columns."""

from __future__ import annotations

import json
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from contracts.codes import Channel, Clock, DossierStatus, Outcome
from contracts.dossier_events import DossierState


class DossierRow(NamedTuple):
    """A dossier as it is now. `codes` and `judgements` are JSON text."""

    dossier: UUID
    position: int
    """Of its last event."""
    least_system: str
    least_code: str
    merged_into: UUID | None
    """Set on a dossier whose codes another one goes on with: it is no living dossier any more."""
    codes: str
    judgements: str
    status: int | None
    clock: str
    submitted_at: datetime | None
    accepted_at: datetime | None
    due_at: datetime | None
    ended_at: datetime | None
    returned_at: datetime | None
    outcome: str | None
    channel: str | None
    agency: str | None
    procedure: str | None
    void: bool

    def state(self) -> DossierState:
        """The state as the dossier's last event carried it."""
        return DossierState.model_validate(
            {
                "codes": json.loads(self.codes),
                "status": None if self.status is None else DossierStatus(self.status),
                **{name: getattr(self, name) for name in _SAME_IN_STATE},
            }
        )


_SAME_IN_STATE = (
    *("clock", "submitted_at", "accepted_at", "due_at", "ended_at", "returned_at", "outcome"),
    *("channel", "agency", "procedure", "void", "merged_into"),
)


class CodeRow(NamedTuple):
    """Which dossier holds a code now."""

    system: str
    code: str
    dossier: UUID


class SegmentRow(NamedTuple):
    """What was believed, from one position to another, to hold from one moment to another.

    Known from `known_from` up to but not including `known_to`; it holds from `occurred_from` up to but not including
    `occurred_to`; None is without bound. A row is named by the position that brought it and its number among those.
    """

    known_from: int
    ordinal: int
    known_to: int | None
    dossier: UUID
    least_system: str
    least_code: str
    occurred_from: datetime
    occurred_to: datetime | None
    status: int | None
    clock: Clock
    submitted_at: datetime | None
    accepted_at: datetime | None
    ended_at: datetime | None
    outcome: Outcome | None
    due_at: datetime | None
    paused_since: datetime | None
    agency: str | None
    procedure: str | None
    channel: Channel | None
    void: bool
    reopened: int
    returned_at: datetime | None
    receiving_agency: str | None
    supplements: int


class PapersRow(NamedTuple):
    """What was believed of a dossier's papers, from one position to another, from one moment to another.

    Bounds and name as of a `SegmentRow`, the rest as of `Papers`.
    """

    known_from: int
    ordinal: int
    known_to: int | None
    dossier: UUID
    least_system: str
    least_code: str
    occurred_from: datetime
    occurred_to: datetime | None
    components_digitised: int | None
    components_reused: int | None
    results_digitised: int | None
    documents_signed: int | None
    documents_signed_digitally: int | None
    paid_online: bool | None
    fee_zero: bool | None
    identity_verified: bool | None
    national_at: datetime | None
    first_supplement_at: datetime | None
    supplement_since: datetime | None
    supplement_seconds: int | None


class DayRow(NamedTuple):
    """How many dossiers came in, were resolved or left on one local day, as is known now; "" is an absent value."""

    day: date
    agency: str
    procedure: str
    channel: str
    received: int
    reopened: int
    resolved_on_time: int
    resolved_late: int
    resolved_no_due_date: int
    voided: int


class StepRow(NamedTuple):
    """By how many dossiers the figures of the month to date change on one local day against the day before.

    A row of a `day` has the steps of that day, one of a `month` all of that month under its first. The next three
    say who has the dossiers, see `Held`, and the rest are the `CLASSES` of `services.domain.statistics.month_to_date`.
    """

    span: str
    day: date
    agency: str
    before: str
    ended_on: date
    carried_over: int
    received_online: int
    received_direct: int
    received_channel_unknown: int
    reopened: int
    resolved_on_time: int
    resolved_late: int
    resolved_no_due_date: int
    in_hand_not_due: int
    in_hand_overdue: int
    in_hand_no_due_date: int
    voided: int
    resolved_early: int
    falls_due: int
    stock_before: int
    stock_voided: int
