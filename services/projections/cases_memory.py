"""Cases from read models in memory, one dossier after the other: what the query is held to."""

from __future__ import annotations

from collections.abc import Callable

import polars as pl

from services.domain.statistics.cases import cases_of, papers_of, with_papers
from services.projections.cases import CasesQuery
from services.projections.port import ReadModels
from services.projections.timelines import paper_timelines, timelines


class ReferenceCases:
    """Reads every segment, so it fits tests and simulations alone."""

    def __init__(self, models: ReadModels) -> None:
        self._models = models

    async def cases(self, query: CasesQuery, take: Callable[[pl.DataFrame], None]) -> None:
        dossiers = await timelines(self._models, query.tenant, as_of=query.position)
        cases = cases_of(dossiers, opens=query.opens, closes=query.closes, latest=query.latest)
        cases = cases.select(tuple(query.schema()))
        if query.papers:
            told = await paper_timelines(self._models, query.tenant, as_of=query.position)
            cases = with_papers(cases, papers_of(told, opens=query.opens, closes=query.closes))
        take(cases)
