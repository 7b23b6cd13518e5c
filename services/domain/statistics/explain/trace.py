"""Follows each dossier along the steps of an explanation: what it counts first, what last, where that was settled."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Final

import polars as pl

SCHEMA: Final = {"line": pl.String, "start": pl.Int64, "end": pl.Int64, "why": pl.Int16}
"""A row a dossier that counts at some step: its `system/code`, what it counts at the first and at the last step, and
the number of the step that changed it last; null where none did."""


def trace(lines: pl.Series, steps: Sequence[pl.Series], *, first: int) -> pl.DataFrame:
    """Steps that count the same lines one after the other, the first of them numbered `first`."""
    marked = pl.DataFrame([lines.alias("line"), *(step.alias(f"#{number}") for number, step in enumerate(steps))])
    names = marked.columns[1:]
    changed = [
        pl.when(pl.col(name) != pl.col(before)).then(pl.lit(first + number, dtype=pl.Int16))
        for number, (before, name) in enumerate(pairwise(names), start=1)
    ]
    why = pl.max_horizontal(changed) if changed else pl.lit(None, dtype=pl.Int16)
    counting = marked.filter(pl.any_horizontal(pl.col(name) != 0 for name in names))
    return counting.select(
        "line",
        pl.col(names[0]).cast(pl.Int64).alias("start"),
        pl.col(names[-1]).cast(pl.Int64).alias("end"),
        why.alias("why"),
    )


def go_on(so_far: pl.DataFrame, then: pl.DataFrame, *, first: int) -> pl.DataFrame:
    """One trace after another; what changed between the two, changed at the step `first`, the other's first."""
    both = so_far.join(then, on="line", how="full", coalesce=True, suffix="+")
    start, end, then_start, then_end = (pl.col(name).fill_null(0) for name in ("start", "end", "start+", "end+"))
    between = pl.when(end != then_start).then(pl.lit(first, dtype=pl.Int16))
    return both.select("line", start, then_end.alias("end"), pl.coalesce("why+", between, "why").alias("why"))
