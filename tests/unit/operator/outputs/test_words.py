"""Periods are called as officials call them, and rows are numbered as on the form."""

import pytest

from services.domain.statistics.definition import Words
from services.domain.statistics.definitions.ii06a import DEFINITION as II06A
from services.operator.outputs.layout import lines
from services.operator.outputs.words import period, warnings
from tests.unit.statistics.documents import DESK_OPEN, document


@pytest.mark.parametrize(
    ("first", "last", "name"),
    [
        ("2024-02-01", "2024-02-29", "Tháng 2/2024 (Từ ngày 01/02/2024 đến ngày 29/02/2024)"),
        ("2024-10-01", "2024-12-31", "Quý IV/2024 (Từ ngày 01/10/2024 đến ngày 31/12/2024)"),
        ("2024-04-01", "2024-06-30", "Quý II/2024 (Từ ngày 01/04/2024 đến ngày 30/06/2024)"),
        ("2024-07-01", "2024-12-31", "6 tháng cuối năm 2024 (Từ ngày 01/07/2024 đến ngày 31/12/2024)"),
        ("2024-01-01", "2024-09-30", "9 tháng đầu năm 2024 (Từ ngày 01/01/2024 đến ngày 30/09/2024)"),
        ("2024-01-01", "2024-12-31", "Năm 2024 (Từ ngày 01/01/2024 đến ngày 31/12/2024)"),
        ("2023-12-15", "2024-12-14", "Từ ngày 15/12/2023 đến ngày 14/12/2024"),
        ("2024-02-01", "2024-04-30", "Từ ngày 01/02/2024 đến ngày 30/04/2024"),
    ],
)
def test_periods(first: str, last: str, name: str) -> None:
    assert period({"from": first, "to": last}) == name


def test_one_dimension_is_numbered_through() -> None:
    found = lines(document([(("H1",), DESK_OPEN), (("H2",), DESK_OPEN)], by=("agency",)), {})
    assert [(line.number, line.kind, line.label) for line in found] == [
        ("1", "detail", "H1"),
        ("2", "detail", "H2"),
        ("", "total", "Tổng số"),
    ]


def test_months_come_first_whatever_was_asked_for() -> None:
    whole = document([(("2024-05", "H1"), DESK_OPEN)], by=("month", "agency"))
    whole["identity"]["by"] = ["agency", "month"]
    assert [(line.number, line.label) for line in lines(whole, {})] == [
        ("I", "Tháng 05/2024"),
        ("1", "H1"),
        ("", "Tổng số"),
    ]


def test_one_reason_is_said_once() -> None:
    why = Words("không rõ: chưa hệ thống nào cho biết kênh", "not known")
    whole = document([((), DESK_OPEN)], by=(), unknown={"4": why, "5": why})
    assert [one.vi for one in warnings(II06A, whole)] == ["(4), (5) không rõ: chưa hệ thống nào cho biết kênh"]
