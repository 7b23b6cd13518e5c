"""Every row of the flow report must come out even; one that does not is named and never passes as a figure."""

import json
import sys
from collections.abc import Mapping
from typing import Any

import pytest

from services.domain.statistics.flow import CAME, FIGURES, WENT_OR_STAYED, Figure
from services.operator import report
from services.operator.__main__ import main
from services.projections.flow_document import broken_rows

EVEN: Mapping[Figure, int] = {
    "carried_over": 1,
    "received_online": 2,
    "received_direct": 3,
    "received_channel_unknown": 4,
    "reopened": 5,
    "resolved_on_time": 6,
    "resolved_late": 1,
    "resolved_no_due_date": 1,
    "in_hand_not_due": 2,
    "in_hand_overdue": 4,
    "in_hand_no_due_date": 1,
    "voided": 9,
}
"""15 came, 15 went or stayed; what is void stands outside."""


def two_months(*, february: Mapping[Figure, int] = EVEN, totals: Mapping[Figure, int] = EVEN) -> dict[str, Any]:
    return {
        "identity": {
            "tenant": "lang-son",
            "from": "2024-01-01",
            "to": "2024-02-29",
            "zone": "Asia/Ho_Chi_Minh",
            "due": "instant",
            "position": 7,
            "by": ["month", "agency"],
        },
        "rows": [
            {"month": "2024-01", "agency": "H99.1", **EVEN},
            {"month": "2024-02", "agency": "H99.1", **february},
        ],
        "totals": dict(totals),
    }


def one_more(figure: Figure) -> dict[Figure, int]:
    return {**EVEN, figure: EVEN[figure] + 1}


def test_a_row_that_does_not_come_out_even_is_named_with_both_sums_and_so_is_the_total() -> None:
    document = two_months(february=one_more("reopened"), totals=one_more("in_hand_overdue"))
    assert broken_rows(document) == ["month 2024-02, agency H99.1: 16 against 15", "the whole period: 15 against 16"]
    assert broken_rows(two_months(february=one_more("resolved_late"))) == ["month 2024-02, agency H99.1: 15 against 16"]
    assert broken_rows(two_months()) == []


@pytest.mark.parametrize("figure", [*CAME, *WENT_OR_STAYED])
def test_no_figure_of_the_identity_may_be_off_by_one(figure: Figure) -> None:
    assert len(broken_rows(two_months(totals=one_more(figure)))) == 1


def test_only_what_is_void_stands_outside_the_identity() -> None:
    assert [figure for figure in FIGURES if not broken_rows(two_months(totals=one_more(figure)))] == ["voided"]


@pytest.mark.parametrize("form", [(), ("--json",)])
def test_the_command_shows_the_figures_names_the_row_that_is_off_and_fails(
    form: tuple[str, ...], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, err = khop_report_flow(two_months(february=one_more("reopened")), form, monkeypatch, capsys)
    assert code == 1
    assert "2024-02" in out
    assert err == (
        "khop: carried over + received + reopened is not resolved + in hand in: "
        "month 2024-02, agency H99.1: 16 against 15; "
        "these figures must not be used, please report them with the position\n"
    )


def test_the_command_has_nothing_to_say_of_figures_that_come_out_even(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, err = khop_report_flow(two_months(), ("--json",), monkeypatch, capsys)
    assert (code, err, json.loads(out)) == (0, "", two_months())


def khop_report_flow(
    document: dict[str, Any],
    form: tuple[str, ...],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> tuple[int, str, str]:
    """The command as it ends where this is what was counted: the database is asked nothing."""

    async def made(*_: Any, **__: Any) -> dict[str, Any]:
        return document

    asked = ("--tenant", "lang-son", "--from", "2024-01-01", "--to", "2024-02-29", "--by", "month,agency")
    monkeypatch.setattr(report, "_made", made)
    monkeypatch.setattr(sys, "argv", ["khop", "report", "flow", *asked, *form])
    with pytest.raises(SystemExit) as ended:
        main()
    told = capsys.readouterr()
    assert isinstance(ended.value.code, int)
    return ended.value.code, told.out, told.err
