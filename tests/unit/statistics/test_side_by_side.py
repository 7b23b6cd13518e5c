"""Who moved between two countings: against sets made by hand, and what came less what left is the difference."""

from __future__ import annotations

import random
from collections.abc import Mapping
from typing import Any

import polars as pl
import pytest

from services.domain.statistics.count import Part, total_of
from services.domain.statistics.definition import Cell, Definition, Words
from services.domain.statistics.side_by_side import Moved, behind, cells_of, moves, of_agency, strangers

CELLS = (
    Cell(key="a", title=Words("a", "a")),
    Cell(key="up", title=Words("up", "up"), given_up=True),
    Cell(key="days", title=Words("days", "days")),
    Cell(key="kinds", title=Words("kinds", "kinds"), distinct=("kind",)),
    Cell(key="share", title=Words("share", "share"), share=("a", "up")),
)
DEFINITION = Definition(
    name="test", version=1, title=Words("t", "t"), source="none", confidence="inferred", cells=CELLS,
    measure=lambda _: {},
)  # fmt: skip
Line = dict[str, Any]
AGENCIES = ("X", "Y", None)


def province(rng: random.Random, count: int) -> dict[str, Line]:
    """Random dossiers: where each is and was, and what it counts."""
    return {
        f"one-stop/{number}": {
            "agency": rng.choice(AGENCIES),
            "before_agency": rng.choice(AGENCIES),
            "#a": rng.randint(0, 1),
            "#up": rng.randint(0, 1),
            "#days": rng.choice((0, 0, 3, 400)),
            "#kinds": (kinds := rng.randint(0, 1)),
            "=kinds": rng.choice("pqr") if kinds else None,
        }
        for number in rng.sample(range(60), count)
    }


def part(dossiers: Mapping[str, Line]) -> Part:
    """As it is left of cases that were counted: only dossiers that count anywhere, each line with its end."""
    rows = [{"line": f"{line}\n", **each} for line, each in dossiers.items() if any(each[f"#{k}"] for k in KEYS)]
    frame = pl.DataFrame(rows, schema={"line": pl.String, "agency": pl.String, "before_agency": pl.String,
        "#a": pl.Int8, "#up": pl.Int8, "#days": pl.Int16, "#kinds": pl.Int8, "=kinds": pl.String})  # fmt: skip
    texts = pl.col("agency", "before_agency", "=kinds").cast(pl.Categorical)
    return Part(frame.with_columns(texts), frozenset(), not rows, ())


KEYS = ("a", "up", "days", "kinds")


def values(dossiers: Mapping[str, Line], key: str, agency: str | None) -> dict[str, int]:
    """Line → what it counts in a figure, where it does; of an agency: by where it was if the figure is of those."""
    where = "before_agency" if key == "up" else "agency"
    return {
        line: each[f"#{key}"]
        for line, each in dossiers.items()
        if each[f"#{key}"] and (agency is None or each[where] == agency)
    }


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("agency", [None, "X"])
def test_who_moved_is_what_sets_say_and_sums_to_the_difference(seed: int, agency: str | None) -> None:
    rng = random.Random(seed)
    then, now = province(rng, rng.randint(0, 40)), province(rng, rng.randint(1, 40))
    parts = {"then": [part(then)], "now": [part(now)]}
    if agency is not None:
        parts = {name: [of_agency(one, DEFINITION, agency) for one in some] for name, some in parts.items()}
    found = moves(behind(parts["then"]), behind(parts["now"]), renamed={})
    figures = {name: total_of(some, DEFINITION, by=()).total.figures for name, some in parts.items()}
    for key in KEYS:
        was, is_ = values(then, key, agency), values(now, key, agency)
        assert found[key] == Moved(
            tuple(sorted(is_.keys() - was.keys())),
            tuple(sorted(was.keys() - is_.keys())),
            tuple(sorted(line for line in was.keys() & is_.keys() if was[line] != is_[line])),
        )
        if key in {"a", "up"}:
            difference = len(found[key].came) - len(found[key].left)
            assert difference == figures["now"][key] - figures["then"][key]  # type: ignore[operator]
    assert figures["now"]["days"] == sum(values(now, "days", agency).values())


@pytest.mark.parametrize("seed", range(20))
def test_an_agency_is_counted_as_its_row_of_a_report_by_agency(seed: int) -> None:
    whole = part(province(random.Random(seed), 40))
    rows = {
        row.labels["agency"]: row.figures for row in total_of([whole], DEFINITION, by=("agency",)).rows
    }  # a row of nobody has no name
    for agency in ("X", "Y"):
        alone = total_of([of_agency(whole, DEFINITION, agency)], DEFINITION, by=())
        assert alone.total.figures == rows[agency]
    nowhere = total_of([of_agency(whole, DEFINITION, "Z")], DEFINITION, by=()).total.figures
    assert {key: nowhere[key] for key in KEYS} == dict.fromkeys(KEYS, 0)


def test_a_dossier_under_another_code_did_not_move_and_one_that_was_merged_left() -> None:
    one = {"agency": "X", "before_agency": "X", "#a": 1, "#up": 0, "#days": 2, "#kinds": 0, "=kinds": None}
    then = behind([part({"one-stop/1": one, "one-stop/2": one, "one-stop/3": one})])
    now = behind([part({"a-portal/9": one, "one-stop/3": one | {"#days": 5}})])
    assert strangers(then, now) == (["one-stop/1", "one-stop/2"], ["a-portal/9"])
    found = moves(then, now, renamed={"one-stop/1": "a-portal/9"})
    assert found["a"] == Moved((), ("one-stop/2",), ())
    assert found["days"] == Moved((), ("one-stop/2",), ("one-stop/3",))


def test_what_is_not_there_is_never_a_zero() -> None:
    now = {"a": 3, "up": 0, "days": None, "kinds": 1, "share": 33.33}
    cells = cells_of(
        DEFINITION,
        sent={"a": 5, "days": 1},
        then={**now, "a": 4, "share": 66.67},
        now=now,
        moved={"a": Moved((), ("one-stop/1",), ())},
    )
    assert cells["a"] == {
        "submitted": 5, "then": 4, "now": 3, "now_less_submitted": -2, "now_less_then": -1,
        "moved": {"came": [], "left": ["one-stop/1"], "changed": []},
    }  # fmt: skip
    assert cells["up"]["submitted"] is None
    assert (cells["days"]["submitted"], cells["days"]["now_less_submitted"]) == (1, None)
    assert (cells["share"]["now_less_then"], cells["share"]["moved"]) == (-33.34, None)
    never = cells_of(DEFINITION, sent=None, then=None, now=now, moved=None)
    assert {(each["submitted"], each["then"], each["moved"]) for each in never.values()} == {(None, None, None)}
