"""Counts cases by a definition: figures with the lists behind them, row by row, and whether its identities hold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from hashlib import sha256
from typing import Final

import polars as pl

from services.domain.statistics.definition import Cell, Definition, Dimension, Question, Words

BREACH_CODES_MAX: Final = 20
_CENT: Final = Decimal("0.01")

Figure = int | float | None
"""None: not known, or a share of nothing; the reason stands beside it."""


@dataclass(frozen=True, slots=True)
class Row:
    """The figures of one group of dossiers; a consolidated row (dòng tổng hợp) has fewer labels than the deepest."""

    labels: Mapping[str, str | None]
    figures: Mapping[str, Figure]
    hashes: Mapping[str, str]
    """Key of a measured cell → SHA-256 (hex) of the lines `system/code`, sorted bytewise, of the dossiers behind it."""


@dataclass(frozen=True, slots=True)
class Breach:
    """An identity that does not hold, and the dossiers that break it, `system/code`, at most twenty of `dossiers`."""

    identity: str
    dossiers: int
    codes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Counted:
    """What came out: all rows, consolidated before what they consolidate, the total, and what must be said with it."""

    rows: tuple[Row, ...]
    total: Row
    unknown: Mapping[str, Words]
    """Key of a cell → why it is not known in any row."""
    breaches: tuple[Breach, ...]


def mark(cases: pl.DataFrame, definition: Definition, question: Question) -> pl.DataFrame:
    """The cases with one more column a measured cell, named `#` and its key: 0 where a dossier is not behind it."""
    measured = {f"#{key}": as_number(expression) for key, expression in definition.measure(question).items()}
    return cases.with_columns(**measured)


def columns_of(definition: Definition, question: Question) -> frozenset[str]:
    """The columns of cases that a definition looks at."""
    measured = {name for one in definition.measure(question).values() for name in one.meta.root_names()}
    return frozenset(measured.union(*(cell.needs for cell in definition.cells)))


def as_number(expression: pl.Expr) -> pl.Expr:
    """A condition as 1 or 0, a number as it is; nothing known is 0."""
    return expression.cast(pl.Int64).fill_null(0)


def count(
    cases: pl.DataFrame, definition: Definition, question: Question, *, by: Sequence[Dimension], lists: bool = False
) -> Counted:
    """Count all cases. `lists`: hash the list of dossiers behind each figure of each row, not of the total alone."""
    marked = mark(cases, definition, question)
    keys = tuple(name for name in marked.columns if name.startswith("#"))
    breaches = _breaches(marked, definition)
    kept = marked.filter(pl.any_horizontal(pl.col(key) != 0 for key in keys))
    kept = kept.with_columns(pl.concat_str("system", pl.lit("/"), "code", pl.lit("\n")).alias("line")).sort("line")
    unknown = _unknown(cases, definition)
    rows = [
        row
        for depth in range(1, len(by) + 1)
        for row in _rows(kept, definition, keys, by[:depth], unknown, lists=lists)
    ]
    [total] = _rows(kept, definition, keys, (), unknown, lists=True)
    return Counted(tuple(sorted(rows, key=lambda row: _place(row, by))), total, unknown, breaches)


def _rows(
    kept: pl.DataFrame,
    definition: Definition,
    keys: Sequence[str],
    by: Sequence[Dimension],
    unknown: Mapping[str, Words],
    *,
    lists: bool,
) -> list[Row]:
    sums = [pl.col(key).sum() for key in keys]
    texts = [pl.col("line").filter(pl.col(key) != 0).str.join("").alias(f"list{key}") for key in keys] if lists else []
    grouped = kept.group_by(by).agg(*sums, *texts) if by else kept.select(*sums, *texts)
    return [
        Row(
            {name: record[name] for name in by},
            _figures(definition, {key[1:]: record[key] for key in keys}, unknown),
            {key[1:]: sha256((record[f"list{key}"] or "").encode()).hexdigest() for key in keys} if lists else {},
        )
        for record in grouped.iter_rows(named=True)
    ]


def _figures(definition: Definition, measured: Mapping[str, int], unknown: Mapping[str, Words]) -> dict[str, Figure]:
    figures: dict[str, Figure] = {}
    for cell in definition.cells:
        if cell.key in unknown:
            figures[cell.key] = None
        elif cell.share is not None:
            figures[cell.key] = _share(cell, measured)
        else:
            figures[cell.key] = measured[cell.key]
    return figures


def _share(cell: Cell, measured: Mapping[str, int]) -> float | None:
    assert cell.share is not None
    of, whole = (measured[key] for key in cell.share)
    if whole == 0:
        return None
    share = Decimal(of) * 100 / Decimal(whole)
    if cell.points is None:
        return float(share.quantize(_CENT, ROUND_HALF_UP))
    points = Decimal(str(cell.points))
    return float(min(points, share * points / Decimal(str(cell.threshold))).quantize(_CENT, ROUND_HALF_UP))


def _unknown(cases: pl.DataFrame, definition: Definition) -> dict[str, Words]:
    if cases.is_empty():
        return {}
    asked = sorted({need for cell in definition.cells for need in cell.needs})
    given = cases.select(pl.col(need).is_not_null().any() for need in asked).row(0) if asked else ()
    silent = {need for need, is_given in zip(asked, given, strict=True) if not is_given}
    return {
        cell.key: Words(
            f"không rõ: chưa hệ thống nào cho biết {', '.join(missing)}",
            f"not known: no system of this tenant ever said {', '.join(missing)}",
        )
        for cell in definition.cells
        if (missing := [need for need in cell.needs if need in silent])
    }


def _breaches(marked: pl.DataFrame, definition: Definition) -> tuple[Breach, ...]:
    found = []
    for identity in definition.identities:
        left = pl.sum_horizontal(f"#{key}" for key in identity.left)
        right = pl.sum_horizontal(f"#{key}" for key in identity.right)
        broken = marked.filter(left != right).select(pl.concat_str("system", pl.lit("/"), "code")).to_series().sort()
        if len(broken):
            found.append(Breach(identity.text, len(broken), tuple(broken.head(BREACH_CODES_MAX))))
    return tuple(found)


def _place(row: Row, by: Sequence[str]) -> tuple[tuple[int, str], ...]:
    # A consolidated row stands before the rows it consolidates, and what is not known stands last.
    return tuple(
        (0, "") if name not in row.labels else (2, "") if (label := row.labels[name]) is None else (1, label)
        for name in by
    )
