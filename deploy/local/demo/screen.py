"""The one screen at the end, Vietnamese with English beside it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone
from typing import Any, Final

from rich.console import Console
from rich.table import Table
from rich.text import Text

from deploy.local.demo.summary import FIGURES, Result, spread

_ZONE: Final = timezone(timedelta(hours=7))
_PORTALS: Final = {
    "portal": "Cổng DVC tỉnh · provincial portal",
    "national": "Cổng DVC quốc gia · national portal",
    "ioc": "Trung tâm điều hành · dashboard",
}
_HEADINGS: Final = {
    "received_online": "Nhận trực tuyến\nreceived online",
    "received_direct": "Nhận trực tiếp\nreceived direct",
    "resolved_on_time": "Đúng hạn\non time",
    "resolved_late": "Quá hạn\nlate",
    "in_hand": "Đang xử lý\nin hand",
}
_FIELDS: Final = {
    "status": "trạng thái · status",
    "accepted": "tiếp nhận · accepted",
    "due": "hẹn trả · due",
    "ended": "kết thúc · ended",
    "channel": "kênh · channel",
    "void": "đã xóa · void",
    "code": "hồ sơ · dossier",
}
_WHY_LINES: Final = 14


def show(console: Console, result: Result) -> None:
    """Print a run."""
    first, last = result.period
    console.print()
    console.print(
        f"[bold]Khớp[/bold]  {result.profile}  {first} … {last}  1:{result.scale}  seed {result.seed}", highlight=False
    )
    console.print(_figures(result))
    _wrong(console, result)
    _verdict(console, result)


def _figures(result: Result) -> Table:
    table = Table(pad_edge=False, header_style="bold")
    table.add_column("")
    for name in FIGURES:
        table.add_column(_HEADINGS[name], justify="right")
    for portal, figures in result.before.items():
        _row(table, f"Trước · before   {_PORTALS[portal]}", figures, result.truth)
    _row(table, "Chênh lệch · how far apart", spread(result.before), None, style="yellow")
    table.add_section()
    _row(table, "Khớp đếm được · Khớp counts", result.khop, result.truth, style="bold")
    for portal, figures in result.after.items():
        _row(table, f"Sau · after      {_PORTALS[portal]}", figures, result.truth)
    table.add_section()
    _row(table, "Sự thật · truth", result.truth, None, style="bold green")
    return table


def _row(
    table: Table, name: str, figures: Mapping[str, Any], truth: Mapping[str, Any] | None, *, style: str = ""
) -> None:
    cells = [
        Text(f"{figures[each]:,}", style="red" if truth is not None and figures[each] != truth[each] else style)
        for each in FIGURES
    ]
    table.add_row(Text(name, style=style), *cells)


def _wrong(console: Console, result: Result) -> None:
    console.print(
        f"Hồ sơ sai trước đây · dossiers that were wrong: [bold]{result.wrong_before:,}[/bold] / {result.dossiers:,};"
        f" nay · now: [bold]{result.wrong_after:,}[/bold]",
        highlight=False,
    )
    if result.example is None:
        return
    console.print(f"Ví dụ · for example [bold]{result.example['code']}[/bold]:", highlight=False)
    for portal, fields in result.example["shown"].items():
        said = "; ".join(
            f"{_FIELDS[name]} {_value(name, shown)} ≠ {_value(name, true)}" for name, (shown, true) in fields.items()
        )
        console.print(f"  {_PORTALS[portal]}: {said}", highlight=False, markup=False)
    console.print(f"[bold]khop why {result.example['code']}[/bold]", highlight=False)
    lines = result.why.rstrip().splitlines()
    for line in lines[:_WHY_LINES]:
        console.print(f"  {line}", highlight=False, markup=False, no_wrap=True, overflow="ellipsis")
    if len(lines) > _WHY_LINES:
        console.print(f"  … {len(lines) - _WHY_LINES} dòng nữa · more lines", highlight=False)


def _verdict(console: Console, result: Result) -> None:
    rate = result.events / result.seconds if result.seconds else 0.0
    console.print(
        f"{result.dossiers:,} hồ sơ · dossiers   {result.events:,} sự kiện · events"
        f"   {result.deliveries:,} lần gửi · deliveries   {result.seconds:.1f} s   {rate:,.0f} events/s",
        highlight=False,
    )
    if result.equal:
        console.print("[bold green]KHỚP: mọi số liệu bằng nhau và đúng sự thật · all agree and equal the truth[/]")
        return
    console.print("[bold red]CHƯA KHỚP · they do not agree:[/]")
    for line in result.differing:
        console.print(f"  {line}", highlight=False, markup=False)


def addresses(console: Console, found: Mapping[str, str]) -> None:
    """Where to look around while everything is left running."""
    console.print()
    for name, address in found.items():
        console.print(f"  {name:<12} {address}", highlight=False)
    console.print("Ctrl-C: dừng · stops", highlight=False)


def _value(name: str, value: Any) -> str:
    if name in ("accepted", "due", "ended"):
        return datetime.fromtimestamp(value, UTC).astimezone(_ZONE).strftime("%Y-%m-%d %H:%M") if value else "∅"
    return "∅" if value is None else str(value)
