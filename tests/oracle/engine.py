"""The engine's own way from observations to figures, without the servers: facts, fold, segments, cases, count."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Any, cast
from zoneinfo import ZoneInfo

import polars as pl

from contracts.codes import FORM_LEVEL
from services.domain.agencies.agency import Agency, NotKnown, Succeeded
from services.domain.agencies.build import agencies_of
from services.domain.authority import connections_of, is_tenant_level
from services.domain.dossier import CodeKey, Fact, Segment, fact_of_observation
from services.domain.fold import fold
from services.domain.identity import components
from services.domain.periods import period_of
from services.domain.statistics.cases import cases_of
from services.domain.statistics.count import Counted, count
from services.domain.statistics.definition import Definition, Dimension, Question
from services.domain.statistics.places import Places, place
from services.domain.zones import offsets_of
from tests.oracle.oracle import Asked, Behind, Labels, Rows
from tests.oracle.province import Province
from tests.oracle.systems import Told

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
EPOCH = date(1970, 1, 1)
Timeline = tuple[Sequence[Segment], CodeKey]


def timelines(said: Iterable[Told]) -> list[Timeline]:
    """Every dossier of a tenant with its least code, folded from all that was said of it at once."""
    facts = {one.observation.id: fact_of_observation(one.observation) for one in said}.values()
    connections = connections_of(fact for fact in facts if is_tenant_level(fact))
    by_code: defaultdict[CodeKey, list[Fact]] = defaultdict(list)
    for fact in facts:
        if not is_tenant_level(fact):
            by_code[fact.key].append(fact)
    about = [fact for several in by_code.values() for fact in several]
    return [
        (fold([fact for code in codes for fact in by_code.get(code, ())], connections).segments, min(codes))
        for codes in components(by_code, about)
    ]


def places_of(provinces: Iterable[Province], asked: Asked) -> Places:
    """What is declared of their agencies and procedures on the last day asked about."""
    agency_of: dict[str, str | None] = {}
    level_of: dict[str, str] = {}
    field_of: dict[str, str] = {}
    for made in provinces:
        field_of |= made.procedures
        declared = [
            Agency(
                code=one.code,
                title=one.code,
                level=one.level,  # type: ignore[arg-type]
                parent=None,
                valid_from=_day(one.begins),
                valid_to=None if one.ends is None else _day(one.ends),
                fact=made.name,  # type: ignore[arg-type]
            )
            for one in made.agencies
        ]
        succeeded = [
            Succeeded(code=one.code, kind="merged_into", to=(one.successor,), on=_day(one.ends), fact=made.name)  # type: ignore[arg-type]
            for one in made.agencies
            if one.ends is not None and one.successor is not None
        ]
        dimension = agencies_of(declared, succeeded)
        assert not dimension.findings
        for agency in declared:
            level_of[agency.code] = FORM_LEVEL[agency.level]
            if asked.mode == "as_is":
                heir = dimension.as_is(agency.code, said_on=asked.last, report_on=asked.last)
                agency_of[agency.code] = None if isinstance(heir, NotKnown) else heir.code
    return Places(agency_of=agency_of, level_of=level_of, field_of=field_of)


def cases(dossiers: Iterable[Timeline], asked: Asked) -> pl.DataFrame:
    """The cases of the period asked about, each with its province, which is part of every code."""
    period = period_of(asked.first, asked.last, ZONE)
    frame = cases_of(dossiers, opens=period.opens, closes=period.closes)
    return frame.with_columns(province="H" + pl.col("code").str.extract(r"^[HNPT-]+(\d+)"))


def counted(
    frame: pl.DataFrame, definition: Definition, asked: Asked, by: Sequence[str], *, places: Places
) -> Counted:
    """What the engine counts of these cases."""
    period = period_of(asked.first, asked.last, ZONE)
    switches = {"open_supplement": asked.open_supplement, "withdrawn": asked.withdrawn}
    question = Question(
        opens=period.opens,
        closes=period.closes,
        offsets=offsets_of(ZONE),
        due=cast("Any", asked.due),
        switches={switch.name: switches[switch.name] for switch in definition.switches},
    )
    return count(place(frame, places), definition, question, by=cast("Sequence[Dimension]", by), lists=True)


def rows_of(found: Counted, by: Sequence[str]) -> Rows:
    """Its rows of these labels, in the oracle's shape."""
    rows: Rows = {}
    for row in found.rows:
        if tuple(row.labels) == tuple(by):
            labels: Labels = tuple(row.labels.values())
            rows[labels] = {key: Behind(cast(int, row.figures[key]), row.hashes[key]) for key in row.hashes}
    return rows


def _day(days: int) -> date:
    return EPOCH + timedelta(days=days)
