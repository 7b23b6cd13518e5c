"""Bridges from a way to what is known by its result alone: a number somebody named, a list somebody keeps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import polars as pl

from services.domain.statistics.explain.bridge import Bridge, bridge, with_residual
from services.domain.statistics.explain.listed import Listed, listed_trace, nearest_reading, turned_round
from services.domain.statistics.explain.readings import Found, Reading, seek
from services.domain.statistics.explain.reason import Reason
from services.domain.statistics.explain.trace import go_on
from services.domain.statistics.explain.walk import Walk
from services.domain.statistics.explain.way import Place


class Held(NamedTuple):
    """A bridge, and the reading by which the other side was understood."""

    bridge: Bridge
    by: Reading


def against_number(
    number: int, tried: Sequence[Reading], frames: Mapping[Place, pl.DataFrame], *, number_first: bool
) -> tuple[Held, Found]:
    """The bridge between `tried[0]` and a number, by the simplest reading that gives it exactly.

    Where none does, the whole difference is a residual.
    """
    found = seek(number, tried, frames)
    by = found.exact[0] if found.exact else tried[0]
    one, other = (by, tried[0]) if number_first else (tried[0], by)
    [made] = Walk(one.way, other.way).bridges(frames, [(one.cell, other.cell)], names={})
    if not found.exact:
        residual = _no_reading(number)
        made = with_residual(made, residual, **{"a" if number_first else "b": number})
    return Held(made, by), found


def _no_reading(number: int) -> Reason:
    return Reason(
        "residual",
        "no_reading",
        f"không cách đếm nào trong danh mục các cách đã thử cho đúng {number}: cần danh sách hồ sơ đứng sau số này",
        f"none of the readings that were tried gives exactly {number}: the list of dossiers behind it is needed",
    )


def against_list(
    listed: Listed, tried: Sequence[Reading], frames: Mapping[Place, pl.DataFrame], *, list_first: bool
) -> Held:
    """The bridge between `tried[0]` and a list: first to the reading that the list goes by, then dossier by dossier."""
    by, _ = nearest_reading(listed, tried, frames)
    one, other = (by, tried[0]) if list_first else (tried[0], by)
    [walked], reasons = Walk(one.way, other.way).traces(frames, [(one.cell, other.cell)], names={})
    told, more = listed_trace(listed, by, frames[by.way.place], first=len(reasons))
    whole = (
        go_on(turned_round(told), walked.with_columns(pl.col("why").cast(pl.Int16)), first=0)
        if list_first
        else go_on(walked, told, first=len(reasons))
    )
    return Held(bridge((one.cell, other.cell), whole, [*reasons, *more]), by)
