"""A report by a definition on a terminal: what was asked, the figures, and what must be said with them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from rich.box import SIMPLE
from rich.console import Console
from rich.table import Table

from services.domain.statistics.definition import Cell, Definition, Words
from services.operator.screen import print_whole

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
    console = Console()
    _head(console, definition, document)
    if document["rows"]:
        _across(console, definition, document)
    else:
        _down(console, definition, document)
    _notes(console, definition, document)


def show_definitions(definitions: Iterable[Definition]) -> None:
    """Print which reports there are."""
    table = Table("Tên · name", "", "Căn cứ · source", box=SIMPLE)
    table.add_row("flow", "Tình hình giải quyết hồ sơ · flow of dossiers", "mục tiêu chung của các biểu")
    for one in definitions:
        table.add_row(one.name, f"{one.title.vi} · {one.title.en}", one.source)
    Console().print(table)


def _head(console: Console, definition: Definition, document: Mapping[str, Any]) -> None:
    identity = document["identity"]
    console.print(f"[bold]{definition.title.vi}[/bold]\n{definition.title.en}")
    console.print(f"{definition.name} v{definition.version} · {definition.source}", highlight=False)
    console.print(
        f"{identity['tenant']}, {identity['from']} – {identity['to']} ({identity['zone']}; hạn theo · due by "
        f"{identity['due']}; vị trí · position {identity['position']}; đơn vị · agencies {identity['mode']})",
        highlight=False,
    )
    for switch in definition.switches:
        words = switch.values[identity["switches"][switch.name]]
        console.print(f"{switch.title.vi}: {words.vi} · {switch.title.en}: {words.en}", highlight=False)


def _down(console: Console, definition: Definition, document: Mapping[str, Any]) -> None:
    table = Table("", "", "", box=SIMPLE, show_header=False)
    table.columns[2].justify = "right"
    for cell in definition.cells:
        number = f"({cell.key})" if _is_numbered(cell) else ""
        table.add_row(number, heading(cell), told(document["total"][cell.key]))
    console.print(table)


def _across(console: Console, definition: Definition, document: Mapping[str, Any]) -> None:
    numbered = [(cell.key if _is_numbered(cell) else chr(97 + place), cell) for place, cell in _placed(definition)]
    for number, cell in numbered:
        console.print(f"({number}) {heading(cell)}", highlight=False)
    by = document["identity"]["by"]
    table = Table(box=SIMPLE, padding=(0, 1, 0, 0), pad_edge=False, show_footer=True)
    for name in by:
        footer = "Tổng số\ntotal" if name == by[0] else ""
        table.add_column("\n".join(LABELS[name]), footer=footer, no_wrap=True)
    for number, cell in numbered:
        table.add_column(f"({number})", footer=told(document["total"][cell.key]), justify="right", no_wrap=True)
    for row in document["rows"]:
        labels = [_label(row["row"], name) for name in by]
        table.add_row(*labels, *(told(row[cell.key]) for _, cell in numbered))
    print_whole(table)


def _placed(definition: Definition) -> list[tuple[int, Cell]]:
    unnumbered = [cell for cell in definition.cells if not _is_numbered(cell)]
    return [(unnumbered.index(cell) if cell in unnumbered else 0, cell) for cell in definition.cells]


def _is_numbered(cell: Cell) -> bool:
    # A column of a form, or a figure of an index such as 2.1.rate.
    return cell.key[0].isdecimal()


def _notes(console: Console, definition: Definition, document: Mapping[str, Any]) -> None:
    for key, words in document["unknown"].items():
        console.print(f"({key}) {words['vi']} · {words['en']}", highlight=False)
    for bug in definition.known_bugs:
        console.print(f"! {bug.vi} · {bug.en}", highlight=False)
    if not document["official"]:
        console.print(
            "Biểu này không áp dụng cho kỳ báo cáo đã chọn · this form is not the official one for this period"
        )
    if "suppressed" in document:
        console.print(
            f"{len(document['suppressed'])} số không công bố, in là – · figures are not published and shown as –",
            highlight=False,
        )
    console.print(f"SHA-256 {document['hash']}", highlight=False)


def heading(cell: Cell) -> str:
    """A cell's whole name, Vietnamese with English beside it."""
    words = (*cell.group, cell.title)
    return f"{' – '.join(one.vi for one in words)} · {' – '.join(one.en for one in words)}"


def told(figure: float | None) -> str:
    """A figure as Vietnamese officials write it: 1.234 and 98,88."""
    if figure is None:
        return "–"
    return f"{figure:,}".translate(str.maketrans(",.", ".,"))


def _label(labels: Mapping[str, str | None], name: str) -> str:
    if name not in labels:
        return ""
    return labels[name] or _NOT_KNOWN
