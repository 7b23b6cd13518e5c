"""What is published gives nobody away: held to a reader who knows the identities, the sums and linear algebra."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.domain.statistics.count import Breach, Counted, Row
from services.domain.statistics.definition import Definition
from services.domain.statistics.definitions.four_figures import DEFINITION as FOUR
from services.domain.statistics.definitions.ii06a import DEFINITION as II06A
from services.domain.statistics.definitions.mean_time766 import DEFINITION as MEAN
from services.domain.statistics.document import digest
from services.domain.statistics.publish import Unpublishable, publish
from tests.unit.statistics.documents import (
    CAME,
    CARRIED_ON_TIME,
    DESK_OPEN,
    KINDS,
    ONLINE_EARLY,
    ONLINE_LATE,
    VOIDED,
    WENT,
    Dossier,
    document,
    made,
)

Unknown = tuple[tuple[Any, ...], str]
Equation = tuple[dict[Unknown, Fraction], Fraction]
"""Σ coefficient · unknown = number."""


def equations(definition: Definition, published: Mapping[str, Any]) -> list[Equation]:
    """All that a reader of the published document knows for certain, of the figures that are missing in it."""
    by = published["identity"]["by"]
    missing = {(tuple(one["row"].get(name, "-") for name in by), one["cell"]) for one in published["suppressed"]}
    rows = [published["total"], *published["rows"]]
    places = {tuple(row["row"].get(name, "-") for name in by): row for row in rows}
    cells = [cell.key for cell in definition.cells if not cell.made_of]
    total = tuple("-" for _ in by)
    sums: list[list[tuple[int, Unknown]]] = []
    for place in places:
        for identity in definition.identities:
            if place != total and identity.text == "11 kỳ trước = 6 + đã xóa":
                # In a row it is only so if nothing was given up to another one; then the next identity says the same.
                continue
            left = [(1, (place, cell)) for cell in identity.left]
            sums.append([*left, *((-1, (place, cell)) for cell in identity.right)])
    for depth in range(len(by)):
        for parent in (place for place in places if sum(label != "-" for label in place) == depth):
            children = [
                place
                for place in places
                if place[:depth] == parent[:depth] and sum(label != "-" for label in place) == depth + 1
            ]
            sums.extend([(1, (parent, cell)), *((-1, (child, cell)) for child in children)] for cell in cells)
    found = []
    for one in sums:
        unknown = {name: Fraction(sign) for sign, name in one if name in missing}
        number = -sum(sign * places[place][cell] for sign, (place, cell) in one if (place, cell) not in missing)
        if unknown:
            found.append((unknown, Fraction(number)))
    return found


def solved(known: list[Equation]) -> set[Unknown]:
    """Unknowns with one solution: those that stand alone in a line of the reduced echelon form."""
    lines: list[dict[Unknown, Fraction]] = []
    for unknown, _ in known:
        line = dict(unknown)
        for other in lines:
            line = combined(line, other)
        if not line:
            continue
        pivot = next(iter(line))
        line = {name: value / line[pivot] for name, value in line.items()}
        line = {pivot: line.pop(pivot), **line}
        lines = [combined(other, line) for other in lines]
        lines.append(line)
    return {next(iter(line)) for line in lines if len(line) == 1}


def combined(line: dict[Unknown, Fraction], other: dict[Unknown, Fraction]) -> dict[Unknown, Fraction]:
    """A line without the pivot of another, which is its first unknown."""
    factor = line.get(next(iter(other)))
    if not factor:
        return line
    both = {name: line.get(name, Fraction(0)) - factor * other.get(name, Fraction(0)) for name in {**line, **other}}
    return {name: value for name, value in both.items() if value}


def pinned(known: list[Equation]) -> set[Unknown]:
    """Unknowns that bounds leave one value: each is at least 1, or it would stand there as 0."""
    low: dict[Unknown, Fraction] = {name: Fraction(1) for unknown, _ in known for name in unknown}
    high: dict[Unknown, Fraction] = {}
    for _ in range(60):
        before = (dict(low), dict(high))
        for unknown, number in known:
            for name, factor in unknown.items():
                others = [(value, other) for other, value in unknown.items() if other != name]
                least = [low[other] * v if v > 0 else high[other] * v if other in high else None for v, other in others]
                most = [
                    high[other] * v if v > 0 and other in high else low[other] * v if v < 0 else None
                    for v, other in others
                ]
                bounds = (
                    (number - sum(most)) / factor if None not in most else None,  # type: ignore[arg-type]
                    (number - sum(least)) / factor if None not in least else None,  # type: ignore[arg-type]
                )
                lower, upper = bounds if factor > 0 else bounds[::-1]
                if lower is not None:
                    low[name] = max(low[name], lower)
                if upper is not None:
                    high[name] = min(high.get(name, upper), upper)
        if before == (low, high):
            break
    return {name for name in low if name in high and high[name] - low[name] < 1}


def given_away(definition: Definition, published: Mapping[str, Any]) -> set[Unknown]:
    """The missing figures that a reader works out."""
    known = equations(definition, published)
    return solved(known) | pinned(known)


LABELS = [
    ("province", "land", "1.001"),
    ("province", "land", "1.002"),
    ("province", "trade", "2.001"),
    ("commune", "land", "1.003"),
    ("commune", None, "9.009"),
]


@st.composite
def provinces(draw: st.DrawFn) -> list[Dossier]:
    kinds = st.sampled_from(KINDS)
    moved = draw(st.lists(st.tuples(st.sampled_from(LABELS), st.sampled_from(LABELS)), max_size=2))
    given_up = [one for here, there in moved for one in ((here, CAME), (there, WENT))]
    stayed = [
        (labels, kind)
        for labels in draw(st.lists(st.sampled_from(LABELS), min_size=1, unique=True))
        for kind in draw(st.lists(kinds, min_size=1, max_size=4))
        for _ in range(draw(st.sampled_from([1, 1, 2, 3, 4, 5, 6, 9, 40])))
    ]
    return [*stayed, *given_up]


@settings(max_examples=150, deadline=None)
@given(provinces(), st.sampled_from([2, 3, 5, 10]))
def test_no_missing_figure_can_be_worked_out(dossiers: list[Dossier], below: int) -> None:
    whole = document(dossiers)
    published = publish(II06A, whole, below=below)
    assert not given_away(II06A, published)
    for before, after in zip([whole["total"], *whole["rows"]], [published["total"], *published["rows"]], strict=True):
        for cell in II06A.cells:
            was, is_now = before[cell.key], after[cell.key]
            missing = {"row": before["row"], "cell": cell.key} in published["suppressed"]
            assert is_now == (None if missing else was)
            assert missing or not 0 < was < below
            assert was or not missing


def test_the_reader_does_work_out_what_is_hidden_alone() -> None:
    """Small figures alone are taken out: 3 = 4 + 5 + 6 gives 4, and the rows give the total."""
    whole = document([*[(LABELS[0], DESK_OPEN)] * 20, (LABELS[0], ONLINE_EARLY), *[(LABELS[1], ONLINE_EARLY)] * 30])
    naive = {**whole, "suppressed": []}
    for row in whole["rows"]:
        for cell in ("4", "7", "8"):
            if row["row"] != {} and 0 < row[cell] < 5:
                naive["suppressed"].append({"row": row["row"], "cell": cell})
    assert given_away(II06A, naive) == {(LABELS[0], cell) for cell in ("4", "7", "8")}


def test_the_reader_works_out_two_that_must_both_be_one() -> None:
    """Two missing figures that add up to 2 are 1 each, since a zero would be printed."""
    first, second = ("a", "x"), ("a", "y")
    assert not solved([({first: Fraction(1), second: Fraction(1)}, Fraction(2))])
    assert pinned([({first: Fraction(1), second: Fraction(1)}, Fraction(2))]) == {first, second}


def test_a_lone_small_figure_takes_its_complements_with_it() -> None:
    """Row 1.001: received online 2 of 22, all early; at the desk 20, all open. Worked out on paper:

    2 online are missing in columns 4, 7 and 8. Column 3 = 22 stays only if column 4 moves against 5; then 7 moves
    against 11 and 8 with 7, 12 with 11. Cheaper: 3, 4, 7, 8 all move together against the other procedure's.
    """
    whole = document(
        [*[(LABELS[0], DESK_OPEN)] * 20, *[(LABELS[0], ONLINE_EARLY)] * 2, *[(LABELS[1], ONLINE_EARLY)] * 30]
    )
    published = publish(II06A, whole)
    missing = {(one["row"].get("procedure"), one["cell"]) for one in published["suppressed"]}
    assert {("1.001", "4"), ("1.001", "7"), ("1.001", "8")} <= missing
    assert missing == {(procedure, cell) for procedure in ("1.001", "1.002") for cell in ("3", "4", "7", "8")}
    assert published["total"]["3"] == 52
    assert published["total"]["voided"] == 0


def test_a_single_voided_dossier_is_nowhere() -> None:
    whole = document([*[(LABELS[0], DESK_OPEN)] * 20, (LABELS[0], VOIDED)])
    published = publish(II06A, whole)
    assert [(one["row"], one["cell"]) for one in published["suppressed"]] == [
        ({}, "voided"),
        ({"level": "province"}, "voided"),
        ({"level": "province", "field": "land"}, "voided"),
        ({"level": "province", "field": "land", "procedure": "1.001"}, "voided"),
    ]
    assert not given_away(II06A, published)


def test_nothing_small_nothing_missing() -> None:
    whole = document(
        [*[(LABELS[0], DESK_OPEN)] * 5, *[(LABELS[1], ONLINE_LATE)] * 7, *[(LABELS[3], CARRIED_ON_TIME)] * 5]
    )
    published = publish(II06A, whole)
    assert published["suppressed"] == []
    assert [row["3"] for row in published["rows"]] == [row["3"] for row in whole["rows"]]


def test_shares_stay_only_where_both_their_cells_do() -> None:
    """40 of 60 received online is 66.67 %; 2 of 9 would tell the 2. The counterweight is the other agency's."""
    shares = {"online_share": ("received_online", "received"), "in_time_share": ("resolved_in_time", "resolved")}
    whole = document(
        [
            *[(("H1",), "received received_online resolved resolved_in_time")] * 40,
            *[(("H1",), "received resolved resolved_in_time")] * 20,
            *[(("H2",), "received received_online resolved resolved_in_time")] * 2,
            *[(("H2",), "received resolved resolved_in_time")] * 7,
        ],
        by=("agency",),
        definition=FOUR,
        shares=shares,
    )
    assert whole["rows"][1]["online_share"] == 22.22
    published = publish(FOUR, whole)
    assert [row["received_online"] for row in published["rows"]] == [None, None]
    assert [row["online_share"] for row in published["rows"]] == [None, None]
    assert [row["in_time_share"] for row in published["rows"]] == [100.0, 100.0]
    assert published["total"]["online_share"] == 60.87  # 42 of 69
    assert {"row": {"agency": "H2"}, "cell": "online_share"} in published["suppressed"]


def test_a_part_that_must_be_all_of_what_is_left_is_hidden_with_it() -> None:
    """Of 10 resolved 9 in time and 1 without a due date: were 10 and 9 printed, 1 would be all that is left."""
    whole = document(
        [
            *[((), "received resolved resolved_in_time")] * 9,
            ((), "received resolved resolved_no_due_date"),
        ],
        by=(),
        definition=FOUR,
        shares={"in_time_share": ("resolved_in_time", "resolved"), "online_share": ("received_online", "received")},
    )
    published = publish(FOUR, whole)
    missing = {one["cell"] for one in published["suppressed"]}
    assert "resolved_no_due_date" in missing
    assert missing & {"resolved", "resolved_in_time"}
    assert "in_time_share" in missing


def test_no_hash_of_what_was_is_left() -> None:
    whole = document([(LABELS[0], ONLINE_EARLY)])
    published = publish(II06A, whole, below=3)
    assert "hashes" in whole["total"]
    assert "hashes" not in published["total"]
    assert published["hash"] == digest(published) != whole["hash"]
    assert whole["hash"] not in str(published)
    assert published["identity"]["publish"] == {"below": 3}


@pytest.mark.parametrize(
    ("more", "below", "said"),
    [
        ({"by": ("month",)}, 5, "leave month out"),
        ({"by": (), "breaches": (Breach("3 = 4 + 5 + 6", 1, ("one-stop/H-1",)),)}, 5, "must not be published"),
        ({"by": ()}, 1, "2 or more, not 1"),
    ],
)
def test_what_cannot_be_published_is_refused(more: dict[str, Any], below: int, said: str) -> None:
    labels = ("2024-05",) if more["by"] else ()
    whole = document([(labels, ONLINE_EARLY)], **more)
    with pytest.raises(Unpublishable, match=said):
        publish(II06A, whole, below=below)


def test_time_taken_by_few_dossiers_is_as_secret_as_their_number() -> None:
    """Of procedure 2 there are 3 dossiers with 900 s; with procedure 1's 6,000 s printed the total would tell them."""
    some = [Row({"procedure": "1"}, {"finished": 20, "seconds": 6000, "mean_days": 0.0}, {})]
    some += [Row({"procedure": "2"}, {"finished": 3, "seconds": 900, "mean_days": 0.0}, {})]
    some += [Row({"procedure": "3"}, {"finished": 0, "seconds": 0, "mean_days": None}, {})]
    total = Row({}, {"finished": 23, "seconds": 6900, "mean_days": 0.0}, {})
    published = publish(MEAN, made(MEAN, Counted(tuple(some), total, {}, ()), by=("procedure",)))
    assert [(row["finished"], row["seconds"], row["mean_days"]) for row in published["rows"]] == [
        (None, None, None),
        (None, None, None),
        (0, 0, None),
    ]
    assert (published["total"]["finished"], published["total"]["seconds"]) == (23, 6900)
