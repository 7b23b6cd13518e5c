"""The flow report from read models in memory, by the reference definition itself: what the query is held to."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from services.domain.dossier import CodeKey, Segment
from services.domain.periods import Period
from services.domain.statistics.flow import flow, just_before
from services.projections.flow_report import Dimension, FlowQuery, FlowRow, told
from services.projections.port import ReadModels
from services.projections.timelines import timelines


class ReferenceFlowReports:
    """Reads every segment and counts dossier by dossier, so it fits tests and simulations alone."""

    def __init__(self, models: ReadModels) -> None:
        self._models = models

    async def flow(self, query: FlowQuery) -> list[FlowRow]:
        dossiers = await timelines(self._models, query.tenant, as_of=query.position)
        return told(
            [row for number, period in enumerate(query.periods) for row in _rows(query, number, period, dossiers)]
        )


def _rows(
    query: FlowQuery, number: int, period: Period, dossiers: Sequence[tuple[list[Segment], CodeKey]]
) -> list[FlowRow]:
    groups: dict[tuple[str | None, ...], list[tuple[list[Segment], CodeKey]]] = defaultdict(list)
    for dossier in dossiers:
        now = just_before(dossier[0], period.closes)
        if now is not None:
            groups[_labels(now, query.by)].append(dossier)
    rows = []
    for (agency, procedure, channel), members in groups.items():
        counted = flow(members, opens=period.opens, closes=period.closes, zone=query.zone, due=query.due)
        rows.append(FlowRow(number, agency, procedure, channel, counted.counts, counted.hashes if query.hashes else {}))
    return rows


def _labels(now: Segment, by: frozenset[Dimension]) -> tuple[str | None, ...]:
    return (
        now.agency if "agency" in by else None,
        now.procedure if "procedure" in by else None,
        now.channel if "channel" in by else None,
    )
