"""Which agency a dossier belongs to in a report: one alone, the one in force at its end or at the end of the period.

Two readings (NĐ 118/2025/NĐ-CP ended districts on 1 July 2025): as was, the agency its code meant on that day; as is,
the one that stands in its place on the period's last day. Where a split or an end leaves that open it is not known.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

import polars as pl

from services.domain.agencies.agency import REASONS, NotKnown
from services.domain.agencies.dimension import Agencies
from services.domain.agencies.seat import seat_of
from services.domain.statistics.definition import Mode, Question, Words
from services.domain.statistics.terms import first_day, local_day

SEATED_BY: Final = frozenset({"agency", "before_agency", "accepted_at", "ended_at"})
"""The columns of cases that are looked at here."""
_EPOCH: Final = date(1970, 1, 1)


@dataclass(frozen=True, slots=True, order=True)
class Unseated:
    """Dossiers of a code that may count and belong to no agency's row, and why; `candidates` may have them."""

    code: str
    why: Words
    candidates: tuple[str, ...]
    dossiers: int


def seat(
    cases: pl.DataFrame, question: Question, agencies: Agencies, mode: Mode, last: date
) -> tuple[pl.DataFrame, tuple[Unseated, ...]]:
    """The cases with `agency` and `before_agency` as the report means them, and the `level` (cấp) of each.

    `last` is the period's last local day. A code that nobody declared keeps its name and has no level.
    """
    if not agencies.declared.by_code:
        return cases.with_columns(pl.lit(None, dtype=pl.String).alias(name) for name in ("level", "before_level")), ()
    ended = pl.col("ended_at")
    day = pl.when(ended.is_between(question.opens, question.closes, closed="left")).then(local_day(question, ended))
    seated = cases.with_columns(day.otherwise((last - _EPOCH).days).alias("#day"))
    seated = seated.with_columns(pl.lit(first_day(question) - 1, dtype=pl.Int64).alias("#before"))
    counts = (pl.col("accepted_at").is_not_null() & (ended.is_null() | (ended >= question.opens))).alias("#many")
    unseated: list[Unseated] = []
    for column, on in (("agency", "#day"), ("before_agency", "#before")):
        counted = seated.group_by(column, on).agg(counts.sum()).sort(column, on).iter_rows()
        seats = [
            (code, number, *seat_of(agencies, code, _EPOCH + timedelta(days=number), mode=mode, last=last), many)
            for code, number, many in counted
        ]
        if column == "agency":
            unseated = [
                Unseated(code, Words(*REASONS[at.reason]), at.candidates, many)
                for code, _, _, _, at, many in seats
                if isinstance(at, NotKnown) and code is not None and many
            ]
        schema = {column: pl.String, on: pl.Int64, "#seat": pl.String, "#level": pl.String}
        found = pl.DataFrame([row[:4] for row in seats], schema=schema, orient="row")
        seated = seated.join(found, on=[column, on], how="left", nulls_equal=True)
        seated = seated.with_columns(pl.col("#seat").alias(column))
        level = "level" if column == "agency" else "before_level"
        seated = seated.with_columns(pl.col("#level").alias(level)).drop("#seat", "#level")
    return seated.drop("#day", "#before"), summed(unseated)


def summed(unseated: Iterable[Unseated]) -> tuple[Unseated, ...]:
    """One for each code, reason and candidates, in order."""
    found: Counter[tuple[str, Words, tuple[str, ...]]] = Counter()
    for one in unseated:
        found[one.code, one.why, one.candidates] += one.dossiers
    return tuple(Unseated(*what, dossiers) for what, dossiers in sorted(found.items()))
