"""The report on a screen of 80 columns: every figure is there in full, and every column is explained."""

from typing import Any

import pytest

from services.domain.statistics.flow import FIGURES
from services.operator.flow_screen import show


def report(rows: int) -> dict[str, Any]:
    """Figures of a large province, each different; nothing was reopened or voided."""
    never = {"reopened": 0, "voided": 0}
    figures = [
        {name: 100_000 + 1_000 * month + number for number, name in enumerate(FIGURES)} | never
        for month in range(rows + 1)
    ]
    return {
        "identity": {
            "tenant": "lang-son",
            "from": "2024-01-01",
            "to": "2024-12-31",
            "zone": "Asia/Ho_Chi_Minh",
            "due": "instant",
            "position": 7,
            "by": ["month"],
        },
        "rows": [{"month": f"2024-{month:02}", **figures[month]} for month in range(1, rows + 1)],
        "totals": figures[0],
    }


def as_officials(figure: int) -> str:
    """Vietnamese: points between thousands, where a comma would begin the decimals."""
    return f"{figure // 1000}.{figure % 1000:03}" if figure >= 1000 else str(figure)


@pytest.mark.parametrize("rows", [3, 4, 12])
def test_no_figure_is_cut_short(rows: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    document = report(rows)
    show(document)
    shown = capsys.readouterr().out
    assert "…" not in shown
    for row in (*document["rows"], document["totals"]):
        assert all(as_officials(row[name]) in shown for name in FIGURES)
    for month in range(1, rows + 1):
        assert f"2024-{month:02}" in shown


def test_many_rows_number_their_columns_and_leave_out_those_that_are_all_zero(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    show(report(12))
    shown = capsys.readouterr().out.splitlines()
    assert "(1) Kỳ trước chuyển qua · carried over" in shown
    assert "(5) Giải quyết trước và đúng hạn · resolved on time" in shown
    [nothing] = [line for line in shown if line.startswith("0 ở mọi dòng · 0 in every row:")]
    assert "Xử lý lại · reopened" in nothing
    [january] = [line.split() for line in shown if line.lstrip().startswith("2024-01")]
    assert january == ["2024-01", *(as_officials(101_000 + at) for at, name in enumerate(FIGURES) if name not in NEVER)]


NEVER = ("reopened", "voided")


@pytest.mark.parametrize("rows", [3, 4])
def test_codes_are_printed_whatever_stands_in_them(rows: int, capsys: pytest.CaptureFixture[str]) -> None:
    document = report(rows)
    document["rows"][1]["month"] = "[/1]:x:"
    show(document)
    assert "[/1]:x:" in capsys.readouterr().out
