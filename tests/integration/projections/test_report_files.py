"""`khop report` writes its files: each read back says what `--json` says, on a real database."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import openpyxl
from lxml import html

from services.domain.statistics.definitions.ii06a import DEFINITION as II06A
from tests.integration.projections.test_commands import FORM, Khop, khop, recorded
from tests.unit.projections.made_log import MadeLog

__all__ = ["khop", "recorded"]

COLUMNS = [cell.key for cell in II06A.cells if cell.key.isdecimal()]


def figure(text: str | None) -> int | None:
    """What stands in a table, as a number."""
    return None if text in {"–", "*", ""} else int((text or "").replace(".", ""))


async def test_three_files_say_what_the_document_says(khop: Khop, recorded: MadeLog, tmp_path: Path) -> None:
    told = await khop(*FORM, "--json")
    assert told.code == 0, told.err
    document = told.document
    files = {kind: tmp_path / f"report.{kind}" for kind in ("csv", "xlsx", "html")}
    options = [option for kind, path in files.items() for option in (f"--{kind}", str(path))]
    written = await khop(*FORM, *options, "--office", "UBND tỉnh Lạng Sơn")
    assert written.code == 0, written.err
    assert all(f"written: {path}" in written.err.replace("\n", "") for path in files.values())
    assert sorted(one.name for one in tmp_path.iterdir()) == ["report.csv", "report.html", "report.xlsx"]
    [row], total = document["rows"], document["total"]

    lines = list(csv.DictReader(files["csv"].read_text(encoding="utf-8-sig").splitlines()))
    assert [line["(agency) Đơn vị"] for line in lines] == ["H99.1", ""]
    for line, one in zip(lines, (row, total), strict=True):
        by_key = {head.partition(")")[0].removeprefix("("): text for head, text in line.items()}
        assert {cell.key: figure(by_key[cell.key]) for cell in II06A.cells} == figures(one)
        assert by_key["hash"] == document["hash"]

    sheet = openpyxl.load_workbook(files["xlsx"]).worksheets[0]
    labels = {sheet.cell(number, 2).value: number for number in range(1, sheet.max_row + 1)}
    for label, one in (("H99.1", row), ("Tổng số", total)):
        shown = [sheet.cell(labels[label], column).value for column in range(3, 14)]
        assert dict(zip(COLUMNS, shown, strict=True)) == {key: one[key] for key in COLUMNS}
    said = " ".join(str(cell.value) for line in sheet.iter_rows() for cell in line if cell.value is not None)
    assert "Đơn vị báo cáo: UBND tỉnh Lạng Sơn" in said
    assert document["hash"] in said

    page = html.document_fromstring(files["html"].read_text(encoding="utf-8"))
    shown_rows = page.xpath("//table[not(@class)]/tbody/tr")
    for line, one in zip(shown_rows, (row, total), strict=True):
        shown = [figure(cell.text_content()) for cell in line.xpath("./td")[1:]]
        assert dict(zip(COLUMNS, shown, strict=True)) == {key: one[key] for key in COLUMNS}
    # A2 alone was resolved in the two months, and late; A1, A3 and A4 are in hand.
    behind = {key: page.xpath(f"//*[@id='t-{key}']//code/text()") for key in ("10", "11")}
    assert behind == {"10": ["one-stop/A2"], "11": ["one-stop/A1", "one-stop/A3", "one-stop/A4"]}
    drawn = [title.text for title in page.xpath("//svg//title")]
    # January: A1 and A2 received, A1 resolved on its last microsecond; February: A3 and A4, and A2 late.
    assert [text for text in drawn if "/2024: " in text] == [
        *("01/2024: 2", "02/2024: 2", "01/2024: 1", "02/2024: 1", "01/2024: 100,00 %", "02/2024: 0,00 %"),
    ]
    # On 1 March 2024 A3 was 29 days old to the hour, A4 an hour less, A1 twelve and a half more.
    ages = [text for text in drawn if " ngày: " in text and not text.endswith(" 0")]
    assert ages == ["31–60 ngày: 1, quá hạn · overdue 1", "16–30 ngày: 2, quá hạn · overdue 2"] * 2

    again = await khop(*FORM, *options)
    assert (again.code, "there is a file of this name; write --force to replace it" in again.err) == (2, True)
    before = {kind: path.read_bytes() for kind, path in files.items()}
    again = await khop(*FORM, *options, "--office", "UBND tỉnh Lạng Sơn", "--force")
    assert again.code == 0, again.err
    assert {kind: path.read_bytes() for kind, path in files.items()} == before


def figures(row: dict[str, Any]) -> dict[str, Any]:
    return {cell.key: row[cell.key] for cell in II06A.cells}


async def test_one_file_may_go_to_standard_output(khop: Khop, recorded: MadeLog) -> None:
    ended = await khop(*FORM, "--csv", "-")
    assert ended.code == 0, ended.err
    assert ended.out.startswith("\ufeffLoại dòng,(agency) Đơn vị,")
    assert len(ended.out.splitlines()) == 3


async def test_what_is_published_hides_the_small_and_says_so(khop: Khop, recorded: MadeLog, tmp_path: Path) -> None:
    path = tmp_path / "open.html"
    ended = await khop(*FORM, "--publish", "--publish-below", "3", "--html", str(path), "--json")
    assert (ended.code, ended.err) == (0, "")
    document = ended.document
    assert document["identity"]["publish"] == {"below": 3}
    assert document["total"]["10"] is None
    assert "hashes" not in document["total"]
    text = path.read_text(encoding="utf-8")
    assert document["hash"] in text
    assert "one-stop/A" not in text
    vendors = await khop("report", "hv06", *FORM[2:], "--publish")
    assert (vendors.code, "they are not for publication" in vendors.err) == (1, True)


async def test_the_report_of_flows_has_no_files(khop: Khop) -> None:
    ended = await khop("report", "flow", *FORM[2:], "--csv", "-")
    assert (ended.code, "report flow has no --csv, --xlsx, --html, --force, --publish" in ended.err) == (2, True)


async def test_rows_by_month_lead_to_the_dossiers_of_their_month(khop: Khop, recorded: MadeLog, tmp_path: Path) -> None:
    """A1 was resolved in January and is in hand again in February, when A2 was resolved."""
    path = tmp_path / "report.html"
    ended = await khop(*FORM[:-2], "--by", "agency,month", "--html", str(path), "--json")
    assert ended.code == 0, ended.err
    page = html.document_fromstring(path.read_text(encoding="utf-8"))
    behind = {}
    for line in page.xpath("//table[not(@class)]/tbody/tr"):
        [name] = line.xpath("./th/text()")
        behind[name] = {
            figure.get("href").partition("-")[2]: page.xpath(f"//*[@id='{figure.get('href')[1:]}']//code/text()")
            for figure in line.xpath(".//a")
        }
    assert list(behind) == ["Tháng 01/2024", "H99.1", "Tháng 02/2024", "Tổng số"]
    assert behind["Tháng 01/2024"]["7"] == ["one-stop/A1"]
    assert behind["Tháng 02/2024"]["7"] == ["one-stop/A2"]
    assert behind["Tháng 02/2024"]["11"] == ["one-stop/A1", "one-stop/A3", "one-stop/A4"]
    assert behind["Tổng số"]["7"] == ["one-stop/A2"]
