"""The dossiers behind each figure are those that were counted in it, the first by name."""

from __future__ import annotations

from services.domain.statistics.count import count, part_of
from services.domain.statistics.definitions.ii06a import DEFINITION as II06A
from services.domain.statistics.listed import EACH_MAX, listed
from tests.unit.statistics.any_cases import any_cases, question_of

QUESTION = question_of(II06A)
CASES = any_cases(seed=1, many=600)
BY = ("agency", "procedure")


def test_as_many_are_listed_as_are_counted_in_each_row_and_cell() -> None:
    """Counting groups sums of the cells; the lists are made of the dossiers themselves, in two parts."""
    parts = [part_of(some, II06A, QUESTION, by=BY) for some in (CASES.head(100), CASES.tail(500))]
    found = listed(parts, II06A, by=BY, most=1_000_000)
    counted = count(CASES, II06A, QUESTION, by=BY)
    expected = {
        (tuple(row.labels[name] for name in BY[: len(row.labels)]), key): figure
        for row in (counted.total, *counted.rows)
        for key, figure in row.figures.items()
        if figure
    }
    assert {at: one.dossiers for at, one in found.items()} == expected
    assert all(len(one.codes) == min(EACH_MAX, one.dossiers) for one in found.values())


def test_the_first_dossiers_are_named_in_their_order() -> None:
    """Received in the period by agency B: read off the frame line by line."""
    behind = sorted(
        f"one-stop/{row['code']}"
        for row in CASES.iter_rows(named=True)
        if row["agency"] == "B"
        and row["accepted_at"] is not None
        and QUESTION.opens <= row["accepted_at"] < QUESTION.closes
        and not row["void"]
        and row["channel"] == "online"
    )
    parts = [part_of(CASES, II06A, QUESTION, by=BY)]
    assert listed(parts, II06A, by=BY, most=1_000_000)[("B",), "4"] == (tuple(behind[:EACH_MAX]), len(behind))


def test_where_there_is_no_room_for_five_of_each_none_is_named() -> None:
    parts = [part_of(CASES, II06A, QUESTION, by=BY)]
    found = listed(parts, II06A, by=BY, most=700)
    assert {len(labels) for labels, _ in found} == {0, 1}
    assert sum(len(one.codes) for one in found.values()) <= 700
