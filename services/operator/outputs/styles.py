"""How the form looks in a workbook: one named style for each kind of cell."""

from __future__ import annotations

from typing import Final

from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, NamedStyle, PatternFill, Side

NUMBER_WIDTH: Final = 7.0
LABEL_WIDTH: Final = 46.0
UPRIGHT_LABEL_WIDTH: Final = 50.0
FIGURE_WIDTH: Final = 11.0
"""Widths of columns, in characters."""

_FONT: Final = "Times New Roman"
"""The typeface that NĐ 30/2020/NĐ-CP asks of administrative documents."""
# Vietnamese: a dot between thousands, a comma before decimals. `_)` keeps figures, and the signs in their place, off
# the border; an indent would do it in Excel alone.
_COUNT: Final = "[$-42A]#,##0_);[$-42A]-#,##0_);[$-42A]0_);@_)"
_SHARE: Final = "[$-42A]#,##0.00_);[$-42A]-#,##0.00_);[$-42A]0.00_);@_)"
_THIN: Final = Side(style="thin", color="FF000000")
_BOX: Final = Border(left=_THIN, right=_THIN, top=_THIN, bottom=_THIN)
_NO_BOX: Final = Border()
_SHADES: Final = {"": None, " consolidated": "FFF2F2F2", " total": "FFE2E2E2"}


def add_styles(book: Workbook) -> None:
    """Add them; their names begin with `form`."""
    for kind, shade in _SHADES.items():
        bold = bool(kind)
        _add(book, f"form ordinal{kind}", "center", bold=bold, box=True, shade=shade)
        _add(book, f"form label{kind}", "left", bold=bold, box=True, shade=shade)
        _add(book, f"form figure{kind}", "right", bold=bold, box=True, shade=shade, number=_COUNT)
        _add(book, f"form share{kind}", "right", bold=bold, box=True, shade=shade, number=_SHARE)
    _add(book, "form heading", "center", bold=True, box=True)
    _add(book, "form numbers", "center", italic=True, box=True, size=9)
    _add(book, "form number", "left", bold=True)
    _add(book, "form issued", "left", size=10)
    _add(book, "form office", "left")
    _add(book, "form title", "center", bold=True, size=14)
    _add(book, "form period", "center")
    _add(book, "form unit", "right", italic=True)
    _add(book, "form note", "left", size=10)
    _add(book, "form figure note", "right", size=10, number=_COUNT)
    _add(book, "form share note", "right", size=10, number=_SHARE)
    _add(book, "form reading", "left", italic=True, size=10)
    _add(book, "form warning", "left", bold=True, size=10)
    _add(book, "form date", "center", italic=True)
    _add(book, "form signer", "center", bold=True)
    _add(book, "form how to sign", "center", italic=True, size=10)
    _add(book, "form identity", "left", size=7)


def _add(
    book: Workbook,
    name: str,
    side: str,
    *,
    bold: bool = False,
    italic: bool = False,
    size: int = 11,
    box: bool = False,
    shade: str | None = None,
    number: str = "General",
) -> None:
    style = NamedStyle(
        name,
        font=Font(_FONT, size, bold=bold, italic=italic),
        alignment=Alignment(
            horizontal=side, vertical="center", wrap_text=side != "right", indent=int(box and side == "left")
        ),
        border=_BOX if box else _NO_BOX,
        number_format=number,
    )
    if shade:
        style.fill = PatternFill("solid", fgColor=shade)
    book.add_named_style(style)
