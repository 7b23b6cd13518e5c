"""Puts the names of a province's offices and procedures to cases: level, field, and the agency a report means."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import polars as pl


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """What is declared of agencies and procedures, as of a report's position and at the end of its period.

    A code that nobody declared keeps its own name and has no level and no field: it is shown, never left out.
    """

    agency_of: Mapping[str, str | None] = field(default_factory=dict)
    """Agency in the log → the agency the report means by it; None where that is not known."""
    level_of: Mapping[str, str] = field(default_factory=dict)
    """Agency the report means → level (cấp)."""
    field_of: Mapping[str, str] = field(default_factory=dict)
    """Procedure → field (lĩnh vực)."""


def place(cases: pl.DataFrame, places: Places) -> pl.DataFrame:
    """The cases with their agencies as the report means them, and with columns `level` and `field`.

    A dossier that came after the period, which only definitions of current columns look at, is where it is now.
    """
    agencies = [name for name in cases.columns if name == "agency" or name.endswith("_agency")]
    came_later = pl.col("void").is_null()
    cases = cases.with_columns(
        pl.when(came_later).then(f"now_{name}").otherwise(name).alias(name)
        for name in ("agency", "procedure", "channel")
    )
    return cases.with_columns(
        *(_mapped(pl.col(name), places.agency_of, keep=True).alias(name) for name in agencies),
        _mapped(pl.col("procedure"), places.field_of, keep=False).alias("field"),
    ).with_columns(_mapped(pl.col("agency"), places.level_of, keep=False).alias("level"))


def _mapped(column: pl.Expr, names: Mapping[str, str | None] | Mapping[str, str], *, keep: bool) -> pl.Expr:
    if not names:
        return column if keep else pl.lit(None, dtype=pl.String)
    old, new = pl.Series(list(names), dtype=pl.String), pl.Series(list(names.values()), dtype=pl.String)
    if keep:
        return column.replace(old, new)
    return column.replace_strict(old, new, default=None, return_dtype=pl.String)
