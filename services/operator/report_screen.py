"""The flow report as an official reads it: Vietnamese with English beside it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from rich.console import Console
from rich.table import Table

from services.domain.statistics.flow import FIGURES

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
_ACROSS_MAX: Final = 6
"""So many rows stand side by side with the figures below one another; more stand below one another."""


def show(document: Mapping[str, Any]) -> None:
    """Print the report as a table."""
    identity, rows = document["identity"], document["rows"]
    console = Console()
    console.print(
        f"Tình hình giải quyết hồ sơ · flow of dossiers: [bold]{identity['tenant']}[/bold], "
        f"{identity['from']} – {identity['to']} ({identity['zone']}; hạn theo · due by {identity['due']}; "
        f"vị trí · position {identity['position']})"
    )
    by = identity["by"]
    total = {"": document["totals"]}
    if len(rows) <= _ACROSS_MAX:
        columns = {", ".join(_shown(row[name]) for name in by): row for row in rows} if by else {}
        console.print(_figures_down(columns | total))
    else:
        console.print(_figures_across(rows, document["totals"], by))


def _figures_down(columns: Mapping[str, Mapping[str, Any]]) -> Table:
    table = Table("", "")
    for heading in columns:
        table.add_column(heading or "Cả kỳ\ntotal", justify="right")
    for figure in FIGURES:
        vietnamese, english = LABELS[figure]
        table.add_row(vietnamese, english, *(f"{row[figure]:,}" for row in columns.values()))
    return table


def _figures_across(rows: list[Mapping[str, Any]], totals: Mapping[str, Any], by: list[str]) -> Table:
    table = Table()
    for name in by:
        table.add_column("\n".join(LABELS[name]))
    for figure in FIGURES:
        table.add_column("\n".join(LABELS[figure]), justify="right")
    for row in rows:
        table.add_row(*(_shown(row[name]) for name in by), *(f"{row[figure]:,}" for figure in FIGURES))
    table.add_section()
    table.add_row("Cả kỳ · total", *("" for _ in by[1:]), *(f"{totals[figure]:,}" for figure in FIGURES))
    return table


def _shown(value: str | None) -> str:
    return "không rõ · unknown" if value is None else value
