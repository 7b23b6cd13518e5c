"""Three figures side by side on a terminal: how they were counted is told in words, whatever stands in a code."""

from __future__ import annotations

import pytest

from services.domain.statistics.definitions.ii06a import DEFINITION as II06A
from services.domain.statistics.side_by_side import Moved, cells_of
from services.operator.compare_screen import show


def test_how_it_was_counted_is_told_and_codes_are_printed_whatever_stands_in_them(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "1000")
    now = {cell.key: 0 for cell in II06A.cells}
    moved = {"3": Moved(came=("one-stop/[/1]:x:",), left=(), changed=())}
    show(
        II06A,
        {
            "identity": {
                "tenant": "lang-son",
                "from": "2024-01-01",
                "to": "2024-01-31",
                "agency": None,
                "zone": "Asia/Ho_Chi_Minh",
                "due": "day",
                "mode": "as_is",
                "switches": {"open_supplement": "9", "withdrawn": "by_due_date"},
            },
            "submitted_before": [],
            "submitted": None,
            "submitted_otherwise": [],
            "then": None,
            "now": {"position": 7},
            "cells": cells_of(II06A, sent=None, then=now, now={**now, "3": 1}, moved=moved),
            "unknown": {},
            "not_compared": {},
        },
    )
    told = capsys.readouterr().out
    assert "Hạn trả: tính đến hết ngày hẹn trả · Due dates: the due date's day counts whole" in told
    assert "Đơn vị: theo đơn vị kế thừa đến cuối kỳ · Agencies: as they are at the end of the period" in told
    assert "Hồ sơ đang chờ bổ sung: tính vào cột 9" in told
    assert "one-stop/[/1]:x:" in told
