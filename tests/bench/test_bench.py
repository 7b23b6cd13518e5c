"""The bench writes rows that say what they are; how fast anything is, no test asks."""

import json
from pathlib import Path

import pytest

from tests.bench.__main__ import main
from tests.bench.row import Goal, Row


def test_a_quick_run_of_one_row_writes_it_down(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "bench.json"
    assert main(["--quick", "--only", "append", "--out", str(out)]) == 0
    [row] = json.loads(out.read_text())
    assert set(row) == {"name", "value", "unit", "limit", "limit_value", "ratio", "goal", "met"}
    assert row["name"].startswith("append, batches of 1,000 events of 1 kB")
    assert row["unit"] == "events/s"
    assert row["value"] > 0
    assert row["limit_value"] > 0
    assert row["ratio"] == pytest.approx(row["value"] / row["limit_value"], abs=0.01)
    assert row["goal"] == "≥ 50,000 events/s, ≥ 0.6 × the limit"
    assert "append" in capsys.readouterr().out


def test_a_row_that_cannot_be_measured_is_named_and_the_others_go_on(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(_: object) -> list[Row]:
        raise RuntimeError("the broker is gone")

    async def fine(_: object) -> list[Row]:
        return [Row(name="fine", value=2, unit="ms", limit="peer", limit_value=1, goal=Goal(at_most=1))]

    monkeypatch.setattr("tests.bench.__main__.FAMILIES", {"broken": broken, "fine": fine})
    out = tmp_path / "bench.json"
    assert main(["--out", str(out)]) == 1
    assert [row["name"] for row in json.loads(out.read_text())] == ["fine"]
    said = capsys.readouterr().out
    assert "Not measured: broken: RuntimeError: the broker is gone" in said
    assert "Below their goals: fine" in said


@pytest.mark.parametrize(
    ("goal", "met"),
    [
        (Goal(at_least=10), True),
        (Goal(at_least=11), False),
        (Goal(at_most=10), True),
        (Goal(at_most=9), False),
        (Goal(ratio_at_least=2), True),
        (Goal(at_least=1, ratio_at_least=2.1), False),
        (Goal(above_limit_at_most=5), True),
        (Goal(at_most=300, above_limit_at_most=4), False),
    ],
)
def test_a_goal_is_met_when_all_its_bounds_hold(goal: Goal, met: bool) -> None:
    assert Row(name="-", value=10, unit="ms", limit="-", limit_value=5, goal=goal).met is met
