"""Bitemporal segments: what was believed at each position to hold at each moment, so that any report is one query."""

from __future__ import annotations

from collections.abc import Sequence
from operator import attrgetter
from typing import Final

from services.projections.bitemporal import believed
from services.projections.known import Change, Known, RowName
from services.projections.port import Table, TableChanges
from services.projections.tables import SegmentRow

NAME: Final = "dossier_segments"
SEGMENTS: Final = Table("segments", SegmentRow._fields, 2)
_NAMES_OF: Final = attrgetter("rows")


def project(changes: Sequence[Change]) -> list[TableChanges]:
    """Retire the rows a change made untrue, add those it brought."""
    return [believed(SEGMENTS, changes, names_of=_NAMES_OF, row_of=_row)]


def _row(known: Known, number: int, name: RowName) -> SegmentRow:
    segment = known.folded.segments[number]
    return SegmentRow(
        name[0],
        name[1],
        None,
        known.dossier,
        known.least[0],
        known.least[1],
        segment.occurred_from,
        segment.occurred_to,
        segment.status,
        segment.clock,
        segment.submitted_at,
        segment.accepted_at,
        segment.ended_at,
        segment.outcome,
        segment.due_at,
        segment.paused_since,
        segment.agency,
        segment.procedure,
        segment.channel,
        segment.void,
        segment.reopened,
        segment.returned_at,
        segment.receiving_agency,
        segment.supplements,
    )
