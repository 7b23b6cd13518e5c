"""The flow report as an official reads it: Vietnamese with English beside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from rich.box import SIMPLE
from rich.console import Console
from rich.table import Table

from services.domain.statistics.flow import FIGURES
from services.operator.outputs.words import figure_text
from services.operator.screen import plain, print_whole

LABELS: Final = {
    "month": ("Tháng", "month"),
    "agency": ("Đơn vị", "agency"),
    "procedure": ("Thủ tục", "procedure"),
    "channel": ("Kênh", "channel"),
    "carried_over": ("Kỳ trước chuyển qua", "carried over"),
    "received_online": ("Tiếp nhận trực tuyến", "received online"),
    "received_direct": ("Tiếp nhận trực tiếp, bưu chính", "received direct or by post"),
    "received_channel_unknown": ("Tiếp nhận, không rõ kênh", "received, channel unknown"),
    "reopened": ("Xử lý lại", "reopened"),
    "resolved_on_time": ("Giải quyết trước và đúng hạn", "resolved on time"),
    "resolved_late": ("Giải quyết quá hạn", "resolved late"),
    "resolved_no_due_date": ("Giải quyết, không có hạn", "resolved, no due date"),
    "in_hand_not_due": ("Đang giải quyết, trong hạn", "in hand, not due"),
    "in_hand_overdue": ("Đang giải quyết, quá hạn", "in hand, overdue"),
    "in_hand_no_due_date": ("Đang giải quyết, không có hạn", "in hand, no due date"),
    "voided": ("Đã xóa (ngoài thống kê)", "voided, counted nowhere else"),
}
_TOTAL: Final = ("Cả kỳ", "total")
_BESIDE_MAX: Final = 3
"""So many rows stand side by side with the figures below one another; more stand below one another."""


def show(document: Mapping[str, Any]) -> None:
    """Print the report as a table."""
    identity, rows = document["identity"], document["rows"]
    console = plain()
    console.print(
        f"Tình hình giải quyết hồ sơ · flow of dossiers: {identity['tenant']}, "
        f"{identity['from']} – {identity['to']} ({identity['zone']}; hạn theo · due by {identity['due']}; "
        f"vị trí · position {identity['position']})"
    )
    by = identity["by"]
    total = {"": document["totals"]}
    if len(rows) <= _BESIDE_MAX:
        columns = {", ".join(_shown(row[name]) for name in by): row for row in rows} if by else {}
        console.print(_figures_down(columns | total))
    else:
        _show_across(console, rows, document["totals"], by)


def _figures_down(columns: Mapping[str, Mapping[str, Any]]) -> Table:
    table = Table("", "")
    for heading, row in columns.items():
        widest = max(len(figure_text(row[figure])) for figure in FIGURES)
        table.add_column(heading or "\n".join(_TOTAL), justify="right", min_width=widest)
    for figure in FIGURES:
        vietnamese, english = LABELS[figure]
        table.add_row(vietnamese, english, *(figure_text(row[figure]) for row in columns.values()))
    return table


def _show_across(console: Console, rows: list[Mapping[str, Any]], totals: Mapping[str, Any], by: Sequence[str]) -> None:
    """Columns numbered as on the official form, each number explained above the table: names do not fit beside."""
    used = [figure for figure in FIGURES if any(row[figure] for row in (*rows, totals))]
    for number, figure in enumerate(used, start=1):
        console.print(f"({number}) {' · '.join(LABELS[figure])}")
    if unused := [" · ".join(LABELS[figure]) for figure in FIGURES if figure not in used]:
        console.print(f"0 ở mọi dòng · 0 in every row: {'; '.join(unused)}")
    table = Table(box=SIMPLE, padding=(0, 1, 0, 0), pad_edge=False, show_footer=True)
    for name in by:
        footer = "\n".join(_TOTAL) if name == by[0] else ""
        table.add_column("\n".join(LABELS[name]), footer=footer, no_wrap=True)
    for number, figure in enumerate(used, start=1):
        table.add_column(f"({number})", footer=figure_text(totals[figure]), justify="right", no_wrap=True)
    for row in rows:
        table.add_row(*(_shown(row[name]) for name in by), *(figure_text(row[figure]) for figure in used))
    print_whole(table)


def _shown(value: str | None) -> str:
    return "không rõ · unknown" if value is None else value
