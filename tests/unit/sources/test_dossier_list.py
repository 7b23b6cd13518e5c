"""A portal's list is read whole or not at all, and what is wrong with it is said with its place."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from services.sources.bytes import FileBroken
from services.sources.dossier_list import read_list


def codes(path: Path, **options: str) -> list[str]:
    return [one.code for one in read_list(path, **options)]


def test_codes_come_in_their_order_and_as_often_as_they_are_there(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text('TT,"Mã hồ sơ",Ngày\n1," A-2 ",x\n\n2,A-1,\n3,A-2,\n', encoding="utf-8")
    assert [(one.locator, one.code) for one in read_list(path)] == [
        ("list.csv:2, column 'Mã hồ sơ'", "A-2"),
        ("list.csv:4, column 'Mã hồ sơ'", "A-1"),
        ("list.csv:5, column 'Mã hồ sơ'", "A-2"),
    ]


def test_semicolons_tabs_and_packed_files_are_lists_too(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes("TT;SoHoSo\r\n1;A-1\r\n".encode("utf-8-sig"))
    (tmp_path / "a.tsv").write_text("TT\tSoHoSo\n1\tA-1\n", encoding="utf-8")
    (tmp_path / "a.jsonl.gz").write_bytes(gzip.compress(b'{"so": 7, "id": "A-1"}\n'))
    assert codes(tmp_path / "a.csv") == codes(tmp_path / "a.tsv") == ["A-1"]
    # A number is the code as it is written.
    assert codes(tmp_path / "a.jsonl.gz", column="so") == ["7"]


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("a.csv", "Danh sách\nTT,Mã hồ sơ\n1,A-1\n", "a.csv, line 2, column 2: the header 'Mã hồ sơ' stands here"),
        ("a.csv", "TT,Mã hồ sơ\n1,\n", "a.csv:2, column 'Mã hồ sơ': has no code"),
        ("a.csv", "TT,Mã hồ sơ\n1,A-1,x\n", "a.csv:2: the line has 3 values under 2 columns"),
        ("a.csv", "TT,Mã hồ sơ,mã  HỒ sơ\n1,A-1,x\n", "'Mã hồ sơ' (column 2) and 'mã  HỒ sơ' (column 3) may both"),
        ("a.csv", "Mã hồ sơ\n" + "A" * 129 + "\n", "has 129 characters; a code has at most 128"),
        ("a.csv", "", "is empty"),
        ("a.csv", "Mã hồ sơ\n", "not one dossier"),
        ("a.jsonl", '{"code": "A-1"}\n{"cod": "A-2"}\n', "a.jsonl:2: has no 'code'; did you mean 'cod'?"),
        ("a.jsonl", '{"code": {}}\n', "a.jsonl:1, 'code': is a dict where a text or number belongs"),
        ("a.jsonl", "[1]\n", "a.jsonl:1: the line is no object with named values"),
        ("a.xlsx", "no workbook", "is no whole XLSX workbook"),
        ("a.pdf", "x", "is no list of dossiers"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(tmp_path: Path, name: str, text: str, said: str) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")
    with pytest.raises(FileBroken) as caught:
        read_list(tmp_path / name)
    assert said in str(caught.value)


def test_a_column_that_is_not_there_is_answered_with_the_nearest(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("Mã HS,Tên\nA-1,x\n", encoding="utf-8")
    with pytest.raises(FileBroken, match="no column 'Ma HS'; did you mean 'Mã HS'"):
        read_list(tmp_path / "a.csv", column="Ma HS")
    assert codes(tmp_path / "a.csv", column="mã hs") == ["A-1"]
    with pytest.raises(FileBroken, match="has no sheets"):
        read_list(tmp_path / "a.csv", sheet="X")
