"""Each dossier as it is now: one row a dossier, and which dossier holds a code."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Final
from uuid import UUID

from services.domain.dossier import Judgement
from services.projections.known import Change, Known
from services.projections.port import Table, TableChanges
from services.projections.tables import CodeRow, DossierRow

NAME: Final = "dossiers"
DOSSIERS: Final = Table("dossiers", DossierRow._fields, 1)
CODES: Final = Table("codes", CodeRow._fields, 2)


def project(changes: Sequence[Change]) -> list[TableChanges]:
    """Only where each dossier stood before and stands after the run is written, whatever it went through meanwhile."""
    were: dict[UUID, Known | None] = {}
    are: dict[UUID, Known] = {}
    holders: dict[tuple[str, str], UUID] = {}
    for change in changes:
        after, before = change.after, change.before
        were.setdefault(after.dossier, before)
        are[after.dossier] = after
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
            removed=[(dossier,) for dossier, before in were.items() if before is not None],
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
    last = folded.segments[-1] if folded.segments else None
    judgements = folded.judgements
    return DossierRow(
        known.dossier,
        known.position,
        known.least[0],
        known.least[1],
        known.merged_into,
        json.dumps(known.codes, ensure_ascii=False, sort_keys=True),
        _judgements(judgements) if judgements else "[]",
        None if last is None else last.status,
        "not_started" if last is None else last.clock,
        None if last is None else last.submitted_at,
        None if last is None else last.accepted_at,
        None if last is None else last.due_at,
        None if last is None else last.ended_at,
        folded.returned_at,
        None if last is None else last.outcome,
        None if last is None else last.channel,
        None if last is None else last.agency,
        None if last is None else last.procedure,
        False if last is None else last.void,
    )


def _judgements(judgements: Sequence[Judgement]) -> str:
    return json.dumps(
        [
            {"kind": judgement.kind, "facts": [str(fact) for fact in judgement.facts], "text": judgement.text}
            for judgement in judgements
        ],
        ensure_ascii=False,
    )
