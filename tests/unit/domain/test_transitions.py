"""The usual moves of the status, written a second time from the table of the one-stop regime."""

from __future__ import annotations

from itertools import product

import pytest

from contracts.codes import DossierStatus
from services.domain.transitions import unusual

# By the official numbers: 1 registered, 2 accepted, 3 refused, 4 in process, 5 supplement requested, 6 financial
# obligation, 7 withdrawn, 8 stopped, 9 finished, 10 returned; 0 is nothing, before the first word.
ALLOWED = {
    0: {1, 2},
    1: {2, 3, 5, 7},
    2: {4, 5, 6, 7, 8, 9},
    3: set[int](),
    4: {4, 5, 6, 7, 8, 9},
    5: {4, 2, 1, 7, 8, 6},
    6: {4, 2, 7, 8, 5},
    7: set[int](),
    8: {4, 10},
    9: {10, 4},
    10: {9},
}
# How far a dossier has come in each: nothing, handed in, received, worked on, ended.
BEGUN = {0: 0, 1: 1, 2: 2, 4: 3, 5: 3, 6: 3, 3: 4, 7: 4, 8: 4, 9: 4, 10: 4}


@pytest.mark.parametrize(("before", "after"), list(product(range(11), range(1, 11))))
def test_a_move_is_unusual_unless_the_table_has_it(before: int, after: int) -> None:
    usual = after in ALLOWED[before] or after == before  # to say the same again is no move
    forward = BEGUN[after] > BEGUN[before]
    judged = None if usual else "skipped_step" if forward else "unexpected_transition"
    assert unusual(DossierStatus(before) if before else None, DossierStatus(after)) == judged


def test_the_table_has_every_status() -> None:
    assert ALLOWED.keys() - {0} == set(map(int, DossierStatus))
