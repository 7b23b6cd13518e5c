"""How old the dossiers in hand are: by days since their acceptance, and how many of them are overdue."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final, NamedTuple

import polars as pl

from services.domain.statistics.definition import Common

UP_TO_DAYS: Final = (5, 15, 30, 60, 90)
"""The last whole day of each class; the class after them has no end."""
_DAY_S: Final = 86_400


class Aged(NamedTuple):
    """Dossiers in hand whose acceptance lies `from_days` to `to_days` whole days of 24 hours before the closing."""

    from_days: int
    to_days: int | None
    in_hand: int
    overdue: int


def ageing(marked: pl.DataFrame, common: Common, *, closes: datetime) -> tuple[Aged, ...]:
    """The classes, the youngest first. `marked`: cases with a column `#<cell>` for each cell that `common` names."""
    days = (pl.lit(closes) - pl.col("accepted_at")).dt.total_seconds().floordiv(_DAY_S)
    passed = sum(((days > up_to).cast(pl.Int8) for up_to in UP_TO_DAYS), pl.lit(0, pl.Int8))
    counted = (
        marked.select(
            passed.alias("class"),
            pl.sum_horizontal(f"#{key}" for key in common.in_hand).alias("in_hand"),
            pl.sum_horizontal(f"#{key}" for key in common.overdue).alias("overdue"),
        )
        .filter(pl.col("in_hand") != 0)
        .group_by("class")
        .sum()
    )
    found = {number: (in_hand, overdue) for number, in_hand, overdue in counted.rows()}
    starts = (0, *(up_to + 1 for up_to in UP_TO_DAYS))
    return tuple(
        Aged(start, end, *found.get(number, (0, 0)))
        for number, (start, end) in enumerate(zip(starts, (*UP_TO_DAYS, None), strict=True))
    )


def added(parts: Sequence[tuple[Aged, ...]]) -> tuple[Aged, ...]:
    """The same classes of several sets of cases, put together."""
    return tuple(
        first._replace(in_hand=sum(one.in_hand for one in same), overdue=sum(one.overdue for one in same))
        for same in zip(*parts, strict=True)
        for first in same[:1]
    )
