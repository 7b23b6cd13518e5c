"""The workbook is read back as a person's program would: the form's own words, merged headings, numbers as numbers."""

from __future__ import annotations

import zipfile
from io import BytesIO
from typing import Any

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from services.domain.statistics.count import Breach, Counted, Row
from services.domain.statistics.definition import Words
from services.domain.statistics.definitions.four_figures import DEFINITION as FOUR
from services.domain.statistics.definitions.ii06a import DEFINITION as II06A
from services.domain.statistics.definitions.index766 import DEFINITION as I766
from services.domain.statistics.publish import publish
from services.operator.outputs import tables as module
from services.operator.outputs.tables import TooLong
from services.operator.outputs.workbook import workbook
from tests.unit.statistics.documents import (
    CARRIED_ON_TIME,
    DESK_OPEN,
    ONLINE_EARLY,
    ONLINE_LATE,
    REOPENED_OPEN,
    Dossier,
    document,
    made,
)

TITLES = {"procedure": {"1.001": "Cấp giấy phép xây dựng"}, "field": {"land": "Đất đai"}}
PROVINCE, COMMUNE = ("province", "land", "1.001"), ("commune", "land", "=1+1")
DOSSIERS: list[Dossier] = [
    *[(PROVINCE, ONLINE_EARLY)] * 1200,
    *[(PROVINCE, CARRIED_ON_TIME)] * 34,
    *[(("province", "land", "1.002"), DESK_OPEN)] * 7,
    *[(("province", None, "9.9"), ONLINE_LATE)] * 2,
    *[(COMMUNE, DESK_OPEN)] * 5,
    (COMMUNE, REOPENED_OPEN),
]


def opened(whole: dict[str, Any], **more: Any) -> Worksheet:
    definition = FOUR if whole["identity"]["definition"] == "four-figures" else II06A
    return openpyxl.load_workbook(BytesIO(workbook(definition, whole, titles=TITLES, **more))).worksheets[0]


def row_of(sheet: Worksheet, text: str, column: int = 2) -> int:
    [found] = [row for row in range(1, sheet.max_row + 1) if sheet.cell(row, column).value == text]
    return found


def words(sheet: Worksheet) -> list[str]:
    return [str(cell.value) for row in sheet.iter_rows() for cell in row if cell.value is not None]


def test_the_head_says_form_office_period_and_unit() -> None:
    sheet = opened(document(DOSSIERS), reported_by="UBND tỉnh Lạng Sơn")
    assert sheet["A1"].value == "Biểu số II.06a/VPCP/KSTT"
    assert sheet["A2"].value == "Ban hành theo Thông tư số 01/2020/TT-VPCP ngày 21/10/2020"
    said = words(sheet)
    assert "Đơn vị báo cáo: UBND tỉnh Lạng Sơn" in said
    assert "TÌNH HÌNH, KẾT QUẢ GIẢI QUYẾT TTHC TẠI CƠ QUAN, ĐƠN VỊ TRỰC TIẾP GIẢI QUYẾT TTHC" in said
    assert "Kỳ báo cáo: 6 tháng đầu năm 2024 (Từ ngày 01/01/2024 đến ngày 30/06/2024)" in said
    assert "Đơn vị tính: Số hồ sơ TTHC" in said


def test_the_headings_are_merged_as_on_the_form() -> None:
    """Rows 7 to 9: three groups, under the first a group of two; STT and what has no group of two reach down."""
    sheet = opened(document(DOSSIERS))
    top = row_of(sheet, "STT", 1)
    spans = {str(one) for one in sheet.merged_cells.ranges}
    expected = {
        f"A{top}:A{top + 2}": "STT",
        f"B{top}:B{top + 2}": "Lĩnh vực, công việc giải quyết theo cấp",
        f"C{top}:F{top}": "Số lượng hồ sơ tiếp nhận",
        f"C{top + 1}:C{top + 2}": "Tổng số",
        f"D{top + 1}:E{top + 1}": "Trong kỳ",
        f"F{top + 1}:F{top + 2}": "Từ kỳ trước",
        f"G{top}:J{top}": "Số lượng hồ sơ đã giải quyết",
        f"J{top + 1}:J{top + 2}": "Quá hạn",
        f"K{top}:M{top}": "Số lượng hồ sơ đang giải quyết",
        f"M{top + 1}:M{top + 2}": "Quá hạn",
    }
    assert set(expected) <= spans
    assert {span: sheet[span.split(":")[0]].value for span in expected} == expected
    assert [sheet.cell(top + 2, column).value for column in (4, 5)] == ["Trực tuyến", "Trực tiếp, dịch vụ bưu chính"]
    assert [sheet.cell(top + 3, column).value for column in range(1, 14)] == [f"({n})" for n in range(1, 14)]
    assert sheet.print_title_rows == f"${top}:${top + 3}"


def test_rows_are_numbered_named_and_hold_numbers() -> None:
    """Columns 3, 4, 6, 7, 8, 9, 11, added up on paper."""
    sheet = opened(document(DOSSIERS))
    first = row_of(sheet, "(1)", 1) + 1
    shown = [
        tuple(sheet.cell(row, column).value for column in (1, 2, 3, 4, 6, 7, 8, 9, 11))
        for row in range(first, row_of(sheet, "Tổng số") + 1)
    ]
    assert shown == [
        ("I", "Cấp xã", 5, 0, 0, 0, 0, 0, 6),
        ("1", "Đất đai", 5, 0, 0, 0, 0, 0, 6),
        ("1.1", "=1+1", 5, 0, 0, 0, 0, 0, 6),
        ("II", "Cấp tỉnh", 1243, 1202, 34, 1236, 1200, 34, 7),
        ("1", "Đất đai", 1241, 1200, 34, 1234, 1200, 34, 7),
        ("1.1", "Cấp giấy phép xây dựng", 1234, 1200, 34, 1234, 1200, 34, 0),
        ("1.2", "1.002", 7, 0, 0, 0, 0, 0, 7),
        ("2", "Không rõ", 2, 2, 0, 2, 0, 0, 0),
        ("2.1", "9.9", 2, 2, 0, 2, 0, 0, 0),
        (None, "Tổng số", 1248, 1202, 34, 1236, 1200, 34, 13),
    ]
    total = sheet.cell(row_of(sheet, "Tổng số"), 3)
    assert (total.data_type, total.number_format) == ("n", "[$-42A]#,##0_);[$-42A]-#,##0_);[$-42A]0_);@_)")


def test_no_label_is_a_formula() -> None:
    sheet = opened(document(DOSSIERS))
    cell = sheet.cell(row_of(sheet, "=1+1"), 2)
    assert cell.data_type == "s"
    assert cell.quotePrefix


def test_lines_beneath_readings_and_warnings_are_under_the_table() -> None:
    breach = Breach("3 = 4 + 5 + 6", 2, ("one-stop/H-1",))
    unknown = {"4": Words("không rõ: chưa hệ thống nào cho biết kênh", "not known")}
    sheet = opened(document(DOSSIERS, breaches=(breach,), unknown=unknown))
    assert sheet.cell(row_of(sheet, "Xử lý lại trong kỳ", 1), 3).value == 1
    said = " ".join(words(sheet))
    assert "Hồ sơ đang chờ bổ sung: tính vào cột 12 (đang giải quyết, trong hạn)" in said
    assert "KHÔNG ĐƯỢC SỬ DỤNG: đẳng thức 3 = 4 + 5 + 6 không đúng ở 2 hồ sơ" in said
    assert "(4) không rõ: chưa hệ thống nào cho biết kênh" in said
    assert "NGƯỜI LẬP BIỂU" in said
    assert "THỦ TRƯỞNG ĐƠN VỊ" in said
    assert f"SHA-256 {document(DOSSIERS, breaches=(breach,), unknown=unknown)['hash']}" in said


def test_it_prints_on_a4_landscape_one_page_wide() -> None:
    sheet = opened(document(DOSSIERS))
    assert (sheet.page_setup.orientation, int(sheet.page_setup.paperSize)) == ("landscape", 9)
    assert sheet.sheet_properties.pageSetUpPr.fitToPage
    assert (sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight) == (1, 1)
    many = [*DOSSIERS, *(((level, "trade", str(one)), DESK_OPEN) for level in "ab" for one in range(40))]
    sheet = opened(document(many))
    assert (sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight) == (1, 0)


def test_more_cells_than_a_page_is_wide_are_printed_down_with_the_rows_beside_one_another() -> None:
    """The total and 11 agencies are 12 columns: six beside one another, six on the next page."""
    figures: dict[str, Any] = dict.fromkeys((cell.key for cell in I766.cells), 0)
    rows = tuple(Row({"agency": f"H{number}"}, figures | {"1.4.received": number}, {}) for number in range(10, 21))
    whole = made(
        I766, Counted(rows, Row({}, figures | {"1.4.received": 165, "2.1.rate": 98.5}, {}), {}, ()), by=("agency",)
    )
    sheet = openpyxl.load_workbook(BytesIO(workbook(I766, whole, titles={}))).worksheets[0]
    heads = [row for row in range(1, sheet.max_row + 1) if sheet.cell(row, 1).value == "STT"]
    shown = [[sheet.cell(row, column).value for column in range(2, 9)] for row in heads]
    assert shown == [
        ["Chỉ tiêu", "Tổng số", "H10", "H11", "H12", "H13", "H14"],
        ["Chỉ tiêu", "H15", "H16", "H17", "H18", "H19", "H20"],
    ]
    assert [sheet.cell(heads[1] + 1, column).value for column in range(1, 6)] == ["(1)", "(2)", "(9)", "(10)", "(11)"]
    names = [sheet.cell(row, 2).value for row in range(1, sheet.max_row + 1)]
    index, again = (at for at, name in enumerate(names, 1) if name == "2.1 Tiến độ giải quyết")
    assert (sheet.cell(index, 1).value, sheet.cell(again, 1).value) == ("II", "II")
    received, beneath = (at for at, name in enumerate(names, 1) if name == "Tiếp nhận trong kỳ theo Khớp")
    assert [sheet.cell(received, column).value for column in range(3, 6)] == [165, 10, 11]
    assert [sheet.cell(beneath, column).value for column in range(3, 6)] == [15, 16, 17]
    assert sheet.cell(index + 3, 3).value == 98.5
    assert sheet.cell(index + 3, 3).number_format.startswith("[$-42A]#,##0.00")
    assert [one.id for one in sheet.row_breaks.brk] == [heads[1] - 1]
    assert (sheet.page_setup.orientation, sheet.page_setup.fitToWidth) == ("portrait", None)


def test_a_character_that_no_workbook_holds_is_marked() -> None:
    assert row_of(opened(document([(("province", "land", "1\x00.1"), DESK_OPEN)])), "1\ufffd.1")


def test_a_definition_without_a_form_and_without_rows() -> None:
    """Two decimals for shares; the columns are numbered through."""
    shares = {"online_share": ("received_online", "received"), "in_time_share": ("resolved_in_time", "resolved")}
    dossiers = [*[((), "received received_online")] * 2, ((), "received")]
    sheet = opened(document(dossiers, by=(), definition=FOUR, shares=shares))
    total = row_of(sheet, "Tổng số")
    assert [sheet.cell(total, column).value for column in range(3, 10)] == [3, 2, 66.67, 0, 0, "–", 0]
    assert sheet.cell(total, 5).number_format.startswith("[$-42A]#,##0.00_)")
    assert [sheet.cell(total - 1, column).value for column in range(1, 10)] == [f"({n})" for n in range(1, 10)]


def test_what_is_not_published_is_a_star() -> None:
    sheet = opened(publish(II06A, document(DOSSIERS)))
    assert sheet.cell(row_of(sheet, "9.9"), 3).value == "*"
    assert any(said.startswith("* không công bố: số liệu từ 1 đến 4") for said in words(sheet))


def test_the_same_document_gives_the_same_bytes() -> None:
    """No reading of the clock is in them: the only times are the archive's zero and the period's closing instant."""
    whole = document(DOSSIERS)
    once = workbook(II06A, whole, titles=TITLES)
    assert workbook(II06A, whole, titles=TITLES) == once
    with zipfile.ZipFile(BytesIO(once)) as archive:
        assert {one.date_time for one in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        about = archive.read("docProps/core.xml").decode()
    assert about.count("2024-06-30T17:00:00Z") == 2
    assert whole["hash"] in about


def test_more_rows_than_a_sheet_holds_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "ROWS_MAX", 1)
    figures = {cell.key: 0 for cell in II06A.cells}
    rows = tuple(Row({"agency": name}, figures, {}) for name in ("H1", "H2"))
    whole = made(II06A, Counted(rows, Row({}, figures, {}), {}, ()), by=("agency",))
    with pytest.raises(TooLong, match="2 rows do not fit"):
        workbook(II06A, whole, titles={})
