"""What became of dossiers' papers, bitemporal like the segments: the facts that indices of service quality ask for."""

from __future__ import annotations

from collections.abc import Sequence
from operator import attrgetter
from typing import Final

from services.projections.bitemporal import believed
from services.projections.known import Change, Known, RowName
from services.projections.port import Table, TableChanges
from services.projections.tables import PapersRow

NAME: Final = "dossier_papers"
PAPERS: Final = Table("papers", PapersRow._fields, 2)
_NAMES_OF: Final = attrgetter("paper_rows")


def project(changes: Sequence[Change]) -> list[TableChanges]:
    """Retire the rows a change made untrue, add those it brought; most changes do neither."""
    moved = [one for one in changes if one.after.paper_rows is not (one.before.paper_rows if one.before else ())]
    return [believed(PAPERS, moved, names_of=_NAMES_OF, row_of=_row)]


def _row(known: Known, number: int, name: RowName) -> PapersRow:
    return PapersRow._make((*name, None, known.dossier, *known.least, *known.folded.papers[number]))
