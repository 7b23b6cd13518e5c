"""Sets figures that were submitted beside those reported then and those known now, with the dossiers that moved."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import polars as pl

from services.domain.statistics.count import Part
from services.domain.statistics.definition import Definition
from services.domain.statistics.figures import Figure

_THEN: Final = "|then"


@dataclass(frozen=True, slots=True)
class Moved:
    """Dossiers, `system/code` in order, whose part in a figure is another one now than it was then."""

    came: tuple[str, ...]
    """Behind it now and not then."""
    left: tuple[str, ...]
    """Behind it then and not now."""
    changed: tuple[str, ...]
    """Behind it both times, with another number: of a sum, never of a count."""


def of_agency(part: Part, definition: Definition, agency: str) -> Part:
    """The part as an agency's row counts it; `part` was made by agency, with what was given up in the row before."""
    given_up = {cell.key for cell in definition.cells if cell.given_up}
    keys = _keys(part.kept)

    def only_there(name: str) -> pl.Expr:
        there = pl.col("before_agency" if name[1:] in given_up else "agency") == agency
        return pl.when(there.fill_null(value=False)).then(name).otherwise(0 if name in keys else None).alias(name)

    kept = part.kept.with_columns(only_there(name) for name in part.kept.columns if name[0] in "#=")
    return replace(part, kept=kept.filter(pl.any_horizontal(pl.col(key) != 0 for key in keys)))


def behind(parts: Sequence[Part]) -> pl.DataFrame:
    """One row a dossier that counts anywhere: its `line`, and what it counts in each measured figure."""
    kept = pl.concat([part.kept for part in parts], how="vertical_relaxed")
    return kept.select(pl.col("line").str.strip_suffix("\n"), pl.col(_keys(kept)))


def strangers(then: pl.DataFrame, now: pl.DataFrame) -> tuple[list[str], list[str]]:
    """The lines that only one of both has: then, and now. The same dossier may stand there under two of its codes."""
    gone, new = then.join(now, on="line", how="anti"), now.join(then, on="line", how="anti")
    return gone["line"].sort().to_list(), new["line"].sort().to_list()


def moves(then: pl.DataFrame, now: pl.DataFrame, *, renamed: Mapping[str, str]) -> dict[str, Moved]:
    """Key of a measured figure → who moved. `renamed`: a line of then → the line now of the same dossier.

    What came in less what left is the difference of the figures, where dossiers are counted.
    """
    before = then.with_columns(pl.col("line").replace(dict(renamed)))
    keys = _keys(now)
    both = now.join(before, on="line", how="full", coalesce=True, suffix=_THEN).sort("line")
    both = both.with_columns(pl.col([*keys, *(f"{key}{_THEN}" for key in keys)]).fill_null(0))
    found = {}
    for key in keys:
        is_, was = pl.col(key), pl.col(f"{key}{_THEN}")
        found[key[1:]] = Moved(
            *(
                tuple(both.filter(condition)["line"].to_list())
                for condition in ((is_ != 0) & (was == 0), (is_ == 0) & (was != 0), (is_ != was) & (is_ * was != 0))
            )
        )
    return found


def cells_of(
    definition: Definition,
    *,
    sent: Mapping[str, int] | None,
    then: Mapping[str, Figure] | None,
    now: Mapping[str, Figure],
    moved: Mapping[str, Moved] | None,
) -> dict[str, Any]:
    """Key of a cell → its figures side by side. What was not submitted or reported or is not known is null, not 0."""
    cells = {}
    for cell in definition.cells:
        was_sent = None if sent is None else sent.get(cell.key)
        was, known = None if then is None else then[cell.key], now[cell.key]
        who = None if moved is None else moved.get(cell.key)
        cells[cell.key] = {
            "submitted": was_sent,
            "then": was,
            "now": known,
            "now_less_submitted": _less(known, was_sent),
            "now_less_then": _less(known, was),
            "moved": None
            if who is None
            else {"came": list(who.came), "left": list(who.left), "changed": list(who.changed)},
        }
    return cells


def _less(one: Figure, other: Figure) -> Figure:
    return None if one is None or other is None else round(one - other, 2)


def _keys(kept: pl.DataFrame) -> list[str]:
    return [name for name in kept.columns if name.startswith("#")]
