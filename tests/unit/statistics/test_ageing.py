"""Ages are whole days since the acceptance, and only what is in hand has one."""

from __future__ import annotations

from datetime import timedelta

import polars as pl

from services.domain.statistics.ageing import Aged, added, ageing
from services.domain.statistics.definition import Common
from tests.builders import at

CLOSES = at("1/6 00:00")
COMMON = Common(received=("3",), resolved=("7",), in_hand=("11",), overdue=("13",))
ONE_SECOND = timedelta(seconds=1)


def cases(*dossiers: tuple[timedelta, int, int]) -> pl.DataFrame:
    return pl.DataFrame(
        [(CLOSES - age, in_hand, overdue) for age, in_hand, overdue in dossiers],
        schema={"accepted_at": pl.Datetime("us", "UTC"), "#11": pl.Int64, "#13": pl.Int64},
        orient="row",
    )


def test_classes_end_with_their_last_whole_day() -> None:
    """Six days to the second are the seventh day's class: 6 to 15. A resolved dossier is in none."""
    day = timedelta(days=1)
    found = ageing(
        cases(
            (ONE_SECOND, 1, 0),
            (6 * day - ONE_SECOND, 1, 1),
            (6 * day, 1, 0),
            (16 * day - ONE_SECOND, 1, 0),
            (31 * day - ONE_SECOND, 1, 1),
            (60 * day, 1, 1),
            (90 * day, 1, 0),
            (91 * day, 1, 1),
            (400 * day, 1, 1),
            (400 * day, 0, 0),
        ),
        COMMON,
        closes=CLOSES,
    )
    assert found == (
        Aged(0, 5, 2, 1),
        Aged(6, 15, 2, 0),
        Aged(16, 30, 1, 1),
        Aged(31, 60, 1, 1),
        Aged(61, 90, 1, 0),
        Aged(91, None, 2, 2),
    )


def test_parts_add_up_class_by_class() -> None:
    once = ageing(cases((ONE_SECOND, 1, 1)), COMMON, closes=CLOSES)
    assert added([once, once, ageing(cases(), COMMON, closes=CLOSES)])[:2] == (Aged(0, 5, 2, 2), Aged(6, 15, 0, 0))
    assert added([]) == ()
