"""Counts cases by a definition: figures with the lists behind them, row by row, and whether its identities hold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

import polars as pl

from services.domain.statistics.definition import NOTHING_GIVEN, Cell, Definition, Dimension, Given, Question, Words
from services.domain.statistics.figures import Figure, figures_of, unknown_figures

BREACH_CODES_MAX: Final = 20
GIVEN_UP_BY: Final = ("agency", "level")
"""Dimensions by which a dossier may have belonged elsewhere before the period."""
LINES_AT_ONCE: Final = 100_000
"""Dossiers whose lines are looked at together."""


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


@dataclass(frozen=True, slots=True)
class Part:
    """Some of the cases, counted one by one: what is left of them to be summed. Small, so that a country fits."""

    kept: pl.DataFrame
    """A row a dossier that counts: its `line`, its dimensions, `#key` for each measured cell, and for those that count
    different values `=key` with its own."""
    said: frozenset[str]
    """Facts that cells need which somebody said here."""
    empty: bool
    breaches: tuple[Breach, ...]


def mark(cases: pl.DataFrame, definition: Definition, question: Question) -> pl.DataFrame:
    """The cases with one more column a measured cell, named `#` and its key: 0 where a dossier is not behind it."""
    measured = {f"#{key}": as_number(expression) for key, expression in definition.measure(question).items()}
    return cases.with_columns(**measured)


def columns_of(definition: Definition, question: Question) -> frozenset[str]:
    """The columns of cases that a definition looks at."""
    measured = {name for one in definition.measure(question).values() for name in one.meta.root_names()}
    return frozenset(measured.union(*((*cell.needs, *cell.distinct) for cell in definition.cells)))


def as_number(expression: pl.Expr) -> pl.Expr:
    """A condition as 1 or 0, a number as it is; nothing known is 0."""
    return expression.cast(pl.Int64).fill_null(0)


def count(
    cases: pl.DataFrame, definition: Definition, question: Question, *, by: Sequence[Dimension], lists: bool = False
) -> Counted:
    """Count all cases. `lists`: hash the list of dossiers behind each figure of each row, not of the total alone."""
    return total_of([part_of(cases, definition, question, by=by)], definition, by=by, lists=lists)


def part_of(cases: pl.DataFrame, definition: Definition, question: Question, *, by: Sequence[Dimension]) -> Part:
    """Count some of the cases; `by` are all dimensions that `total_of` will be asked for."""
    marked = mark(cases, definition, question)
    keys = [name for name in marked.columns if name.startswith("#")]
    needs = sorted({need for cell in definition.cells for need in cell.needs})
    said = marked.select(pl.col(need).is_not_null().any() for need in needs).row(0) if needs else ()
    dimensions = [*by, *(f"before_{name}" for name in by if name in GIVEN_UP_BY)]
    kept = marked.filter(pl.any_horizontal(pl.col(key) != 0 for key in keys)).select(
        pl.concat_str("system", pl.lit("/"), "code", pl.lit("\n")).alias("line"),
        pl.col(dimensions).cast(pl.Categorical),
        pl.col(keys),
        *(_value(cell).cast(pl.Categorical) for cell in definition.cells if cell.distinct),
    )
    kept = kept.with_columns(kept[key].shrink_dtype() for key in keys)
    return Part(
        kept,
        frozenset(need for need, is_said in zip(needs, said, strict=True) if is_said),
        cases.is_empty(),
        _breaches(marked, definition),
    )


def total_of(
    parts: Sequence[Part],
    definition: Definition,
    *,
    by: Sequence[Dimension],
    lists: bool = False,
    given: Given = NOTHING_GIVEN,
) -> Counted:
    """What the parts come to; there is at least one. `lists` as for `count`."""
    kept = pl.concat([part.kept for part in parts], how="vertical_relaxed")
    keys = tuple(name for name in kept.columns if name.startswith("#"))
    said = None if all(part.empty for part in parts) else frozenset[str]().union(*(part.said for part in parts))
    unknown = unknown_figures(definition, said, given)
    if lists:
        kept = kept.sort("line")
    rows = [
        row
        for depth in range(1, len(by) + 1)
        for row in _rows(kept, definition, keys, by[:depth], unknown, given, lists=lists)
    ]
    [whole] = _rows(kept, definition, keys, (), unknown, given, lists=False)
    total = Row(whole.labels, whole.figures, _list_hashes(kept, keys))
    return Counted(tuple(sorted(rows, key=lambda row: _place(row, by))), total, unknown, _all_breaches(parts))


def _list_hashes(kept: pl.DataFrame, keys: Sequence[str]) -> dict[str, str]:
    # A few lines at a time: the whole list as one text would be as large again as all that is kept.
    listed = kept.select("line", *keys)
    order = listed["line"].arg_sort()
    hashes = {key: sha256() for key in keys}
    for start in range(0, len(order), LINES_AT_ONCE):
        some = listed[order.slice(start, LINES_AT_ONCE)]
        for key, so_far in hashes.items():
            so_far.update((some["line"].filter(some[key] != 0).str.join("").item() or "").encode())
    return {key[1:]: so_far.hexdigest() for key, so_far in hashes.items()}


def _rows(
    kept: pl.DataFrame,
    definition: Definition,
    keys: Sequence[str],
    by: Sequence[Dimension],
    unknown: Mapping[str, Words],
    given: Given,
    *,
    lists: bool,
) -> list[Row]:
    given_up = {f"#{cell.key}" for cell in definition.cells if cell.given_up}
    grouped = _grouped(kept, [key for key in keys if key not in given_up], by, lists=lists)
    if given_up:
        before = {name: f"before_{name}" for name in by if name in GIVEN_UP_BY}
        elsewhere = kept.drop(before).rename({was: name for name, was in before.items()})
        grouped = _beside(grouped, _grouped(elsewhere, [key for key in keys if key in given_up], by, lists=lists), by)
    return [
        Row(
            {name: record[name] for name in by},
            figures_of(
                definition, {key[1:]: record[key] or 0 for key in keys} | _given_for(record, by, given), unknown
            ),
            {key[1:]: sha256((record[f"list{key}"] or "").encode()).hexdigest() for key in keys} if lists else {},
        )
        for record in grouped.iter_rows(named=True)
        if not by or any(record[key] for key in keys)
    ]


def _grouped(kept: pl.DataFrame, keys: Sequence[str], by: Sequence[Dimension], *, lists: bool) -> pl.DataFrame:
    values = {name for name in kept.columns if name.startswith("=")}
    if not values and not lists:
        # Sums of sums: grouping a country at once would take as much memory again as all that is kept.
        sums = [_sums(some, keys, by) for some in kept.iter_slices(LINES_AT_ONCE)]
        return _sums(pl.concat(sums), keys, by) if sums else _sums(kept, keys, by)
    figures = [
        pl.col(f"={key[1:]}").drop_nulls().n_unique().alias(key) if f"={key[1:]}" in values else pl.col(key).sum()
        for key in keys
    ]
    texts = [pl.col("line").filter(pl.col(key) != 0).str.join("").alias(f"list{key}") for key in keys] if lists else []
    return kept.group_by(by).agg(*figures, *texts) if by else kept.select(*figures, *texts)


def _sums(kept: pl.DataFrame, keys: Sequence[str], by: Sequence[Dimension]) -> pl.DataFrame:
    sums = [pl.col(key).cast(pl.Int64).sum() for key in keys]
    return kept.group_by(by).agg(sums) if by else kept.select(sums)


def _beside(one: pl.DataFrame, other: pl.DataFrame, by: Sequence[Dimension]) -> pl.DataFrame:
    if not by:
        return pl.concat([one, other], how="horizontal")
    return one.join(other, on=by, how="full", nulls_equal=True, coalesce=True)


def _value(cell: Cell) -> pl.Expr:
    value = pl.concat_str([pl.col(name).fill_null("") for name in cell.distinct], separator="\n")
    return pl.when(pl.col(f"#{cell.key}") != 0).then(value).alias(f"={cell.key}")


def _given_for(record: Mapping[str, str | None], by: Sequence[Dimension], given: Given) -> dict[str, int]:
    # What others counted is known of agencies and of the whole, of no other row.
    if by not in ((), ("agency",)):
        return {}
    agency = record["agency"] if by else None
    if by and agency is None:
        return {}
    return {name: figures[agency] for name, figures in given.items() if agency in figures}


def _breaches(marked: pl.DataFrame, definition: Definition) -> tuple[Breach, ...]:
    found = []
    for identity in definition.identities:
        left = pl.sum_horizontal(f"#{key}" for key in identity.left)
        right = pl.sum_horizontal(f"#{key}" for key in identity.right)
        broken = marked.filter(left != right).select(pl.concat_str("system", pl.lit("/"), "code")).to_series().sort()
        if len(broken):
            found.append(Breach(identity.text, len(broken), tuple(broken.head(BREACH_CODES_MAX))))
    return tuple(found)


def _all_breaches(parts: Sequence[Part]) -> tuple[Breach, ...]:
    found: dict[str, Breach] = {}
    for breach in (breach for part in parts for breach in part.breaches):
        was = found.get(breach.identity, Breach(breach.identity, 0, ()))
        codes = tuple(sorted({*was.codes, *breach.codes})[:BREACH_CODES_MAX])
        found[breach.identity] = Breach(breach.identity, was.dossiers + breach.dossiers, codes)
    return tuple(found.values())


def _place(row: Row, by: Sequence[str]) -> tuple[tuple[int, str], ...]:
    # A consolidated row stands before the rows it consolidates, and what is not known stands last.
    return tuple(
        (0, "") if name not in row.labels else (2, "") if (label := row.labels[name]) is None else (1, label)
        for name in by
    )
