"""The charts of a page, each with what it shows; one whose figures are not there is left out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from lxml.builder import E

from services.domain.statistics.definition import Common, Definition, Words
from services.operator.outputs.charts import ages, bars_of_shares, floor_of, grouped_bars, line_of_shares
from services.operator.outputs.more import More
from services.operator.outputs.page_words import Element, both, classed
from services.operator.outputs.words import SUPPRESSED, Titles, figure_text, hidden_in, label

AGENCIES_MAX: Final = 150
_RECEIVED: Final = Words("Tiếp nhận trong kỳ", "received")
_RESOLVED: Final = Words("Đã giải quyết", "resolved")
_IN_TIME: Final = Words("Trước và đúng hạn", "early or on time")
_IN_HAND: Final = Words("Đang giải quyết", "in hand")
_OVERDUE: Final = Words("Đang giải quyết quá hạn", "in hand, overdue")
_STEPS: Final = (0.0, 1.0, 3.0, 7.0, 15.0)
"""More per cent than these late: the next shade."""


def tiles(definition: Definition, document: Mapping[str, Any]) -> Sequence[Element]:
    """The few figures that everybody asks for first."""
    common, total = definition.common, document["total"]
    if common is None:
        return []
    told: list[tuple[Words, str]] = []
    for words, cells in (
        (_RECEIVED, common.received),
        (_RESOLVED, common.resolved),
        (_IN_TIME, common.in_time),
        (_IN_HAND, common.in_hand),
        (_OVERDUE, common.overdue),
    ):
        if not cells:
            continue
        figure = summed(total, cells)
        if words is _IN_TIME:
            share = _share(total, common)
            text = "–" if share is None else f"{figure_text(share)} %"
        else:
            text = "–" if figure is None else figure_text(figure)
        hidden = hidden_in(document)
        told.append((words, SUPPRESSED if figure is None and any(((), cell) in hidden for cell in cells) else text))
    return [E.dl(classed("tiles"), *(E.div(E.dt(both(words)), E.dd(text)) for words, text in told))]


def charts(definition: Definition, document: Mapping[str, Any], more: More) -> Sequence[Element]:
    """Flow and share on time by month, age of what is in hand, and the definition's own shares."""
    common, drawn = definition.common, []
    if common is not None and more.months:
        months = [_month(month) for month in more.months]
        series = [
            (cells, colour) for cells, colour in ((common.received, "received"), (common.resolved, "resolved")) if cells
        ]
        title = Words("Tiếp nhận và giải quyết theo tháng", "received and resolved by month")
        bars = [(colour, [summed(month["total"], cells) for month in more.months]) for cells, colour in series]
        drawn.append(
            _figure(
                title, _key((("received", _RECEIVED), ("resolved", _RESOLVED))), grouped_bars(months, bars, title=title)
            )
        )
        if common.in_time:
            title = Words("Tỷ lệ giải quyết trước và đúng hạn (%)", "resolved early or on time, %")
            shares = [_share(month["total"], common) for month in more.months]
            floor_at = floor_of(shares)
            begins = Words(f"Trục dọc bắt đầu từ {floor_at} %", f"the scale begins at {floor_at} %")
            note = E.div(classed("key"), both(begins)) if floor_at else None
            drawn.append(_figure(title, note, line_of_shares(months, shares, title=title)))
    if more.ageing:
        title = Words("Tuổi của hồ sơ đang giải quyết (ngày kể từ khi tiếp nhận)", "days since acceptance, in hand")
        drawn.append(
            _figure(title, _key((("in-hand", _IN_HAND), ("overdue", _OVERDUE))), ages(more.ageing, title=title))
        )
    shares_of = [cell for cell in definition.cells if cell.share is not None and cell.points is None]
    if shares_of:
        title = Words("Các tỷ lệ của cả kỳ", "shares, the whole period")
        told = [(cell.whole_title, document["total"][cell.key]) for cell in shares_of]
        drawn.append(_figure(title, None, bars_of_shares(told, title=title)))
    return [E.section(classed("charts"), *drawn)] if drawn else []


def heat_map(definition: Definition, more: More, titles: Titles) -> Sequence[Element]:
    """Share on time by agency and month, the later the darker; the agencies that resolved most come first."""
    common = definition.common
    if common is None or not common.in_time or not more.months:
        return []
    found: dict[str | None, dict[int, Mapping[str, Any]]] = {}
    for number, month in enumerate(more.months):
        for row in month["rows"]:
            found.setdefault(row["row"]["agency"], {})[number] = row

    def resolved(agency: str | None) -> int:
        return sum(summed(row, common.resolved) or 0 for row in found[agency].values())

    order = sorted(found, key=lambda agency: (-resolved(agency), agency or ""))
    head = [E.th({"scope": "col"}, both(Words("Đơn vị", "agency")))]
    head += [E.th({"scope": "col"}, _month(month)) for month in more.months]
    rows = [
        E.tr(
            E.th({"scope": "row"}, label("agency", agency, titles)),
            *(_heat(found[agency].get(number), common) for number in range(len(more.months))),
        )
        for agency in order[:AGENCIES_MAX]
    ]
    title = Words("Tỷ lệ trước và đúng hạn theo đơn vị và tháng (%)", "early or on time by agency and month, %")
    kept = [E.h2(both(title)), _heat_key()]
    if len(order) > AGENCIES_MAX:
        left = figure_text(len(order) - AGENCIES_MAX)
        kept.append(
            E.p(both(Words(f"{left} đơn vị giải quyết ít hồ sơ nhất không có ở đây", f"{left} smallest left out")))
        )
    table = E.table(classed("heat"), E.thead(E.tr(*head)), E.tbody(*rows))
    return [*kept, E.div(classed("scroll"), {"tabindex": "0"}, table)]


def summed(row: Mapping[str, Any], cells: Sequence[str]) -> int | None:
    """The sum of these figures of a row; None if one of them is not known."""
    figures = [row[cell] for cell in cells]
    return None if None in figures else sum(figures)


def _month(document: Mapping[str, Any]) -> str:
    year, month, _ = document["identity"]["from"].split("-")
    return f"{month}/{year}"


def _share(row: Mapping[str, Any], common: Common) -> float | None:
    of, whole = summed(row, common.in_time), summed(row, common.resolved)
    return round(100 * of / whole, 2) if of is not None and whole else None


def _heat(row: Mapping[str, Any] | None, common: Common) -> Element:
    share = None if row is None else _share(row, common)
    if row is None or share is None:
        return E.td("–")
    shade = sum(100 - share > step for step in _STEPS)
    of, whole = summed(row, common.in_time), summed(row, common.resolved)
    told = f"{figure_text(of or 0)} / {figure_text(whole or 0)}"
    return E.td(classed(f"h{shade}"), {"title": told}, figure_text(share))


def _heat_key() -> Element:
    bounds = [f"{step:g}" for step in _STEPS]
    words = ["không có quá hạn · none late", *(f"≤ {bound} %" for bound in bounds[1:]), f"> {bounds[-1]} %"]
    parts = [E.span(E.i(classed(f"h{number}")), text) for number, text in enumerate(words)]
    return E.p(classed("key"), E.span(both(Words("Quá hạn:", "late:"))), *parts)


def _key(parts: Sequence[tuple[str, Words]]) -> Element:
    shown_parts = []
    for colour, words in parts:
        box = E.svg(
            {"viewBox": "0 0 10 10", "aria-hidden": "true"}, E.rect({"width": "10", "height": "10"}, classed(colour))
        )
        shown_parts.append(E.span(box, both(words)))
    return E.div(classed("key"), *shown_parts)


def _figure(title: Words, key: Element | None, chart: Element) -> Element:
    return E.figure(E.figcaption(E.h3(both(title)), *(() if key is None else (key,))), chart)
