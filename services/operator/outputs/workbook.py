"""The official form as a workbook for Excel and LibreOffice, ready to be printed on A4 and signed."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Mapping
from datetime import datetime
from io import BytesIO
from math import ceil
from typing import TYPE_CHECKING, Any, Final

from openpyxl import Workbook
from openpyxl.packaging.core import DocumentProperties
from openpyxl.xml.functions import tostring

from services.domain.statistics.definition import Definition
from services.operator.outputs.layout import beneath, columns, lines
from services.operator.outputs.paper import Paper
from services.operator.outputs.styles import add_styles
from services.operator.outputs.tables import table_of, write_figure
from services.operator.outputs.words import Titles, hidden_in, identity_line, period, readings, warnings

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

_OFFICE_COLUMNS: Final = 5
"""Over how many columns at the right the offices and the signature stand."""
_NOTES_BESIDE: Final = 12
"""From how many columns on two notes stand beside each other."""


def workbook(
    definition: Definition,
    document: Mapping[str, Any],
    *,
    titles: Titles,
    reported_by: str | None = None,
    moved: Callable[[int], None] = lambda _: None,
) -> bytes:
    """The file. The same document, titles and versions of openpyxl and zlib give the same bytes.

    `reported_by`: the office that signs; the tenant or the agency asked for if absent. `moved` hears how many rows are
    written. Raises TooLong.
    """
    book = Workbook()
    sheet = book.worksheets[0]
    # The characters that a name of a sheet must not have.
    sheet.title = "".join(letter for letter in definition.name if letter not in r"[]:*?/\ ")[:31]
    add_styles(book)
    _Form(sheet, definition, document, titles).write(reported_by, moved)
    return _sealed(book, document)


class _Form:
    """Writes the form from its top to its bottom."""

    def __init__(self, sheet: Worksheet, definition: Definition, document: Mapping[str, Any], titles: Titles) -> None:
        self._definition = definition
        self._document = document
        self._identity: Mapping[str, Any] = document["identity"]
        self._table = table_of(definition, document, columns(definition), lines(document, titles))
        widths = self._table.widths()
        self._paper = Paper(sheet, widths)
        self._right = len(widths)

    def write(self, reported_by: str | None, moved: Callable[[int], None]) -> None:
        paper = self._paper
        self._head(reported_by)
        top = paper.at + 1
        self._table.head(paper)
        bottom = paper.at
        self._table.body(paper, moved)
        end = paper.at
        self._notes()
        paper.across(identity_line(self._document), "form identity")
        self._signatures()
        paper.for_print(f"SHA-256 {self._document['hash'][:16]}…")
        if self._table.breaks:
            paper.page_by_page([*self._table.breaks, end])
        else:
            paper.as_wide_as_a_page(head=(top, bottom))

    def _head(self, reported_by: str | None) -> None:
        form, paper = self._definition.form, self._paper
        right = self._right - _OFFICE_COLUMNS + 1
        number = (
            f"Biểu số {form.number}"
            if form
            else f"Báo cáo {self._definition.name}, phiên bản {self._definition.version}"
        )
        who = reported_by or self._identity["agency"] or self._identity["tenant"]
        paper.at = 2
        paper.merged(1, 1, 2, number, "form number")
        paper.merged(2, 1, 2, form.issued.vi if form else self._definition.source, "form issued")
        paper.merged(1, right, self._right, f"Đơn vị báo cáo: {who}", "form office")
        paper.merged(2, right, self._right, "Đơn vị nhận báo cáo: ……………………", "form office")
        paper.across(self._definition.title.vi.upper(), "form title", gap=1)
        paper.across(f"Kỳ báo cáo: {period(self._identity)}", "form period")
        if form:
            paper.across(f"Đơn vị tính: {form.unit.vi}", "form unit")
        else:
            paper.at += 1

    def _notes(self) -> None:
        paper = self._paper
        paper.at += 1
        cells = beneath(self._definition)
        beside = 2 if self._right >= _NOTES_BESIDE else 1
        rows = ceil(len(cells) / beside)
        for number, cell in enumerate(cells):
            row = paper.at + 1 + number % rows
            left, figure = (1, 3) if number < rows else (5, self._right - 3)
            paper.merged(row, left, figure - 1, cell.whole_title.vi, "form note")
            write_figure(paper, row, figure, cell, self._document["total"], hidden_in(self._document), " note")
        paper.at += rows
        told = [f"{about.vi}: {how.vi}" for about, how in readings(self._definition, self._identity)]
        paper.across(f"Cách tính: {'; '.join(told)}.", "form reading")
        for warning in warnings(self._definition, self._document):
            paper.across(warning.vi, "form warning")

    def _signatures(self) -> None:
        paper = self._paper
        right = self._right - _OFFICE_COLUMNS + 1
        paper.at += 2
        paper.merged(paper.at, right, self._right, "……………, ngày …… tháng …… năm ………", "form date")
        for left_text, right_text, style in (
            ("NGƯỜI LẬP BIỂU", "THỦ TRƯỞNG ĐƠN VỊ", "form signer"),
            ("(Ký, ghi rõ họ tên)", "(Ký, đóng dấu, ghi rõ họ tên)", "form how to sign"),
        ):
            paper.at += 1
            paper.merged(paper.at, 1, 2, left_text, style)
            paper.merged(paper.at, right, self._right, right_text, style)
        paper.at += 4


def _sealed(book: Workbook, document: Mapping[str, Any]) -> bytes:
    """The saved workbook with every clock reading set to the period's closing instant: nothing depends on now."""
    drawn = BytesIO()
    book.save(drawn)
    closed = datetime.fromisoformat(document["identity"]["closes_at"]).replace(tzinfo=None)
    about = DocumentProperties(
        creator="Khớp",
        title=document["identity"]["definition"],
        identifier=document["hash"],
        created=closed,
        modified=closed,
    )
    sealed = BytesIO()
    with zipfile.ZipFile(drawn) as source, zipfile.ZipFile(sealed, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            content = tostring(about.to_tree()) if name == "docProps/core.xml" else source.read(name)
            entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            target.writestr(entry, content)
    return sealed.getvalue()
