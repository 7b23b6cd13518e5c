"""Rows of a timeline as they are believed: what a change made untrue is retired, and what it brought is added."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from services.projections.known import Change, Known, RowName
from services.projections.port import Table, TableChanges
from services.projections.tables import PapersRow, SegmentRow


def believed(
    table: Table,
    changes: Sequence[Change],
    *,
    names_of: Callable[[Known], tuple[RowName, ...]],
    row_of: Callable[[Known, int, RowName], SegmentRow | PapersRow],
) -> TableChanges:
    """What a run of changes does to such a table.

    A row that came and went in this run is added once, with its end. `row_of` is given the number in the timeline.
    """
    added: dict[RowName, SegmentRow | PapersRow] = {}
    retired: list[tuple[int, int, int]] = []
    for change in changes:
        before, after, position = change.before, change.after, change.position
        had = () if before is None else names_of(before)
        has = names_of(after)
        if has is had:
            continue
        for name in set(had).difference(has):
            if name in added:
                added[name] = added[name]._replace(known_to=position)
            else:
                retired.append((*name, position))
        for number, name in enumerate(has):
            if name[0] == position:
                added[name] = row_of(after, number, name)
    return TableChanges(table=table, added=list(added.values()), retired=retired)
