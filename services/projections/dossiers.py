"""Each dossier as it is now: one row a dossier, and which dossier holds a code."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

from pydantic_core import to_json

from services.domain.authority import connections_of
from services.domain.course import Course
from services.domain.dossier import Judgement
from services.projections.known import Change, Known
from services.projections.port import Table, TableChanges
from services.projections.tables import CodeRow, DossierRow

NAME: Final = "dossiers"
DOSSIERS: Final = Table("dossiers", DossierRow._fields, 1)
CODES: Final = Table("codes", CodeRow._fields, 2)
_NOTHING: Final = Course(connections_of(())).segment(datetime.max.replace(tzinfo=UTC))
"""How a dossier stands of which nobody with authority said anything."""


def project(changes: Sequence[Change]) -> list[TableChanges]:
    """Only where each dossier stood before and stands after the run is written, whatever it went through meanwhile."""
    # By number: hashing a UUID is a call into Python code, four times an event here.
    were: dict[int, Known | None] = {}
    are: dict[int, Known] = {}
    holders: dict[tuple[str, str], UUID] = {}
    for change in changes:
        after, before = change.after, change.before
        number = after.dossier.int
        if number not in are:
            were[number] = before
        are[number] = after
        if before is None or before.codes is not after.codes:
            held = {} if before is None else before.codes
            for system, codes in after.codes.items():
                for code in codes:
                    if code not in held.get(system, ()):
                        holders[system, code] = after.dossier
    # A code never goes without a holder: who gives one up is followed by who takes it, so only taking is written.
    return [
        TableChanges(
            table=DOSSIERS,
            removed=[(before.dossier,) for before in were.values() if before is not None],
            added=[_row(known) for known in are.values()],
        ),
        TableChanges(
            table=CODES,
            removed=list(holders),
            added=[CodeRow(system, code, dossier) for (system, code), dossier in holders.items()],
        ),
    ]


def _row(known: Known) -> DossierRow:
    folded = known.folded
    last = folded.segments[-1] if folded.segments else _NOTHING
    judgements = folded.judgements
    return DossierRow(
        known.dossier,
        known.position,
        known.least[0],
        known.least[1],
        known.merged_into,
        to_json(known.codes).decode(),
        _judgements(judgements) if judgements else "[]",
        last.status,
        last.clock,
        last.submitted_at,
        last.accepted_at,
        last.due_at,
        last.ended_at,
        folded.returned_at,
        last.outcome,
        last.channel,
        folded.agency if folded.segments else None,
        last.procedure,
        last.void,
    )


def _judgements(judgements: Sequence[Judgement]) -> str:
    shown = [{"kind": one.kind, "facts": one.facts, "text": one.text} for one in judgements]
    return to_json(shown).decode()
