"""What the labels, the period and the readings of a report are called on paper."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any, Final

from services.domain.reference import Reference
from services.domain.statistics.definition import Definition, Words

Titles = Mapping[str, Mapping[str, str]]
"""Dimension → code → its declared title; a code without a title is printed as it is."""

NOT_KNOWN: Final = Words("Không rõ", "not known")
TOTAL: Final = Words("Tổng số", "total")
SUPPRESSED: Final = "*"
"""Stands where a figure is not published; on paper a figure that is not known is a dash."""

NOT_KNOWN_FIGURE: Final = "–"
FORMULA_BEGINS: Final = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet takes for a formula."""
Hidden = frozenset[tuple[tuple[tuple[str, str | None], ...], str]]
"""Labels of a row, and cell, of each figure that is not published."""
_MARKS: Final = str.maketrans(",.", ".,")
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f\ufffe\uffff\ud800-\udfff]")
_FIXED: Final[Titles] = {
    "level": {
        "ministry": "Cấp bộ",
        "province": "Cấp tỉnh",
        "district": "Cấp huyện",
        "commune": "Cấp xã",
    },
    "channel": {"online": "Trực tuyến", "direct": "Trực tiếp", "postal": "Dịch vụ bưu chính"},
}
_DUE: Final = {
    "instant": Words("so theo thời điểm hẹn trả", "compared as instants"),
    "day": Words("tính đến hết ngày hẹn trả", "the due date's day counts whole"),
}
_MODE: Final = {
    "as_was": Words("theo đơn vị tại thời điểm xử lý", "as they were"),
    "as_is": Words("theo đơn vị kế thừa đến cuối kỳ", "as they are at the end of the period"),
}


def titles_of(reference: Reference, on: date) -> Titles:
    """What is declared on a day of agencies, procedures and fields."""
    procedures = [reference.catalogue.latest(code, on) for code in reference.catalogue.declared.by_code]
    known = [one for one in procedures if one is not None]
    agencies = [reference.agencies.declared.begun(code, on) for code in reference.agencies.declared.by_code]
    named = {one.code: one.title for one in agencies if one is not None}
    return {
        "procedure": {one.code: one.title for one in known},
        "field": {one.field: one.field_title for one in known if one.field is not None and one.field_title is not None},
        "agency": named,
        "receiving_agency": named,
    }


def printable(text: str) -> str:
    """Text with a mark where a character stood that no page and no workbook can hold."""
    return _CONTROL.sub("\ufffd", text)


def label(name: str, code: str | None, titles: Titles) -> str:
    """What a row is called in one of its dimensions."""
    if code is None:
        return NOT_KNOWN.vi
    if name == "month":
        return f"Tháng {code[5:]}/{code[:4]}"
    return printable(_FIXED.get(name, {}).get(code) or titles.get(name, {}).get(code) or code)


def figure_text(figure: float) -> str:
    """A figure as Vietnamese officials write it: 1.234, and a share 98,50."""
    text = f"{figure:,}" if isinstance(figure, int) else f"{figure:,.2f}"
    return text.translate(_MARKS)


def shown(row: Mapping[str, Any], cell: str, hidden: Hidden) -> str:
    """A figure of a document's row: a dash where it is not known, a star where it is not published."""
    figure = row[cell]
    if figure is not None:
        return figure_text(figure)
    return SUPPRESSED if (tuple(row["row"].items()), cell) in hidden else NOT_KNOWN_FIGURE


def day(text: str) -> str:
    """A day of a document, `2024-06-30`, as officials write it."""
    return f"{date.fromisoformat(text):%d/%m/%Y}"


def hidden_in(document: Mapping[str, Any]) -> Hidden:
    """What of a document is not published."""
    return frozenset((tuple(one["row"].items()), one["cell"]) for one in document.get("suppressed", ()))


def period(identity: Mapping[str, Any]) -> str:
    """The reporting period with its days; a whole month, quarter, half year, nine months or year has its name."""
    days = f"Từ ngày {day(identity['from'])} đến ngày {day(identity['to'])}"
    name = _named(date.fromisoformat(identity["from"]), date.fromisoformat(identity["to"]))
    return f"{name} ({days})" if name else days


def _named(first: date, last: date) -> str:
    ends = last + timedelta(days=1)
    months = (ends.year - first.year) * 12 + ends.month - first.month
    if first.day != 1 or ends.day != 1:
        return ""
    year = first.year
    match first.month, months:
        case _, 1:
            return f"Tháng {first.month}/{year}"
        case ((1 | 4 | 7 | 10), 3):
            return f"Quý {('I', 'II', 'III', 'IV')[first.month // 3]}/{year}"
        case 1, 6:
            return f"6 tháng đầu năm {year}"
        case 7, 6:
            return f"6 tháng cuối năm {year}"
        case 1, 9:
            return f"9 tháng đầu năm {year}"
        case 1, 12:
            return f"Năm {year}"
    return ""


def readings(definition: Definition, identity: Mapping[str, Any]) -> list[tuple[Words, Words]]:
    """How what the sources leave open was read: what it is about, and how."""
    told = [(switch.title, switch.values[identity["switches"][switch.name]]) for switch in definition.switches]
    told.append((Words("Hạn trả", "Due dates"), _DUE[identity["due"]]))
    told.append((Words("Đơn vị", "Agencies"), _MODE[identity["mode"]]))
    if "calendar" in identity:
        told.append((Words("Lịch làm việc", "Working calendar"), Words(identity["calendar"], identity["calendar"])))
    return told


def warnings(definition: Definition, document: Mapping[str, Any]) -> list[Words]:
    """What must be said with the figures, the gravest first."""
    told = [
        Words(
            f"KHÔNG ĐƯỢC SỬ DỤNG: đẳng thức {one['identity']} không đúng ở {one['dossiers']} hồ sơ",
            f"MUST NOT BE USED: the identity {one['identity']} does not hold for {one['dossiers']} dossiers",
        )
        for one in document["breaches"]
    ]
    if not document["official"]:
        told.append(
            Words("Biểu này không áp dụng cho kỳ báo cáo đã chọn", "this form is not the official one for this period")
        )
    told += [Words(f"{keys} {why.vi}", f"{keys} {why.en}") for why, keys in by_reason(document["unknown"]).items()]
    for one in document["unseated"]:
        many = "" if one["dossiers"] is None else f": {figure_text(one['dossiers'])}"
        heirs = ", ".join(one["candidates"])
        told.append(
            Words(
                f"Đơn vị {one['agency']}: {one['why']['vi']}{many}" + (f" (có thể thuộc {heirs})" if heirs else ""),
                f"agency {one['agency']}: {one['why']['en']}{many}" + (f" (may belong to {heirs})" if heirs else ""),
            )
        )
    if "publish" in document["identity"]:
        below = document["identity"]["publish"]["below"]
        told.append(
            Words(
                f"{SUPPRESSED} không công bố: số liệu từ 1 đến {below - 1} và số liệu có thể làm lộ các số đó",
                f"{SUPPRESSED} not published: figures from 1 to {below - 1}, and those that would give them away",
            )
        )
    bugs = [bug for bug in definition.known_bugs if bug.is_there(document["identity"]["switches"])]
    return [*told, *(Words(bug.vi, bug.en) for bug in bugs)]


def by_reason(unknown: Mapping[str, Mapping[str, str]]) -> dict[Words, str]:
    """Why figures are not known → the keys of the cells of which it is said, `(3), (4)`."""
    reasons: dict[Words, list[str]] = {}
    for key, why in unknown.items():
        reasons.setdefault(Words(why["vi"], why["en"]), []).append(f"({key})")
    return {why: ", ".join(keys) for why, keys in reasons.items()}


def identity_line(document: Mapping[str, Any]) -> str:
    """What makes the report again, in one line, with its hash."""
    identity = document["identity"]
    reference = " ".join(f"{part} {value[:12]}" for part, value in identity["reference"].items())
    agency = "" if identity["agency"] is None else f" · đơn vị {identity['agency']}"
    return (
        f"{identity['definition']} v{identity['version']} · {identity['tenant']}{agency} · {identity['from']} – "
        f"{identity['to']} · {identity['zone']} · due {identity['due']} · {identity['mode']} · "
        f"vị trí {identity['position']} · {reference} · SHA-256 {document['hash']}"
    )
