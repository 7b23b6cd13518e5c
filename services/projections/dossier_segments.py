"""Bitemporal segments: what was believed at each position to hold at each moment, so that any report is one query."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from services.projections.known import Change, Known, RowName
from services.projections.port import Table, TableChanges
from services.projections.tables import SegmentRow

NAME: Final = "dossier_segments"
SEGMENTS: Final = Table("segments", SegmentRow._fields, 2)


def project(changes: Sequence[Change]) -> list[TableChanges]:
    """Retire the rows a change made untrue, add those it brought; one that came and went in this run is added once."""
    added: dict[RowName, SegmentRow] = {}
    retired: list[tuple[int, int, int]] = []
    for change in changes:
        before, after, position = change.before, change.after, change.position
        had = () if before is None else before.rows
        if after.rows is had:
            continue
        for name in set(had).difference(after.rows):
            if name in added:
                added[name] = added[name]._replace(known_to=position)
            else:
                retired.append((*name, position))
        for number, name in enumerate(after.rows):
            if name[0] == position:
                added[name] = _row(after, number, name)
    return [TableChanges(table=SEGMENTS, added=list(added.values()), retired=retired)]


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
