"""What must be said with the figures is said on the terminal too, in the words that stand on paper."""

from __future__ import annotations

from typing import Any

import pytest

from services.domain.statistics.definition import Definition
from services.domain.statistics.definitions.hv06 import DEFINITION as HV06
from services.domain.statistics.definitions.ii06a import DEFINITION as II06A
from services.domain.statistics.publish import publish
from services.domain.statistics.registry import all_definitions
from services.operator.report_screen import show, show_definitions, told
from tests.unit.statistics.documents import DESK_OPEN, ONLINE_EARLY, document


@pytest.fixture
def screen(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Any:
    monkeypatch.setenv("COLUMNS", "1000")

    def shown(definition: Definition, whole: dict[str, Any]) -> list[str]:
        show(definition, whole)
        return capsys.readouterr().out.splitlines()

    return shown


def test_the_agency_of_a_report_is_named(screen: Any) -> None:
    whole = document([((), DESK_OPEN)], by=())
    assert not any("lang-son, đơn vị" in line for line in screen(II06A, whole))
    whole["identity"]["agency"] = "H99.10"
    assert any(line.startswith("lang-son, đơn vị · agency H99.10, 2024-01-01 – ") for line in screen(II06A, whole))


def test_dossiers_without_a_place_are_told(screen: Any) -> None:
    whole = document([((), DESK_OPEN)], by=())
    why = {"vi": "đã tách, chưa phân lại hồ sơ", "en": "was split, dossiers not reassigned"}
    whole["unseated"] = [{"agency": "H99.10", "why": why, "candidates": ["H1", "H2"], "dossiers": 1007}]
    assert (
        "! Đơn vị H99.10: đã tách, chưa phân lại hồ sơ: 1.007 (có thể thuộc H1, H2) · agency H99.10: was split, "
        "dossiers not reassigned: 1.007 (may belong to H1, H2)" in screen(II06A, whole)
    )


def test_a_figure_that_is_not_published_is_a_star_and_one_that_is_not_known_a_dash(screen: Any) -> None:
    whole = document([((agency,), ONLINE_EARLY) for agency in ("H1", "H2") for _ in range(3)], by=("agency",))
    whole["total"]["13"] = None
    lines = screen(II06A, {**publish(II06A, whole), "unknown": {"13": {"vi": "không rõ", "en": "not known"}}})
    [row] = [line.split() for line in lines if line.lstrip().startswith("H1 ")]
    assert row[1:3] == ["*", "*"]
    [total] = [line.split() for line in lines if line.lstrip().startswith("Tổng số ")]
    assert total[2 + 10] == "–"
    assert any(line.startswith("! * không công bố") for line in lines)


def test_only_the_bugs_that_act_are_named(screen: Any) -> None:
    whole = document([((), DESK_OPEN)], by=(), definition=HV06)
    whole["identity"]["switches"] = {switch.name: switch.default for switch in HV06.switches}
    lines = screen(HV06, whole)
    for bug in HV06.known_bugs:
        assert any(bug.vi in line for line in lines) == (bug.only is None)
    whole["identity"]["switches"]["server_zone"] = "UTC"
    assert any("! máy chủ đặt giờ UTC" in line for line in screen(HV06, whole))


def test_months_stand_first_as_they_do_on_paper(screen: Any) -> None:
    whole = document([(("2024-05", "H1"), DESK_OPEN)], by=("month", "agency"))
    whole["identity"]["by"] = ["agency", "month"]
    [head] = [line.split() for line in screen(II06A, whole) if line.lstrip().startswith("Tháng ")]
    assert head == ["Tháng", "Đơn", "vị"]


def test_figures_are_written_as_on_paper() -> None:
    assert [told(figure) for figure in (1234, 98.5, 98.0, 0, None)] == ["1.234", "98,50", "98,00", "0", "–"]


def test_no_source_is_cut_short(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    show_definitions([versions[-1] for versions in all_definitions().values()])
    assert "…" not in capsys.readouterr().out


def test_codes_are_printed_whatever_stands_in_them(screen: Any) -> None:
    # What a terminal library would take for its own markup, or for a picture.
    odd = ("[/1] Phòng", "[bold]H2", "H3:x:")
    lines = "\n".join(screen(II06A, document([((code,), DESK_OPEN) for code in odd], by=("agency",))))
    assert all(code in lines for code in odd)
