"""The cells of deployed programs: the columns of form II.06a under the form's numbers, and lines of their own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import polars as pl

from services.domain.statistics.definition import Cell, Words
from services.domain.statistics.definitions import ii06a

NUMBERED: Final = tuple(cell for cell in ii06a.DEFINITION.cells if cell.key.isdecimal())
"""Columns 3 to 13 of the form."""


def numbered(
    *,
    received: tuple[pl.Expr, pl.Expr, pl.Expr],
    carried: pl.Expr,
    resolved: tuple[pl.Expr, pl.Expr, pl.Expr, pl.Expr],
    in_hand: tuple[pl.Expr, pl.Expr, pl.Expr],
) -> Mapping[str, pl.Expr]:
    """Columns 3 to 13: received in all, online, directly; resolved in all, early, on time, late; in hand likewise."""
    total, online, direct = received
    all_resolved, early, on_time, late = resolved
    all_in_hand, not_due, overdue = in_hand
    return {
        "3": total | carried,
        "4": online,
        "5": direct,
        "6": carried,
        "7": all_resolved,
        "8": early,
        "9": on_time,
        "10": late,
        "11": all_in_hand,
        "12": not_due,
        "13": overdue,
    }


def line(key: str, vi: str, en: str) -> Cell:
    """A line beside the form's columns."""
    return Cell(key=key, title=Words(vi, en))
