"""Who a code was and who stands in its place: the fictitious province across 1 July 2025, and nothing is lost on it."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from random import Random

import pytest

from services.domain.agencies.agency import REASONS, Agency, NotKnown
from tests.unit.domain.agencies.province import BEGIN, CHANGE, PROVINCE, agencies, agency, succession

EVE = CHANGE - timedelta(days=1)
AUTUMN = date(2025, 9, 30)
DIMENSION = agencies(*PROVINCE)


def shown(answer: Agency | NotKnown) -> tuple[str, str] | tuple[str, tuple[str, ...]]:
    return (answer.reason, answer.candidates) if isinstance(answer, NotKnown) else (answer.code, answer.level)


def test_what_was_declared_does_not_contradict_itself() -> None:
    assert DIMENSION.findings == ()


@pytest.mark.parametrize(
    ("code", "on", "expected"),
    [
        ("H99.10", EVE, ("H99.10", "district")),
        ("H99.10", CHANGE, ("ended", ("H99",))),
        ("H99.11", EVE, ("H99.11", "district")),
        ("H99.11", CHANGE, ("ended", ("H99.31", "H99.32"))),
        ("H99.12", EVE, ("H99.12", "district")),
        ("H99.12", CHANGE, ("H99.12", "commune")),
        ("H99.13", AUTUMN, ("ended", ())),
        ("H99.31", EVE, ("not_yet", ())),
        ("H99.31", CHANGE, ("H99.31", "commune")),
        ("H99.01", AUTUMN, ("H99.01", "department")),
        ("H98", EVE, ("undeclared", ())),
        (None, EVE, ("absent", ())),
    ],
)
def test_as_was_is_the_agency_in_force_on_the_day(code: str | None, on: date, expected: object) -> None:
    assert shown(DIMENSION.as_was(code, on)) == expected


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("H99", ("H99", "province")),
        ("H99.01", ("H99.01", "department")),
        ("H99.10", ("H99", "province")),
        ("H99.11", ("split", ("H99.31", "H99.32"))),
        ("H99.12", ("H99.12", "commune")),
        ("H99.13", ("ended", ())),
        ("H99.10.01", ("H99.31", "commune")),
        ("H99.10.02", ("H99.31", "commune")),
        ("H99.11.01", ("H99.32", "commune")),
        ("H98", ("undeclared", ())),
        (None, ("absent", ())),
    ],
)
def test_as_is_follows_to_whoever_stands_there_at_the_report(code: str | None, expected: object) -> None:
    assert shown(DIMENSION.as_is(code, said_on=date(2025, 5, 5), report_on=AUTUMN)) == expected


@pytest.mark.parametrize("code", ["H99.10", "H99.11", "H99.12", "H99.10.01"])
def test_on_the_eve_of_the_change_as_is_and_as_was_agree(code: str) -> None:
    day = date(2025, 5, 5)
    assert DIMENSION.as_is(code, said_on=day, report_on=EVE) == DIMENSION.as_was(code, EVE)


def test_title_and_level_are_those_of_the_day() -> None:
    before, after = DIMENSION.as_was("H99.01", EVE), DIMENSION.as_is("H99.01", said_on=EVE, report_on=CHANGE)
    assert isinstance(before, Agency)
    assert isinstance(after, Agency)
    assert (before.title, after.title) == ("Sở Mẫu", "Sở Mẫu và Thử")


def test_a_code_that_is_used_again_for_another_agency_is_told_apart_by_when_it_was_said() -> None:
    again = date(2026, 1, 1)
    dimension = agencies(
        agency("A", "commune"),
        succession("A", "merged_into", "B"),
        agency("B", "commune"),
        agency("A", "commune", again, title="Xã mới"),
    )
    assert dimension.findings == ()
    old = dimension.as_is("A", said_on=EVE, report_on=again)
    new = dimension.as_is("A", said_on=again, report_on=again)
    assert (shown(old), shown(new)) == (("B", "commune"), ("A", "commune"))
    assert shown(dimension.as_was("A", AUTUMN)) == ("ended", ("B",))


def test_a_successor_s_code_that_is_used_again_does_not_draw_the_old_work_to_it() -> None:
    ended, again = date(2026, 1, 1), date(2026, 6, 1)
    dimension = agencies(
        *(agency(code, "commune") for code in "ABC"),
        succession("A", "merged_into", "B"),
        succession("B", "merged_into", "C", on=ended),
        agency("B", "commune", again, title="Xã mới"),
    )
    assert dimension.findings == ()
    assert shown(dimension.as_is("A", said_on=BEGIN, report_on=again)) == ("C", "commune")


def test_a_chain_is_followed_only_as_far_as_the_day_of_the_report() -> None:
    dates = [date(2020, 1, 1), date(2022, 1, 1), date(2024, 1, 1)]
    dimension = agencies(
        *(agency(code, "commune") for code in "ABCD"),
        *(succession(one, "merged_into", to, on=on) for one, to, on in zip("ABC", "BCD", dates, strict=True)),
    )
    found = [shown(dimension.as_is("A", said_on=BEGIN, report_on=on))[0] for on in [BEGIN, *dates]]
    assert found == ["A", "B", "C", "D"]


def test_candidates_of_a_split_are_those_in_force_now() -> None:
    later = date(2026, 1, 1)
    dimension = agencies(
        *PROVINCE, agency("H99.40", "commune", later), succession("H99.32", "renamed", "H99.40", on=later)
    )
    answer = dimension.as_is("H99.11", said_on=EVE, report_on=later)
    assert answer == NotKnown("split", ("H99.31", "H99.40"))


def test_nothing_appears_or_vanishes_across_the_change() -> None:
    # 2,000 dossiers accepted under the old codes, some of the split district reassigned since, as its split demands.
    rng = Random(7)
    old = ["H99", "H99.01", "H99.10", "H99.11", "H99.12", "H99.13", "H99.10.01", "H99.10.02", "H99.11.01", "H98"]
    accepted = [rng.choice(old) for _ in range(2000)]
    reassigned = [
        rng.choice(["H99.31", "H99.32"]) if one == "H99.11" and rng.random() < 0.5 else None for one in accepted
    ]
    before = Counter(accepted)
    moved = Counter(one for one in reassigned if one is not None)

    rows: Counter[tuple[str, str]] = Counter()
    not_known: Counter[str] = Counter()
    for first, then in zip(accepted, reassigned, strict=True):
        code, day = (first, EVE) if then is None else (then, CHANGE)
        answer = DIMENSION.as_is(code, said_on=day, report_on=AUTUMN)
        if isinstance(answer, NotKnown):
            not_known[answer.reason] += 1
        else:
            rows[answer.code, answer.level] += 1

    assert rows.total() + not_known.total() == 2000
    # By hand, from the drawing at the head of province.py.
    assert rows == {
        ("H99", "province"): before["H99"] + before["H99.10"],
        ("H99.01", "department"): before["H99.01"],
        ("H99.12", "commune"): before["H99.12"],
        ("H99.31", "commune"): before["H99.10.01"] + before["H99.10.02"] + moved["H99.31"],
        ("H99.32", "commune"): before["H99.11.01"] + moved["H99.32"],
    }
    assert not_known == {
        "split": before["H99.11"] - moved.total(),
        "ended": before["H99.13"],
        "undeclared": before["H98"],
    }
    assert set(not_known) <= set(REASONS)

    was = [DIMENSION.as_was(code, EVE) for code in accepted]
    assert Counter(one.code for one in was if isinstance(one, Agency)) == before - Counter({"H98": before["H98"]})
    assert [one for one in was if isinstance(one, NotKnown)] == [NotKnown("undeclared")] * before["H98"]
