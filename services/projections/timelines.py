"""Whole timelines out of segment rows, one dossier after the other: what every faster query is held to."""

from __future__ import annotations

from collections import defaultdict
from uuid import UUID

from contracts.codes import DossierStatus
from services.domain.dossier import CodeKey, Segment
from services.projections.port import ReadModels
from services.projections.tables import SegmentRow


async def timelines(models: ReadModels, tenant: str, *, as_of: int) -> list[tuple[list[Segment], CodeKey]]:
    """Every dossier's segments as believed at a position, with its least (system, code). Fits tests alone."""
    found: dict[UUID, list[Segment]] = defaultdict(list)
    least: dict[UUID, CodeKey] = {}
    for row in await models.segments(tenant, as_of=as_of):
        found[row.dossier].append(_segment(row))
        least[row.dossier] = (row.least_system, row.least_code)
    return [(timeline, least[dossier]) for dossier, timeline in found.items()]


def _segment(row: SegmentRow) -> Segment:
    status = None if row.status is None else DossierStatus(row.status)
    return Segment(row.occurred_from, row.occurred_to, status, *row[9:])
