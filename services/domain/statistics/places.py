"""Puts what is declared of procedures to cases: the field they belong to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

import polars as pl

from services.domain.catalogue import Catalogue


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """What is declared of procedures, as of a report's position and at the end of its period.

    A code that nobody declared has no field: it is shown so, never left out.
    """

    field_of: Mapping[str, str] = field(default_factory=dict)
    """Procedure → field (lĩnh vực)."""


def place(cases: pl.DataFrame, places: Places) -> pl.DataFrame:
    """The cases with a column `field` (lĩnh vực)."""
    if not places.field_of:
        return cases.with_columns(pl.lit(None, dtype=pl.String).alias("field"))
    codes, fields = (pl.Series(list(names), dtype=pl.String) for names in (places.field_of, places.field_of.values()))
    named = pl.col("procedure").replace_strict(codes, fields, default=None, return_dtype=pl.String)
    return cases.with_columns(named.alias("field"))


def places_of(catalogue: Catalogue, *, on: date) -> Places:
    """What a catalogue says on a day of every procedure it ever had."""
    known = (catalogue.latest(code, on) for code in catalogue.declared.by_code)
    return Places(field_of={one.code: one.field for one in known if one is not None and one.field is not None})
