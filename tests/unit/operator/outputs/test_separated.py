"""The text file is read back by csv: one row a line, codes beside titles, nothing a spreadsheet would run."""

from __future__ import annotations

import csv

from services.domain.statistics.definitions.ii06a import DEFINITION as II06A
from services.domain.statistics.publish import publish
from services.operator.outputs.separated import separated
from tests.unit.statistics.documents import DESK_OPEN, ONLINE_EARLY, ONLINE_LATE, document

TITLES = {"procedure": {"1.001": 'Cấp giấy phép "A", B'}, "field": {"land": "Đất đai"}}
WHOLE = document(
    [
        *[(("province", "land", "1.001"), ONLINE_EARLY)] * 1200,
        *[(("province", "land", "-2+3"), DESK_OPEN)] * 6,
        (("province", None, "9.9"), ONLINE_LATE),
    ]
)


def read(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(content.decode("utf-8-sig").splitlines(keepends=True)))


def test_heads_hold_keys_and_vietnamese_titles() -> None:
    content = separated(II06A, WHOLE, titles=TITLES)
    assert content.startswith(b"\xef\xbb\xbf")
    heads = list(read(content)[0])
    assert heads[:9] == [
        *("Loại dòng", "(level) Cấp", "(level) Tên cấp", "(field) Lĩnh vực", "(field) Tên lĩnh vực"),
        *("(procedure) Thủ tục", "(procedure) Tên thủ tục"),
        "(3) Số lượng hồ sơ tiếp nhận – Tổng số",
        "(4) Số lượng hồ sơ tiếp nhận – Trong kỳ – Trực tuyến",
    ]
    assert "(reopened) Xử lý lại trong kỳ" in heads


def test_each_row_says_what_it_is_and_details_add_up() -> None:
    rows = read(separated(II06A, WHOLE, titles=TITLES))
    shown = [tuple(list(row.values())[:9]) for row in rows]
    assert shown == [
        ("Tổng hợp", "province", "Cấp tỉnh", "", "", "", "", "1207", "1201"),
        ("Tổng hợp", "province", "Cấp tỉnh", "land", "Đất đai", "", "", "1206", "1200"),
        ("Chi tiết", "province", "Cấp tỉnh", "land", "Đất đai", "'-2+3", "'-2+3", "6", "0"),
        ("Chi tiết", "province", "Cấp tỉnh", "land", "Đất đai", "1.001", 'Cấp giấy phép "A", B', "1200", "1200"),
        ("Tổng hợp", "province", "Cấp tỉnh", "", "Không rõ", "", "", "1", "1"),
        ("Chi tiết", "province", "Cấp tỉnh", "", "Không rõ", "9.9", "9.9", "1", "1"),
        ("Tổng số", "", "", "", "", "", "", "1207", "1201"),
    ]
    column = "(3) Số lượng hồ sơ tiếp nhận – Tổng số"
    assert sum(int(row[column]) for row in rows if row["Loại dòng"] == "Chi tiết") == 1207


def test_what_is_not_published_is_a_star() -> None:
    rows = read(separated(II06A, publish(II06A, WHOLE), titles=TITLES))
    lost = rows[5]
    assert lost["(3) Số lượng hồ sơ tiếp nhận – Tổng số"] == "*"
    assert lost["(6) Số lượng hồ sơ tiếp nhận – Từ kỳ trước"] == "0"


def test_each_row_says_of_which_report_it_is() -> None:
    for row in read(separated(II06A, WHOLE, titles=TITLES)):
        assert list(row.values())[-5:] == ["lang-son", "2024-01-01", "2024-06-30", "1234", WHOLE["hash"]]
