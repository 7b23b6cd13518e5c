"""What cannot be meant is named, with the fact to mend, and whoever it concerns is not known rather than guessed."""

from __future__ import annotations

from datetime import date

import pytest

from contracts.observations import Observation
from services.domain.agencies.agency import NotKnown
from tests.unit.domain.agencies.province import BEGIN, CHANGE, agencies, agency, succession

A, B, C = agency("A", "commune"), agency("B", "commune"), agency("C", "commune")
LATER = date(2026, 1, 1)


@pytest.mark.parametrize(
    ("said", "found"),
    [
        (
            [A, agency("A", "district", CHANGE)],
            ("overlap", "A", "both hold on 2025-07-01: say with valid_to when the first one ends"),
        ),
        (
            [agency("A", "commune", until=LATER), agency("A", "district", CHANGE)],
            ("overlap", "A", "is declared from 2019-01-01 until before 2026-01-01 and again from 2025-07-01 on"),
        ),
        (
            [agency("A", "commune", CHANGE, BEGIN)],
            ("reversed", "A", "valid from 2025-07-01, but only until before 2019"),
        ),
        ([A, succession("A", "merged_into", "X")], ("unknown", "A", "is merged_into X, which nobody declared")),
        (
            [A, succession("X", "merged_into", "A")],
            ("unknown", "X", "is succeeded on 2025-07-01, but nobody declared it"),
        ),
        (
            [A, agency("B", "commune", LATER), succession("A", "renamed", "B")],
            ("not_in_force", "A", "is renamed B on 2025-07-01, but B is not in force on that day"),
        ),
        (
            [agency("A", "commune", until=date(2025, 6, 30)), B, succession("A", "merged_into", "B")],
            (
                "outside",
                "A",
                "but declared until before 2025-06-30; valid_to is the first day on which it no longer holds",
            ),
        ),
        (
            [agency("A", "commune", LATER), B, succession("A", "merged_into", "B")],
            ("outside", "A", "is succeeded on 2025-07-01, but declared from 2026-01-01 on"),
        ),
        (
            [A, B, C, succession("A", "merged_into", "B"), succession("A", "merged_into", "C", on=LATER)],
            ("outside", "A", "is succeeded on 2026-01-01, but was succeeded on 2025-07-01 already"),
        ),
        (
            [A, B, C, succession("A", "merged_into", "B", "C")],
            ("count", "A", "is merged_into 2, which needs one successor"),
        ),
        ([A, B, succession("A", "split_into", "B")], ("count", "A", "is split_into 1, which needs several successors")),
        ([agency("A", "commune", parent="H")], ("unknown", "A", "belongs to H, which nobody declared")),
        (
            [agency("A", "commune", parent="B"), agency("B", "district", parent="A")],
            ("cycle", "A", "belongs to itself:"),
        ),
    ],
)
def test_one_contradiction_is_one_finding(said: list[Observation], found: tuple[str, str, str]) -> None:
    findings = agencies(*said).findings
    assert [(one.kind, one.code) for one in findings] == [found[:2]]
    assert found[2] in findings[0].text
    assert findings[0].fact in {one.id for one in said}


@pytest.mark.parametrize("second", [CHANGE, LATER], ids=["on the same day", "later"])
def test_a_circle_is_named_whole_and_nobody_in_it_is_known(second: date) -> None:
    dimension = agencies(A, B, succession("A", "merged_into", "B"), succession("B", "merged_into", "A", on=second))
    assert [(one.kind, one.code) for one in dimension.findings] == [("cycle", "A"), ("cycle", "B")]
    assert "A → B on 2025-07-01" in dimension.findings[0].text
    assert f"B → A on {second}" in dimension.findings[0].text
    assert isinstance(dimension.as_is("A", said_on=BEGIN, report_on=date(2026, 6, 1)), NotKnown)


def test_a_longer_circle_is_found_among_many_that_are_in_order() -> None:
    codes = [f"H99.{number:03}" for number in range(300)]
    chain = [succession(one, "merged_into", to) for one, to in zip(codes[:200:2], codes[1:200:2], strict=True)]
    circle = [
        succession(one, "merged_into", to, on=date(2025, 7, 2 + day))
        for day, (one, to) in enumerate([("X", "Y"), ("Y", "Z"), ("Z", "X")])
    ]
    said = [agency(code, "commune") for code in (*codes, "X", "Y", "Z")]
    assert sorted(one.code for one in agencies(*said, *chain, *circle).findings) == ["X", "Y", "Z"]


def test_a_successor_that_nobody_declared_leaves_the_dossier_not_known() -> None:
    dimension = agencies(A, succession("A", "merged_into", "X"))
    assert dimension.as_is("A", said_on=BEGIN, report_on=LATER) == NotKnown("contradicted", ("X",))
    assert getattr(dimension.as_was("A", BEGIN), "code", None) == "A"
