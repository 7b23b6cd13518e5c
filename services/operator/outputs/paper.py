"""One sheet of a workbook, written from its top to its bottom as text on paper is."""

from __future__ import annotations

from itertools import pairwise
from math import ceil
from typing import TYPE_CHECKING, Final

from openpyxl.utils import get_column_letter
from openpyxl.worksheet.pagebreak import Break
from openpyxl.worksheet.properties import PageSetupProperties

from services.operator.outputs.words import FORMULA_BEGINS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from openpyxl.worksheet.worksheet import Worksheet

LINE_HEIGHT: Final = 15.0
_LETTERS: Final = 1.15
"""Letters to a column's unit of width, which is a digit's."""
_POINTS_TO_A_UNIT: Final = 6.4
"""As LibreOffice draws them without the typeface that Excel measures by; Excel's are 5.5."""
_MARGIN_SIDE_IN, _MARGIN_TOP_IN = 0.5, 0.6
_LONG_SIDE_PT, _SHORT_SIDE_PT = 842.0, 595.0
_SQUEEZED: Final = 1.25
"""How many pages are still printed as one; what is smaller cannot be read."""


class Paper:
    """A sheet of columns of these widths; `at` is the last row written."""

    def __init__(self, sheet: Worksheet, widths: Sequence[float]) -> None:
        self.sheet = sheet
        self.at = 0
        self.last = len(widths)
        self._widths = widths
        for column, width in enumerate(widths, 1):
            sheet.column_dimensions[get_column_letter(column)].width = width

    def put(self, row: int, column: int, text: str, style: str) -> None:
        """Write text, which stays text."""
        cell = self.sheet.cell(row, column, text)
        cell.style = style
        # Whatever it begins with, it is text and stays text when somebody edits it: never a formula.
        cell.data_type = "s"
        if text.startswith(FORMULA_BEGINS):
            cell.quotePrefix = True

    def merged(self, row: int, left: int, right: int, text: str, style: str) -> None:
        """Write text over several columns of one row, which grows with it."""
        self.put(row, left, text, style)
        if left < right:
            self.sheet.merge_cells(start_row=row, start_column=left, end_row=row, end_column=right)
        self.tall(row, text, left, right)

    def across(self, text: str, style: str, *, gap: int = 0) -> None:
        """Write text over the whole next row, `gap` rows further down."""
        self.at += 1 + gap
        self.merged(self.at, 1, self.last, text, style)

    def block(self, top: int, left: int, bottom: int, right: int, text: str, style: str) -> None:
        """Write text over a block of cells."""
        # Every cell of the block has its borders, or a merged one is printed without some of them.
        for row in range(top, bottom + 1):
            for column in range(left, right + 1):
                self.sheet.cell(row, column).style = style
        self.put(top, left, text, style)
        if (top, left) != (bottom, right):
            self.sheet.merge_cells(start_row=top, start_column=left, end_row=bottom, end_column=right)

    def tall(self, row: int, text: str, left: int, right: int) -> None:
        """Make a row high enough for text over these columns: a merged cell does not grow with it by itself."""
        needed = LINE_HEIGHT * self.lines_of(text, left, right)
        if needed > (self.sheet.row_dimensions[row].height or LINE_HEIGHT):
            self.sheet.row_dimensions[row].height = needed

    def lines_of(self, text: str, left: int, right: int) -> int:
        """How many lines text takes over these columns."""
        return ceil(len(text) / (sum(self._widths[left - 1 : right]) * _LETTERS - 1))

    def for_print(self, foot: str) -> None:
        """A4, upright if the columns are few, with a line at the foot of every page."""
        sheet = self.sheet
        sheet.page_setup.orientation = "portrait" if self._upright() else "landscape"
        sheet.page_setup.paperSize = sheet.PAPERSIZE_A4
        sheet.print_options.horizontalCentered = True
        sheet.page_margins.left = sheet.page_margins.right = _MARGIN_SIDE_IN
        sheet.page_margins.top = sheet.page_margins.bottom = _MARGIN_TOP_IN
        footer = sheet.oddFooter
        assert footer is not None
        for part, text in ((footer.left, foot), (footer.right, "&P/&N")):
            assert part is not None
            part.text, part.size = text, 8
        sheet.print_area = f"A1:{get_column_letter(self.last)}{self.at}"
        sheet.sheet_view.showGridLines = False

    def as_wide_as_a_page(self, *, head: tuple[int, int]) -> None:
        """The rows of the head again on every page; what is a little longer than a page is one."""
        self.sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
        self.sheet.page_setup.fitToWidth = 1
        self.sheet.page_setup.fitToHeight = 1 if self._pages() <= _SQUEEZED else 0
        self.sheet.print_title_rows = f"{head[0]}:{head[1]}"
        self.sheet.freeze_panes = f"C{head[1] + 1}"

    def page_by_page(self, ends: Sequence[int]) -> None:
        """Upright pages that end with these rows, all of one scale so that each has its rows; the rest after them."""
        self.sheet.page_setup.orientation = "portrait"
        room = _LONG_SIDE_PT - 2 * 72 * _MARGIN_TOP_IN
        wide = sum(self._widths) * _POINTS_TO_A_UNIT
        tallest = max(self._height(first + 1, last) for first, last in pairwise((0, *ends)))
        scale = min(1.0, (_SHORT_SIDE_PT - 2 * 72 * _MARGIN_SIDE_IN) / wide, room / tallest)
        # Rounding, and programs that make a row a little higher, must not push the last row to a page of its own.
        self.sheet.page_setup.scale = int(scale * 97)
        for end in ends[:-1]:
            self.sheet.row_breaks.append(Break(id=end))

    def _upright(self) -> bool:
        return sum(self._widths) * _POINTS_TO_A_UNIT < _LONG_SIDE_PT * 0.9

    def _height(self, first: int, last: int) -> float:
        return sum(self.sheet.row_dimensions[row].height or LINE_HEIGHT for row in range(first, last + 1))

    def _pages(self) -> float:
        across, down = (_SHORT_SIDE_PT, _LONG_SIDE_PT) if self._upright() else (_LONG_SIDE_PT, _SHORT_SIDE_PT)
        wide = sum(self._widths) * _POINTS_TO_A_UNIT
        scale = min(1.0, (across - 2 * 72 * _MARGIN_SIDE_IN) / wide)
        return self._height(1, self.at) * scale / (down - 2 * 72 * _MARGIN_TOP_IN)
