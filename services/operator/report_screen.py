"""A report by a definition on a terminal: what was asked, the figures, and what must be said with them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from rich.box import SIMPLE
from rich.console import Console
from rich.table import Table

from services.domain.statistics.definition import Cell, Definition, Words
from services.operator.outputs.layout import dimensions
from services.operator.outputs.words import NOT_KNOWN_FIGURE, figure_text, hidden_in, readings, shown, warnings
from services.operator.screen import plain, print_whole

LABELS: Final = {
    "month": Words("Tháng", "month"),
    "level": Words("Cấp", "level"),
    "field": Words("Lĩnh vực", "field"),
    "procedure": Words("Thủ tục", "procedure"),
    "agency": Words("Đơn vị", "agency"),
    "receiving_agency": Words("Nơi tiếp nhận", "receiving agency"),
    "channel": Words("Kênh", "channel"),
}
_NOT_KNOWN: Final = "không rõ · not known"


def show(definition: Definition, document: Mapping[str, Any]) -> None:
    """Print the report: figures down where there is one row, else one row a line under numbered columns."""
    console = plain()
    _head(console, definition, document)
    if document["rows"]:
        _across(console, definition, document)
    else:
        _down(console, definition, document)
    _notes(console, definition, document)


def show_definitions(definitions: Iterable[Definition]) -> None:
    """Print which reports there are."""
    table = Table("Tên · name", "Biểu · report", box=SIMPLE)
    table.add_column("Căn cứ · source", overflow="fold")
    table.add_row("flow", "Tình hình giải quyết hồ sơ · flow of dossiers", "mục tiêu chung của các biểu")
    for one in definitions:
        table.add_row(one.name, f"{one.title.vi} · {one.title.en}", one.source)
    plain().print(table)


def _head(console: Console, definition: Definition, document: Mapping[str, Any]) -> None:
    identity = document["identity"]
    console.print(definition.title.vi, style="bold")
    console.print(definition.title.en)
    console.print(f"{definition.name} v{definition.version} · {definition.source}")
    agency = "" if identity["agency"] is None else f", đơn vị · agency {identity['agency']}"
    console.print(
        f"{identity['tenant']}{agency}, {identity['from']} – {identity['to']} ({identity['zone']}; vị trí · position "
        f"{identity['position']})",
    )
    for about, words in readings(definition, identity):
        console.print(f"{about.vi}: {words.vi} · {about.en}: {words.en}")


def _down(console: Console, definition: Definition, document: Mapping[str, Any]) -> None:
    table = Table("", "", "", box=SIMPLE, show_header=False)
    table.columns[2].justify = "right"
    hidden = hidden_in(document)
    for cell in definition.cells:
        number = f"({cell.key})" if _is_numbered(cell) else ""
        table.add_row(number, heading(cell), shown(document["total"], cell.key, hidden))
    console.print(table)


def _across(console: Console, definition: Definition, document: Mapping[str, Any]) -> None:
    numbered = [(cell.key if _is_numbered(cell) else chr(97 + place), cell) for place, cell in _placed(definition)]
    for number, cell in numbered:
        console.print(f"({number}) {heading(cell)}")
    by, hidden = dimensions(document), hidden_in(document)
    table = Table(box=SIMPLE, padding=(0, 1, 0, 0), pad_edge=False, show_footer=True)
    for name in by:
        footer = "Tổng số\ntotal" if name == by[0] else ""
        table.add_column("\n".join(LABELS[name]), footer=footer, no_wrap=True)
    for number, cell in numbered:
        table.add_column(
            f"({number})", footer=shown(document["total"], cell.key, hidden), justify="right", no_wrap=True
        )
    for row in document["rows"]:
        labels = [_label(row["row"], name) for name in by]
        table.add_row(*labels, *(shown(row, cell.key, hidden) for _, cell in numbered))
    print_whole(table)


def _placed(definition: Definition) -> list[tuple[int, Cell]]:
    unnumbered = [cell for cell in definition.cells if not _is_numbered(cell)]
    return [(unnumbered.index(cell) if cell in unnumbered else 0, cell) for cell in definition.cells]


def _is_numbered(cell: Cell) -> bool:
    # A column of a form, or a figure of an index such as 2.1.rate.
    return cell.key[0].isdecimal()


def _notes(console: Console, definition: Definition, document: Mapping[str, Any]) -> None:
    for words in warnings(definition, document):
        console.print(f"! {words.vi} · {words.en}")
    console.print(f"SHA-256 {document['hash']}")


def heading(cell: Cell) -> str:
    """A cell's whole name, Vietnamese with English beside it."""
    return " · ".join(cell.whole_title)


def told(figure: float | None) -> str:
    """A figure as officials write it, a dash where it is not known."""
    return NOT_KNOWN_FIGURE if figure is None else figure_text(figure)


def _label(labels: Mapping[str, str | None], name: str) -> str:
    if name not in labels:
        return ""
    return labels[name] or _NOT_KNOWN
