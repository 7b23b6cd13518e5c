"""The engine's own way from observations to a report, without the servers: facts, fold, segments, cases, document."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl

from services.domain.authority import connections_of, is_tenant_level
from services.domain.dossier import CodeKey, Dossier, Fact, fact_of_observation
from services.domain.fold import fold
from services.domain.identity import components
from services.domain.reference import Reference, reference_of
from services.domain.statistics.cases import cases_of, papers_of, with_papers
from services.domain.statistics.definition import Definition
from services.domain.statistics.document import Request
from services.projections.cases import Cases, CasesQuery
from services.projections.report import looks_at_limits, make_report
from tests.oracle.limits import CALENDAR
from tests.oracle.oracle import NOBODY, Asked, Behind, Rows
from tests.oracle.voice import Told

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
Folded = tuple[Dossier, CodeKey]


def folded(said: Iterable[Told]) -> list[Folded]:
    """Every dossier of a tenant with its least code, folded from all that was said of it at once."""
    facts = {one.observation.id: fact_of_observation(one.observation) for one in said}.values()
    connections = connections_of(fact for fact in facts if is_tenant_level(fact))
    by_code: defaultdict[CodeKey, list[Fact]] = defaultdict(list)
    for fact in facts:
        if not is_tenant_level(fact):
            by_code[fact.key].append(fact)
    about = [fact for several in by_code.values() for fact in several]
    return [
        (fold([fact for code in codes for fact in by_code.get(code, ())], connections), min(codes))
        for codes in components(by_code, about)
    ]


def reference(said: Iterable[Told]) -> Reference:
    """What was declared."""
    found = reference_of(fact_of_observation(one.observation) for one in said if is_declared(one))
    assert not found.findings
    return found


def is_declared(one: Told) -> bool:
    """Whether it is about the tenant itself."""
    return is_tenant_level(fact_of_observation(one.observation))


class ManyCases:
    """The cases of many provinces at once, each with its province, which every code begins with."""

    def __init__(self, dossiers: Sequence[Folded]) -> None:
        self._dossiers = dossiers
        self._kept: dict[tuple[object, ...], pl.DataFrame] = {}

    async def cases(self, query: CasesQuery, take: Callable[[pl.DataFrame], None]) -> None:
        asked = (query.opens, query.closes)
        if asked not in self._kept:
            edges = {"opens": query.opens, "closes": query.closes}
            frame = cases_of(((one.segments, least) for one, least in self._dossiers), latest=True, **edges)
            papers = ((one.papers, least) for one, least in self._dossiers)
            frame = with_papers(frame, papers_of(papers, **edges))
            number = pl.col("code").str.extract(r"^[A-Z](\d+)-")
            self._kept = {asked: frame.with_columns(province=pl.concat_str(pl.lit("H"), number))}
        frame = self._kept[asked]
        take(frame if query.latest else frame.filter(pl.col("void").is_not_null()))


class FrameOfCases:
    """The cases of one period, whichever is asked for."""

    def __init__(self, frame: pl.DataFrame) -> None:
        self._frame = frame

    async def cases(self, query: CasesQuery, take: Callable[[pl.DataFrame], None]) -> None:
        assert not query.latest
        assert not query.papers
        take(self._frame)


def report(
    cases: Cases, definition: Definition, asked: Asked, by: Sequence[str], declared: Reference, *, position: int = 0
) -> dict[str, Any]:
    """The document of a report, with the lists behind every figure."""
    return asyncio.run(
        make_report(cases, definition, request(definition, asked, by, position=position), reference=declared)
    )


def request(
    definition: Definition, asked: Asked, by: Sequence[str], *, position: int, tenant: str = "all", lists: bool = True
) -> Request:
    """What the oracle is asked, in the engine's words."""
    asking = Request(
        tenant=tenant,
        first=asked.first,
        last=asked.last,
        zone=ZONE.key,
        position=position,
        due=asked.due,
        mode=asked.mode,
        by=tuple(by),
        switches={switch.name: switch.default for switch in definition.switches} | dict(asked.switches),
        lists=lists,
    )
    return replace(asking, calendar=CALENDAR) if looks_at_limits(definition, asking) else asking


def rows_of(document: dict[str, Any], by: Sequence[str]) -> Rows:
    """Its rows of these labels, in the oracle's shape, without what is not known."""
    unknown, wanted = document["unknown"], tuple(by)
    return {
        tuple(row["row"].values()): {
            key: Behind(row[key], text)
            for key, text in row["hashes"].items()
            if key not in unknown and (row[key] or text != NOBODY.hash)
        }
        for row in (*document["rows"], document["total"])
        if tuple(row["row"]) == wanted
    }
