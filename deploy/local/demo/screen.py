"""The one screen at the end, Vietnamese with English beside it. It fits into 80 columns."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from rich import box
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from deploy.local.demo.summary import FIGURES, Result, spread
from services.sandbox.profiles import PROFILES, ZONE

_PORTALS: Final = {
    "portal": "cổng tỉnh · provincial",
    "national": "cổng quốc gia · national",
    "ioc": "điều hành · dashboard",
}
_HEADINGS: Final = {
    "received_online": "nhận\ntrực tuyến\nonline",
    "received_direct": "nhận\ntrực tiếp\ndirect",
    "resolved_on_time": "xong\nđúng hạn\non time",
    "resolved_late": "xong\nquá hạn\nlate",
    "in_hand": "đang\nxử lý\nin hand",
}
_FIELDS: Final = {
    "status": "trạng thái·status",
    "accepted": "tiếp nhận·accepted",
    "due": "hẹn trả·due",
    "ended": "kết thúc·ended",
    "channel": "kênh·channel",
    "void": "đã xóa·void",
    "code": "hồ sơ·dossier",
}
_WHY_LINES: Final = 10


def show(console: Console, result: Result) -> None:
    """Print a run."""
    first, last = result.period
    console.print(f"\n[bold]Khớp[/bold] {result.profile} · {first} – {last} · 1:{result.scale} · seed {result.seed}")
    console.print(_figures(result))
    _wrong(console, result)
    _verdict(console, result)


def _figures(result: Result) -> Table:
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False, header_style="bold")
    table.add_column("")
    for name in FIGURES:
        table.add_column(_HEADINGS[name], justify="right", vertical="bottom")
    _row(table, "Trước · before", None, None, style="bold")
    for portal, figures in result.before.items():
        _row(table, f"  {_PORTALS[portal]}", figures, result.truth)
    _row(table, "  chênh lệch · apart by", spread(result.before), None, style="yellow")
    _row(table, "Khớp", result.khop, result.truth, style="bold")
    _row(table, "Sau · after", None, None, style="bold")
    for portal, figures in result.after.items():
        _row(table, f"  {_PORTALS[portal]}", figures, result.truth)
    _row(table, "Sự thật · truth", result.truth, None, style="bold green")
    return table


def _row(
    table: Table,
    name: str,
    figures: Mapping[str, Any] | None,
    truth: Mapping[str, Any] | None,
    *,
    style: str = "",
) -> None:
    cells: list[Text] = []
    for each in FIGURES if figures is not None else ():
        assert figures is not None
        wrong = truth is not None and figures[each] != truth[each]
        cells.append(Text(f"{figures[each]:,}", style="red" if wrong else style))
    table.add_row(Text(name, style=style), *cells)


def _wrong(console: Console, result: Result) -> None:
    console.print(
        f"Hồ sơ sai · wrong dossiers: trước · before [bold]{result.wrong_before:,}[/bold] / {result.dossiers:,},"
        f" sau · after [bold]{result.wrong_after:,}[/bold]",
        highlight=False,
    )
    if result.example is None:
        return
    _plain(console, f"Ví dụ · for example {result.example['code']}:")
    for portal, fields in result.example["shown"].items():
        said = ", ".join(
            f"{_FIELDS[name]} {_value(name, shown)} ≠ {_value(name, true)}" for name, (shown, true) in fields.items()
        )
        console.print(Padding(f"{_PORTALS[portal]}: {said}", (0, 0, 0, 2)), highlight=False, markup=False)
    console.print(f"[bold]khop why {result.example['code']}[/bold]", highlight=False)
    lines = result.why.rstrip().splitlines()
    for line in lines[:_WHY_LINES]:
        _plain(console, f"  {line}")
    if len(lines) > _WHY_LINES:
        _plain(console, f"  … {len(lines) - _WHY_LINES} dòng nữa · more lines")


def _verdict(console: Console, result: Result) -> None:
    rate = result.events / result.seconds if result.seconds else 0.0
    _plain(
        console,
        f"{result.dossiers:,} hồ sơ·dossiers, {result.events:,} sự kiện·events, "
        f"{result.seconds:.1f} s, {rate:,.0f} events/s",
    )
    if PROFILES[result.profile].on_time_is_chosen:
        _plain(console, "Tỷ lệ đúng hạn do chúng tôi chọn · the share on time is our choice: none was published")
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
        _plain(console, f"  {name:<12} {address}")
    _plain(console, "Ctrl-C: dừng · stops")


def _plain(console: Console, line: str) -> None:
    console.print(line, highlight=False, markup=False, no_wrap=True, overflow="ellipsis")


def _value(name: str, value: Any) -> str:
    if name in ("accepted", "due", "ended"):
        return datetime.fromtimestamp(value, UTC).astimezone(ZONE).strftime("%Y-%m-%d %H:%M") if value else "∅"
    return "∅" if value is None else str(value)
