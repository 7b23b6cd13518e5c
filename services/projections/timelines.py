"""Whole timelines out of rows of read models, one dossier after the other: what every faster query is held to."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import TypeVar
from uuid import UUID

from contracts.codes import DossierStatus
from services.domain.dossier import CodeKey, Segment
from services.domain.papers import Papers
from services.projections.port import ReadModels
from services.projections.tables import PapersRow, SegmentRow

_Row = TypeVar("_Row", SegmentRow, PapersRow)
_Told = TypeVar("_Told")


async def timelines(models: ReadModels, tenant: str, *, as_of: int) -> list[tuple[list[Segment], CodeKey]]:
    """Every dossier's segments as believed at a position, with its least (system, code). Fits tests alone."""
    return _by_dossier(await models.segments(tenant, as_of=as_of), _segment)


async def paper_timelines(models: ReadModels, tenant: str, *, as_of: int) -> list[tuple[list[Papers], CodeKey]]:
    """The same of what became of their papers."""
    return _by_dossier(await models.papers(tenant, as_of=as_of), lambda row: Papers(*row[6:]))


def _by_dossier(rows: Iterable[_Row], told: Callable[[_Row], _Told]) -> list[tuple[list[_Told], CodeKey]]:
    found: dict[UUID, list[_Told]] = defaultdict(list)
    least: dict[UUID, CodeKey] = {}
    for row in rows:
        found[row.dossier].append(told(row))
        least[row.dossier] = (row.least_system, row.least_code)
    return [(timeline, least[dossier]) for dossier, timeline in found.items()]


def _segment(row: SegmentRow) -> Segment:
    status = None if row.status is None else DossierStatus(row.status)
    return Segment(row.occurred_from, row.occurred_to, status, *row[9:])
