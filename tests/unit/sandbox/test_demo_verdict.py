"""The demonstration is green only when every figure, every list and every row is right, and its screen says why not."""

from __future__ import annotations

import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from rich.cells import cell_len
from rich.console import Console

from deploy.local.demo import __main__ as demo
from deploy.local.demo import screen
from deploy.local.demo.summary import Result, spread

FIGURES = {"received_online": 90, "received_direct": 10, "resolved_on_time": 80, "resolved_late": 5, "in_hand": 20}
FULL: dict[str, Any] = {
    **FIGURES,
    "carried_over": 5,
    "reopened": 0,
    "in_hand_not_due": 19,
    "in_hand_overdue": 1,
    "voided": 2,
    "lists": {"resolved_late": "ab"},
}
NOTHING_UNSAID = {"received_channel_unknown": 0, "resolved_no_due_date": 0, "in_hand_no_due_date": 0}
GREEN = Result(
    profile="langson-2020",
    seed=1,
    scale=20,
    period=("2020-01-01", "2020-05-31"),
    dossiers=120,
    events=1200,
    deliveries=3000,
    seconds=2.0,
    truth=FULL,
    before={"portal": FIGURES | {"resolved_late": 3}, "national": FIGURES | {"resolved_late": 9}, "ioc": FIGURES},
    khop=FULL | NOTHING_UNSAID,
    after={"portal": FIGURES, "national": FIGURES, "ioc": FIGURES},
    wrong_before=7,
    wrong_after=0,
    example={"code": "H99.10-200301-0001", "shown": {"national": {"ended": [0, 1583020800]}}},
    why="quan sát · observed",
)


def printed(result: Result) -> str:
    console = Console(width=150, file=StringIO())
    screen.show(console, result)
    assert isinstance(console.file, StringIO)
    return console.file.getvalue()


def test_it_is_green_when_all_agree_and_equal_the_truth() -> None:
    assert GREEN.equal
    assert "all agree and equal the truth" in printed(GREEN)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"khop": GREEN.khop | {"resolved_late": 6}}, "Khớp: resolved_late 6, truth 5"),
        ({"khop": GREEN.khop | {"voided": 0}}, "Khớp: voided 0, truth 2"),
        ({"khop": GREEN.khop | {"resolved_no_due_date": 1}}, "Khớp: resolved_no_due_date 1, truth 0"),
        (
            {"khop": GREEN.khop | {"lists": {"resolved_late": "cd"}}},
            "Khớp: resolved_late counts other dossiers than the truth, list cd",
        ),
        ({"after": GREEN.after | {"ioc": FIGURES | {"in_hand": 21}}}, "ioc: in_hand 21, truth 20"),
        ({"wrong_after": 1}, "1 rows of the portals differ from the truth"),
    ],
)
def test_it_is_red_and_says_why(changed: dict[str, Any], said: str) -> None:
    red = replace(GREEN, **changed)
    assert not red.equal
    assert red.differing == [said]
    assert said in printed(red)
    assert "all agree" not in printed(red)


@pytest.mark.parametrize(("result", "status"), [(GREEN, 0), (replace(GREEN, wrong_after=1), 1)], ids=["green", "red"])
def test_the_command_ends_with_the_verdict(
    result: Result, status: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    @asynccontextmanager
    async def stage(*_: object, **__: object) -> AsyncIterator[None]:
        yield

    async def perform(*_: object, **__: object) -> Result:
        return result

    monkeypatch.setattr(demo, "stage", stage)
    monkeypatch.setattr(demo, "perform", perform)
    monkeypatch.setattr(sys, "argv", ["demo", "--home", str(tmp_path)])
    assert demo.main() == status
    assert json.loads((tmp_path / "summary.json").read_text())["equal"] is (status == 0)
    assert ("all agree and equal the truth" in capsys.readouterr().out) is (status == 0)


def test_how_far_apart_the_portals_were_is_the_widest_difference() -> None:
    assert spread(GREEN.before) == {**dict.fromkeys(FIGURES, 0), "resolved_late": 6}


def test_it_fits_into_eighty_columns() -> None:
    console = Console(width=80, file=StringIO())
    screen.show(console, GREEN)
    assert isinstance(console.file, StringIO)
    lines = console.file.getvalue().splitlines()
    assert max(map(cell_len, lines)) <= 80
    assert any(line.split() == ["Sự", "thật", "·", "truth", "90", "10", "80", "5", "20"] for line in lines)


def test_the_screen_shows_a_wrong_dossier_with_what_was_shown_and_what_is_true() -> None:
    text = printed(GREEN)
    assert "kết thúc·ended ∅ ≠ 2020-03-01 07:00" in text
    assert "khop why H99.10-200301-0001" in text
    assert "quan sát · observed" in text
