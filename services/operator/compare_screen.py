"""Submitted, reported then and known now on a terminal: a table, and below it the dossiers that moved, a few each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from rich.box import SIMPLE
from rich.console import Console
from rich.table import Table

from services.domain.statistics.definition import Definition, Words
from services.operator.outputs.words import by_reason, readings
from services.operator.report_screen import heading, told
from services.operator.reported_then import How
from services.operator.screen import plain, print_whole

NAMED_MAX: Final = 10
"""So many dossiers are named that moved into or out of one figure."""
OTHERS_MAX: Final = 6
"""So many submissions for other days or agencies are named where there is none for those asked for."""
NOT_SUBMITTED: Final = "chưa gửi\nnot submitted"
_HOW: Final[Mapping[How, Words]] = {
    "same_figures": Words("báo cáo đã lưu có đúng các số đã gửi", "the archived report that has the figures sent"),
    "printed_before": Words(
        "báo cáo in gần nhất trước khi gửi, số khác số đã gửi",
        "the last report printed before; its figures are not those sent",
    ),
    "last_printed": Words("báo cáo in gần nhất", "the last report that was printed"),
    "known_when_sent": Words(
        "không có báo cáo đã in; tính theo dữ liệu đã biết lúc gửi",
        "no report was printed; counted by what was known when it was sent",
    ),
    "known_when_recorded": Words(
        "không có báo cáo đã in, lúc gửi chưa có dữ liệu; tính theo dữ liệu đã biết khi số đã gửi được ghi nhận",
        "no report was printed and nothing was known when it was sent; counted by what was known when the submission "
        "was recorded",
    ),
}
_MOVED: Final = {
    "came": Words("vào", "came in"),
    "left": Words("ra", "left"),
    "changed": Words("đổi số", "changed"),
}


def show(definition: Definition, document: Mapping[str, Any]) -> None:
    """Print it: what each column is, the figures, who moved, and what could not be compared."""
    console = plain()
    identity = document["identity"]
    zone = ZoneInfo(identity["zone"])
    console.print(definition.title.vi, style="bold")
    console.print(definition.title.en)
    agency = identity["agency"] or "toàn tỉnh · the whole tenant"
    console.print(
        f"{definition.name} v{definition.version}: {identity['tenant']}, {agency}, {identity['from']} – "
        f"{identity['to']} ({identity['zone']})",
    )
    for about, words in readings(definition, identity):
        console.print(f"{about.vi}: {words.vi} · {about.en}: {words.en}")
    for each in (*document["submitted_before"], document["submitted"]):
        console.print(f"Đã gửi · submitted: {_submission(each, zone)}")
    for each in document["submitted_otherwise"][-OTHERS_MAX:]:
        whose = each["agency"] or "toàn tỉnh · the whole tenant"
        console.print(f"  đã gửi · was submitted: {each['from']} – {each['to']}, {whose}")
    console.print(f"Khi đó · then: {_then(document['then'], zone)}")
    console.print(f"Nay · now: vị trí · position {document['now']['position']}")
    _figures(definition, document)
    _moves(console, document["cells"])
    for words, keys in by_reason(document["unknown"]).items():
        console.print(f"{keys} {words.vi} · {words.en}")
    for key, figure in document["not_compared"].items():
        console.print(
            f"({key}) đã gửi {told(figure)}; không phải ô tổng của biểu này, không so sánh · was submitted; it is no "
            "cell of this form's total and is not compared",
        )


def _submission(one: Mapping[str, Any] | None, zone: ZoneInfo) -> str:
    if one is None:
        return "chưa gửi cho kỳ này · nothing was submitted for these days"
    number = f", số · number {one['reference']}" if one["reference"] else ""
    return f"{_moment(one['at'], zone)} → {one['to']}{number}"


def _then(one: Mapping[str, Any] | None, zone: ZoneInfo) -> str:
    if one is None:
        return "chưa in báo cáo nào · no report was printed"
    words = _HOW[one["how"]]
    printed = f"; in lúc · printed {_moment(one['printed_at'], zone)}; SHA-256 {one['hash']}" if one["hash"] else ""
    lacks = f"; {one['not_known']['vi']} · {one['not_known']['en']}" if one["not_known"] else ""
    return f"{words.vi} · {words.en} (vị trí · position {one['position']}{printed}){lacks}"


def _moment(text: str, zone: ZoneInfo) -> str:
    return f"{datetime.fromisoformat(text).astimezone(zone):%d/%m/%Y %H:%M}"


def _figures(definition: Definition, document: Mapping[str, Any]) -> None:
    table = Table(box=SIMPLE)
    table.add_column("")
    for title in (
        "Đã gửi\nas submitted",
        "Báo cáo khi đó\nas reported then",
        "Nay\nas known now",
        "Nay – đã gửi\nnow – submitted",
        "Vào\ncame in",
        "Ra\nleft",
    ):
        table.add_column(title, justify="right", no_wrap=True)
    for cell in definition.cells:
        figures = document["cells"][cell.key]
        moved = figures["moved"]
        table.add_row(
            f"({cell.key}) " + heading(cell).replace(" · ", "\n", 1),
            NOT_SUBMITTED if figures["submitted"] is None else told(figures["submitted"]),
            told(figures["then"]),
            told(figures["now"]),
            _signed(figures["now_less_submitted"]),
            *("" if moved is None else told(len(moved[way])) for way in ("came", "left")),
        )
    print_whole(table)


def _signed(figure: float | None) -> str:
    return f"+{told(figure)}" if figure is not None and figure > 0 else told(figure)


def _moves(console: Console, cells: Mapping[str, Any]) -> None:
    for key, figures in cells.items():
        for way, words in _MOVED.items():
            dossiers: Sequence[str] = (figures["moved"] or {}).get(way, ())
            if dossiers:
                more = len(dossiers) - NAMED_MAX
                rest = f" … và {more} hồ sơ nữa · and {more} more, see --json" if more > 0 else ""
                console.print(
                    f"({key}) {words.vi} · {words.en} {told(len(dossiers))}: {', '.join(dossiers[:NAMED_MAX])}{rest}",
                    soft_wrap=True,
                )
