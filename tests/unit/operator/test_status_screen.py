"""What others wrote is shown as it is, and whole, however narrow the terminal is."""

import pytest

from services.operator.status import show

REASON = "[bold]stuck[/bold] at [/1]: " + "the portal is away " * 9


def test_reasons_and_names_are_printed_and_never_obeyed(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    process = {"name": "relay", "answers": True, "live": False, "ready": True, "lanes": [], "reasons": [REASON]}
    owed = {"subscriber": "portal[/x]", "paused": False, "owed": 3, "oldest": "2024-06-01T00:00:00Z"}
    database = {
        "ok": True,
        "tenants": {"lang-son": {"head": 9_000, "published": 8, "read_models": {"dossiers": 7}}},
        "parked": {"khop-recorder": 1},
        "quarantined": {},
        "owed": [owed],
        "gaps": {"lang-son": "[/2] of 5"},
    }
    show({"processes": [process], "database": database})
    lines = capsys.readouterr().out.splitlines()
    assert any(REASON.strip() in line and "không · no" in line for line in lines)
    assert any("lang-son" in line and "9,000" in line for line in lines)
    assert lines[-4:] == [
        "Bản ghi để riêng · parked: khop-recorder 1",
        "Chờ ánh xạ · quarantined: 0",
        "Còn phải gửi · owed: subscriber portal[/x], paused False, owed 3, oldest 2024-06-01T00:00:00Z",
        "Nhật ký đứt quãng · gap in the log: lang-son: [/2] of 5",
    ]
