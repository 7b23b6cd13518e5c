"""Which dossiers are behind each figure of a report, a few of them by name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

import polars as pl

from services.domain.statistics.count import GIVEN_UP_BY, Part
from services.domain.statistics.definition import Definition

Labels = tuple[str | None, ...]
"""A row by its labels, outermost first; () is the total."""
EACH_MAX: Final = 20
EACH_MIN: Final = 5
"""If fewer can be named of each figure of a depth, none is."""


class Listed(NamedTuple):
    """The first dossiers behind a figure, `system/code`, sorted bytewise, and how many there are."""

    codes: tuple[str, ...]
    dossiers: int


def listed(
    parts: Sequence[Part], definition: Definition, *, by: Sequence[str], most: int
) -> Mapping[tuple[Labels, str], Listed]:
    """(row, cell) → its dossiers, at most twenty of each figure and `most` in all: fewer of deep rows, or none."""
    kept = pl.concat([part.kept for part in parts], how="vertical_relaxed").sort("line")
    found: dict[tuple[Labels, str], Listed] = {}
    for depth in range(len(by) + 1):
        groups = [
            (cell.key, labels, lines)
            for cell in definition.cells
            if cell.measured and f"#{cell.key}" in kept.columns
            for labels, lines in _groups(kept, cell.key, by[:depth], given_up=cell.given_up)
        ]
        each = min(EACH_MAX, (most - sum(len(one.codes) for one in found.values())) // max(1, len(groups)))
        if each < EACH_MIN:
            break
        for key, labels, (first, dossiers) in groups:
            found[labels, key] = Listed(tuple(line.rstrip("\n") for line in first[:each]), dossiers)
    return found


def _groups(
    kept: pl.DataFrame, key: str, by: Sequence[str], *, given_up: bool
) -> list[tuple[Labels, tuple[list[str], int]]]:
    behind = kept.filter(pl.col(f"#{key}") != 0)
    if given_up:
        before = {f"before_{name}": name for name in by if name in GIVEN_UP_BY}
        behind = behind.drop(before.values()).rename(before)
    lines = (pl.col("line").head(EACH_MAX).alias("first"), pl.len().alias("dossiers"))
    if not by:
        first = behind.select(pl.col("line").head(EACH_MAX))["line"].to_list()
        return [((), (first, len(behind)))] if first else []
    grouped = behind.group_by(by, maintain_order=True).agg(*lines)
    return [(tuple(row[: len(by)]), (row[-2], row[-1])) for row in grouped.iter_rows()]
