"""Charts as inline SVG, drawn by pygal, coloured by the page's style sheet: by day, by night, and with no program.

Each is drawn 400 units wide, so that its letters can be read on a phone, and stands beside others on a wide screen.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil, floor
from typing import Any, Final

import pygal
from lxml import etree

from services.domain.statistics.ageing import Aged
from services.domain.statistics.definition import Words
from services.operator.outputs.words import NOT_KNOWN_FIGURE, figure_text

Element = Any
"""What lxml builds; it escapes all text."""

_WIDTH: Final = 400
_HEIGHT: Final = 210
_GROUP_MOST: Final = 110
_ROW: Final = 36
_LABELS_MAX: Final = 6
_VALUES_MAX: Final = 8
_MOST_SHARE: Final = 100.0
_LOOK: Final = pygal.style.Style(
    font_family="sans-serif", label_font_size=11, major_label_font_size=11, value_font_size=1
)
"""How large pygal thinks letters are. The page's style sheet gives `svg text` the same size, and places what is printed
at a mark: for values of their true size pygal would make the scale longer, the more so the fewer bars there are."""
_FOR_A_PROGRAM: Final = ("defs", "desc", etree.Comment)
"""What pygal adds for its own style sheet and script, which the page's policy forbids, and the day it drew on."""


def grouped_bars(labels: Sequence[str], series: Sequence[tuple[str, Sequence[int | None]]], *, title: Words) -> Element:
    """Bars of several series (class of its colour, figures) beside one another, a group a label."""
    chart = pygal.Bar(
        **_common(_HEIGHT),
        **_below(labels),
        margin_top=14,
        margin_right=max(4, _WIDTH - 60 - _GROUP_MOST * len(labels)),
        order_min=0,
        max_scale=6,
        value_formatter=_whole,
    )
    for colour, figures in series:
        told = [f"{label}: {figure_text(figure or 0)}" for label, figure in zip(labels, figures, strict=True)]
        chart.add(colour, _marks(figures, told))
    return _drawn(chart, "months", [colour for colour, _ in series], title)


def line_of_shares(labels: Sequence[str], shares: Sequence[float | None], *, title: Words) -> Element:
    """Per cents over time; the scale begins at the last full ten below the lowest, see `floor_of`."""
    floor_at = floor_of(shares)
    chart = pygal.Line(
        **_common(_HEIGHT),
        **_below(labels),
        margin_top=22,
        margin_right=24,
        range=(floor_at, _MOST_SHARE),
        y_labels=[floor_at, (floor_at + _MOST_SHARE) / 2, _MOST_SHARE],
        value_formatter=_per_cent,
        formatter=figure_text,
        allow_interruptions=True,
        dots_size=4,
        print_values=len(labels) <= _VALUES_MAX,
    )
    told = [f"{label}: {figure_text(share or 0.0)} %" for label, share in zip(labels, shares, strict=True)]
    chart.add("line", _marks(shares, told))
    return _drawn(chart, "trend", ["line"], title)


def floor_of(shares: Sequence[float | None]) -> int:
    """Where the scale of `line_of_shares` begins, in per cent."""
    least = min((share for share in shares if share is not None), default=100.0)
    return max(0, min(90, floor((least - 0.01) / 10) * 10))


def ages(classes: Sequence[Aged], *, title: Words) -> Element:
    """Dossiers in hand by age, the overdue ones marked within each bar."""
    upwards = classes[::-1]
    days = [
        f"{one.from_days}–{one.to_days}" if one.to_days is not None else f"> {one.from_days - 1}" for one in upwards
    ]
    told = [
        f"{name} ngày: {figure_text(one.in_hand)}, quá hạn · overdue {figure_text(one.overdue)}"
        for name, one in zip(days, upwards, strict=True)
    ]
    late = [
        f"quá hạn {figure_text(one.overdue)} ({figure_text(100 * one.overdue / one.in_hand)} %)" if one.overdue else ""
        for one in upwards
    ]
    chart = pygal.HorizontalStackedBar(
        **_common(8 + _ROW * len(classes)),
        **_at_the_end(136),
        x_labels=[f"{name} ngày" for name in days],
        show_x_labels=False,
    )
    beside = [
        {"label": figure_text(one.in_hand), "formatter": _saying(text)} for one, text in zip(upwards, late, strict=True)
    ]
    chart.add("overdue", _marks([one.overdue or None for one in upwards], told), formatter=_nothing)
    chart.add("in-hand", _marks([one.in_hand - one.overdue for one in upwards], told, beside))
    return _drawn(chart, "ages", ["overdue", "in-hand"], title)


def bars_of_shares(shares: Sequence[tuple[Words, float | None]], *, title: Words) -> Element:
    """Each share on a line of its own, of a hundred, under its name."""
    upwards = shares[::-1]
    texts = [NOT_KNOWN_FIGURE if share is None else f"{figure_text(share)} %" for _, share in upwards]
    chart = pygal.HorizontalBar(
        **_common(24 + _ROW * len(shares)),
        **_at_the_end(54),
        range=(0, _MOST_SHARE),
        y_labels=[0, _MOST_SHARE / 2, _MOST_SHARE],
        value_formatter=_per_cent,
    )
    # Names are too long to stand at the left: a series of nothing has room for them above each bar.
    chart.add("name", [{"value": 0, "label": _short(words.vi)} for words, _ in upwards], formatter=_nothing)
    lengths = [min(share or 0.0, _MOST_SHARE) for _, share in upwards]
    told = [f"{words.vi}: {text}" for (words, _), text in zip(upwards, texts, strict=True)]
    chart.add("share", _marks(lengths, told, [{"formatter": _saying(text)} for text in texts]))
    return _drawn(chart, "shares", ["name", "share"], title)


def _common(height: int) -> dict[str, Any]:
    return {
        "width": _WIDTH,
        "height": height,
        "margin": 4,
        "style": _LOOK,
        "js": [],
        "css": [],
        "no_prefix": True,
        "show_legend": False,
        "no_data_text": "Không có số liệu · no figures",
    }


def _below(labels: Sequence[str]) -> dict[str, Any]:
    """As many labels as there is room for."""
    every = max(1, ceil(len(labels) / _LABELS_MAX))
    return {"x_labels": labels, "truncate_label": -1, "x_labels_major_every": every, "show_minor_x_labels": False}


def _at_the_end(room: int) -> dict[str, Any]:
    """What is printed stands after each bar and needs this room."""
    return {"print_values": True, "print_labels": True, "print_values_position": "top", "margin_right": room}


def _marks(
    values: Sequence[float | None], told: Sequence[str], more: Sequence[dict[str, Any]] | None = None
) -> list[dict[str, Any] | None]:
    """What pygal draws a series of; `told` is what a mark says when pointed at."""
    return [
        None if value is None else {"value": value, "tooltip": text, **one}
        for value, text, one in zip(values, told, more or [{}] * len(values), strict=True)
    ]


def _drawn(chart: Any, kind: str, colours: Sequence[str], title: Words) -> Element:
    """The chart without anything that the page forbids or that differs from one drawing to the next."""
    svg = chart.render_tree()
    etree.strip_elements(svg, *_FOR_A_PROGRAM, with_tail=False)
    # pygal's box for its script, and what stands in the axes: places in the drawing, not figures.
    for part in svg.xpath("./g/g[contains(@class, 'tooltip')] | .//g[contains(@class, 'guides')]/title"):
        part.getparent().remove(part)
    for number, colour in enumerate(colours):
        for part in svg.xpath(f".//g[contains(@class, 'serie-{number} ')]"):
            part.set("class", colour)
    etree.cleanup_namespaces(svg)
    name = f"{title.vi} · {title.en}"
    svg.find("title").text = name
    del svg.attrib["id"]
    for attribute, value in (("class", kind), ("role", "img"), ("aria-label", name)):
        svg.set(attribute, value)
    return svg


def _whole(figure: float) -> str:
    return figure_text(round(figure))


def _per_cent(share: float) -> str:
    return f"{share:g} %".replace(".", ",")


def _nothing(_: float) -> str:
    return ""


def _saying(text: str) -> Any:
    return lambda _: text


def _short(text: str) -> str:
    longest = 62
    return text if len(text) <= longest else f"{text[: longest - 1].rstrip()}…"
