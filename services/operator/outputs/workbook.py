"""The official form as a workbook for Excel and LibreOffice, ready to be printed on A4 and signed."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from io import BytesIO
from math import ceil
from typing import TYPE_CHECKING, Any, Final

from openpyxl import Workbook
from openpyxl.packaging.core import DocumentProperties
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.xml.functions import tostring

from services.domain.statistics.definition import Cell, Definition
from services.operator.outputs.layout import Line, beneath, columns, headings, lines, numbers
from services.operator.outputs.styles import FIGURE_WIDTH, LABEL_WIDTH, NUMBER_WIDTH, add_styles
from services.operator.outputs.words import SUPPRESSED, Titles, identity_line, period, readings, warnings

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

ROWS_MAX: Final = 1_000_000
"""What a sheet holds is 1,048,576 rows, those of the form's head and foot among them."""
_NOT_KNOWN: Final = "–"
_LINE_HEIGHT: Final = 15.0
_LETTERS: Final = 1.15
"""Letters to a column's unit of width, which is a digit's."""
_FORMULA_BEGINS: Final = ("=", "+", "-", "@", "\t", "\r")


class TooLong(ValueError):
    """More rows than a sheet holds; its text says what to do."""


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
    if len(document["rows"]) > ROWS_MAX:
        raise TooLong(f"{len(document['rows'])} rows do not fit into a workbook; ask for fewer dimensions, or for CSV")
    book = Workbook()
    sheet = book.worksheets[0]
    # The characters that a name of a sheet must not have.
    sheet.title = "".join(letter for letter in definition.name if letter not in r"[]:*?/\ ")[:31]
    add_styles(book)
    _Form(sheet, definition, document, titles).write(reported_by, moved)
    return _sealed(book, document)


class _Form:
    """Writes the form from its top to its bottom; `at` is the last row written."""

    def __init__(self, sheet: Worksheet, definition: Definition, document: Mapping[str, Any], titles: Titles) -> None:
        self._sheet = sheet
        self._definition = definition
        self._document = document
        self._identity: Mapping[str, Any] = document["identity"]
        self._titles = titles
        self._cells: Sequence[Cell] = columns(definition)
        self._last = 2 + len(self._cells)
        self._hidden = {(tuple(one["row"].items()), one["cell"]) for one in document.get("suppressed", ())}
        self._at = 0

    def write(self, reported_by: str | None, moved: Callable[[int], None]) -> None:
        self._head(reported_by)
        top = self._at + 1
        self._headings()
        self._sheet.print_title_rows = f"{top}:{self._at}"
        self._sheet.freeze_panes = f"C{self._at + 1}"
        for number, line in enumerate(lines(self._document, self._titles), 1):
            self._line(line)
            moved(number)
        self._notes()
        self._signatures()
        self._foot()
        self._for_print()

    def _head(self, reported_by: str | None) -> None:
        form = self._definition.form
        right = max(3, self._last - 4)
        number = f"Biểu số {form.number}" if form else f"{self._definition.name} (phiên bản {self._definition.version})"
        who = reported_by or self._identity["agency"] or self._identity["tenant"]
        self._at = 2
        self._merged(1, 1, 2, number, "form number")
        issued = form.issued.vi if form else self._definition.source
        self._merged(2, 1, 2, issued, "form issued")
        self._merged(1, right, self._last, f"Đơn vị báo cáo: {who}", "form office")
        self._merged(2, right, self._last, "Đơn vị nhận báo cáo: …………………………", "form office")
        self._tall(2, issued, NUMBER_WIDTH + LABEL_WIDTH)
        self._across(self._definition.title.vi.upper(), "form title", gap=1)
        self._across(f"Kỳ báo cáo: {period(self._identity)}", "form period")
        if form:
            self._across(f"Đơn vị tính: {form.unit.vi}", "form unit")
        else:
            self._at += 1

    def _headings(self) -> None:
        found = headings(self._cells)
        top, deep = self._at + 1, 1 + max(one.bottom for one in found)
        subject = self._definition.form.subject.vi if self._definition.form else "Nội dung"
        self._block(top, 1, top + deep - 1, 1, "STT")
        self._block(top, 2, top + deep - 1, 2, subject)
        for one in found:
            self._block(top + one.top, 3 + one.left, top + one.bottom, 3 + one.right, one.words.vi)
        for line in range(deep):
            self._sheet.row_dimensions[top + line].height = _LINE_HEIGHT * _lines_needed(found, line)
        self._at += deep + 1
        for column, number in enumerate(numbers(self._cells), 1):
            self._put(self._at, column, number, "form numbers")

    def _line(self, line: Line) -> None:
        self._at += 1
        kind = "" if line.kind == "detail" else " " + line.kind
        self._put(self._at, 1, line.number, f"form ordinal{kind}")
        self._put(self._at, 2, line.label, f"form label{kind}")
        self._tall(self._at, line.label, LABEL_WIDTH)
        for column, cell in enumerate(self._cells, 3):
            self._figure(self._at, column, cell, line.figures, kind)

    def _figure(self, at: int, column: int, cell: Cell, row: Mapping[str, Any], kind: str = "") -> None:
        figure = row[cell.key]
        written = self._sheet.cell(at, column)
        written.style = f"form {'share' if isinstance(figure, float) else 'figure'}{kind}"
        if figure is not None:
            written.value = figure
        else:
            hidden = (tuple(row["row"].items()), cell.key) in self._hidden
            written.value = SUPPRESSED if hidden else _NOT_KNOWN

    def _notes(self) -> None:
        self._at += 1
        for cell in beneath(self._definition):
            self._at += 1
            words = " – ".join(one.vi for one in (*cell.group, cell.title))
            self._put(self._at, 2, words, "form note")
            self._tall(self._at, words, LABEL_WIDTH)
            self._figure(self._at, 3, cell, self._document["total"], " note")
        told = [f"{about.vi}: {how.vi}" for about, how in readings(self._definition, self._identity)]
        self._across(f"Cách tính: {'; '.join(told)}.", "form reading")
        for warning in warnings(self._definition, self._document):
            self._across(warning.vi, "form warning")

    def _signatures(self) -> None:
        self._at += 2
        right = max(3, self._last - 4)
        self._merged(self._at, right, self._last, "……………, ngày …… tháng …… năm ………", "form date")
        self._at += 1
        self._merged(self._at, 1, 2, "NGƯỜI LẬP BIỂU", "form signer")
        self._merged(self._at, right, self._last, "THỦ TRƯỞNG ĐƠN VỊ", "form signer")
        self._at += 1
        self._merged(self._at, 1, 2, "(Ký, ghi rõ họ tên)", "form how to sign")
        self._merged(self._at, right, self._last, "(Ký, đóng dấu, ghi rõ họ tên)", "form how to sign")
        self._at += 4

    def _foot(self) -> None:
        self._across(identity_line(self._document), "form identity", gap=1)

    def _for_print(self) -> None:
        sheet = self._sheet
        sheet.column_dimensions["A"].width = NUMBER_WIDTH
        sheet.column_dimensions["B"].width = LABEL_WIDTH
        for column in range(3, self._last + 1):
            sheet.column_dimensions[get_column_letter(column)].width = FIGURE_WIDTH
        sheet.page_setup.orientation = "landscape"
        sheet.page_setup.paperSize = sheet.PAPERSIZE_A4
        sheet.page_setup.fitToWidth = 1
        sheet.page_setup.fitToHeight = 0
        sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
        sheet.print_options.horizontalCentered = True
        sheet.page_margins.left = sheet.page_margins.right = 0.5
        sheet.page_margins.top = sheet.page_margins.bottom = 0.6
        foot = sheet.oddFooter
        assert foot is not None
        for part, text in ((foot.left, f"SHA-256 {self._document['hash'][:16]}…"), (foot.right, "&P/&N")):
            assert part is not None
            part.text, part.size = text, 8
        sheet.print_area = f"A1:{get_column_letter(self._last)}{self._at}"
        sheet.sheet_view.showGridLines = False

    def _across(self, text: str, style: str, *, gap: int = 0) -> None:
        self._at += 1 + gap
        self._merged(self._at, 1, self._last, text, style)
        self._tall(self._at, text, NUMBER_WIDTH + LABEL_WIDTH + FIGURE_WIDTH * len(self._cells))

    def _block(self, top: int, left: int, bottom: int, right: int, text: str) -> None:
        # Every cell of the block has its borders, or a merged one is printed without some of them.
        for row in range(top, bottom + 1):
            for column in range(left, right + 1):
                self._sheet.cell(row, column).style = "form heading"
        self._put(top, left, text, "form heading")
        if (top, left) != (bottom, right):
            self._sheet.merge_cells(start_row=top, start_column=left, end_row=bottom, end_column=right)

    def _merged(self, row: int, left: int, right: int, text: str, style: str) -> None:
        self._put(row, left, text, style)
        self._sheet.merge_cells(start_row=row, start_column=left, end_row=row, end_column=right)

    def _put(self, row: int, column: int, text: str, style: str) -> None:
        cell = self._sheet.cell(row, column, text)
        cell.style = style
        # Whatever it begins with, it is text and stays text when somebody edits it: never a formula.
        cell.data_type = "s"
        if text.startswith(_FORMULA_BEGINS):
            cell.quotePrefix = True

    def _tall(self, row: int, text: str, width: float) -> None:
        # A merged cell does not grow with its text by itself.
        needed = _LINE_HEIGHT * ceil(len(text) / (width * _LETTERS))
        was = self._sheet.row_dimensions[row].height or _LINE_HEIGHT
        if needed > was:
            self._sheet.row_dimensions[row].height = needed


def _lines_needed(found: Sequence[Any], line: int) -> int:
    alone = [one for one in found if one.top == one.bottom == line]
    return max((ceil(len(one.words.vi) / (FIGURE_WIDTH * (one.right - one.left + 1) - 1)) for one in alone), default=1)


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
