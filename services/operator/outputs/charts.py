"""Charts as inline SVG without colours of their own: the page's style sheet gives them, by day and by night.

Each is drawn 400 units wide, so that its letters can be read on a phone, and stands beside others on a wide screen.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from math import ceil, floor, log10
from typing import Any, Final

from lxml.builder import E

from services.domain.statistics.ageing import Aged
from services.domain.statistics.definition import Words
from services.operator.outputs.words import figure_text

Element = Any
"""What lxml builds; it escapes all text."""

_WIDTH: Final = 400.0
_LEFT, _RIGHT, _TOP, _BOTTOM = 46.0, 6.0, 14.0, 34.0
_HEIGHT: Final = 210.0
_LABELS_MAX: Final = 12
_VALUES_MAX: Final = 8
_ROW: Final = 34.0
_MOST_SHARE: Final = 100.0


def grouped_bars(labels: Sequence[str], series: Sequence[tuple[str, Sequence[int | None]]], *, title: Words) -> Element:
    """Bars of several series (class of its colour, figures) beside one another, a group a label."""
    top = _nice(max((figure or 0 for _, figures in series for figure in figures), default=0))
    svg = _svg(_HEIGHT, title)
    _grid(svg, [(figure, figure_text(figure)) for figure in (0, top // 2, top)], top=top, floor_at=0)
    room = (_WIDTH - _LEFT - _RIGHT) / max(1, len(labels))
    wide = min(26.0, room * 0.8 / len(series))
    for at, label in enumerate(labels):
        middle = _LEFT + room * (at + 0.5)
        for number, (colour, figures) in enumerate(series):
            figure = figures[at]
            if figure is not None:
                y = _y(figure, top=top, floor_at=0)
                left = middle + wide * (number - len(series) / 2)
                svg.append(_bar(left, y, wide - 1, _HEIGHT - _BOTTOM - y, colour, f"{label}: {figure_text(figure)}"))
        _below(svg, middle, label, at, len(labels))
    return svg


def line_of_shares(labels: Sequence[str], shares: Sequence[float | None], *, title: Words) -> Element:
    """Per cents over time; the scale begins at the last full ten below the lowest, see `floor_of`."""
    floor_at = floor_of(shares)
    svg = _svg(_HEIGHT, title)
    middle = (floor_at + 100) / 2
    _grid(svg, [(at, f"{at:g} %".replace(".", ",")) for at in (floor_at, middle, 100)], top=100, floor_at=floor_at)
    room = (_WIDTH - _LEFT - _RIGHT) / max(1, len(labels))
    points = [
        None if share is None else (_LEFT + room * (at + 0.5), _y(share, top=100, floor_at=floor_at))
        for at, share in enumerate(shares)
    ]
    for one, next_one in pairwise(points):
        if one is not None and next_one is not None:
            svg.append(
                E.line(
                    {"x1": _n(one[0]), "y1": _n(one[1]), "x2": _n(next_one[0]), "y2": _n(next_one[1])}, _class("line")
                )
            )
    for at, (label, share, point) in enumerate(zip(labels, shares, points, strict=True)):
        if share is not None and point is not None:
            x, y = point
            told = f"{figure_text(share)} %"
            svg.append(E.circle({"cx": _n(x), "cy": _n(y), "r": "4"}, _class("dot"), E.title(f"{label}: {told}")))
            if len(labels) <= _VALUES_MAX:
                under = y < _TOP + 12
                svg.append(_text(x, y + 18 if under else y - 9, figure_text(share), "value", "middle"))
        _below(svg, _LEFT + room * (at + 0.5), label, at, len(labels))
    return svg


def floor_of(shares: Sequence[float | None]) -> int:
    """Where the scale of `line_of_shares` begins, in per cent."""
    least = min((share for share in shares if share is not None), default=100.0)
    return max(0, min(90, floor((least - 0.01) / 10) * 10))


def ages(classes: Sequence[Aged], *, title: Words) -> Element:
    """Dossiers in hand by age, the overdue ones marked within each bar."""
    most = max((one.in_hand for one in classes), default=0) or 1
    svg = _svg(8 + _ROW * len(classes), title)
    left, room = 88.0, _WIDTH - 88.0 - 128.0
    for number, one in enumerate(classes):
        y = 8 + _ROW * number
        days = f"{one.from_days}–{one.to_days}" if one.to_days is not None else f"> {one.from_days - 1}"
        svg.append(_text(left - 8, y + 15, f"{days} ngày", "axis", "end"))
        told = f"{days} ngày: {figure_text(one.in_hand)}, quá hạn · overdue {figure_text(one.overdue)}"
        wide, late = (room * figure / most for figure in (one.in_hand, one.overdue))
        svg.append(_bar(left, y, max(wide, 1.0), 20, "in-hand", told))
        if one.overdue:
            svg.append(_bar(left, y, max(late, 2.0), 20, "overdue", told))
        svg.append(_text(left + wide + 6, y + 9, figure_text(one.in_hand), "value", "start"))
        if one.overdue:
            part = figure_text(100 * one.overdue / one.in_hand)
            late_text = f"quá hạn {figure_text(one.overdue)} ({part} %)"
            svg.append(_text(left + wide + 6, y + 20, late_text, "small", "start"))
    return svg


def bars_of_shares(shares: Sequence[tuple[Words, float | None]], *, title: Words) -> Element:
    """Each share on a line of its own, of a hundred."""
    svg = _svg(6 + (_ROW + 4) * len(shares), title)
    room = _WIDTH - 66.0
    for number, (words, share) in enumerate(shares):
        y = 6 + (_ROW + 4) * number
        svg.append(_text(0, y + 10, _short(words.vi), "axis", "start"))
        svg.append(_bar(0, y + 15, room, 12, "empty", words.vi))
        if share is not None:
            wide = room * min(share, _MOST_SHARE) / _MOST_SHARE
            svg.append(_bar(0, y + 15, wide, 12, "share", f"{words.vi}: {figure_text(share)} %"))
        svg.append(_text(_WIDTH, y + 25, "–" if share is None else f"{figure_text(share)} %", "value", "end"))
    return svg


def _short(text: str) -> str:
    longest = 62
    return text if len(text) <= longest else f"{text[: longest - 1].rstrip()}…"


def _svg(height: float, title: Words) -> Element:
    svg = E.svg({"viewBox": f"0 0 {_n(_WIDTH)} {_n(height)}", "role": "img"}, E.title(f"{title.vi} · {title.en}"))
    svg.set("aria-label", f"{title.vi} · {title.en}")
    return svg


def _grid(svg: Element, ticks: Sequence[tuple[float, str]], *, top: float, floor_at: float) -> None:
    for value, text in ticks:
        y = _y(value, top=top, floor_at=floor_at)
        svg.append(E.line({"x1": _n(_LEFT), "x2": _n(_WIDTH - _RIGHT), "y1": _n(y), "y2": _n(y)}, _class("grid")))
        svg.append(_text(_LEFT - 5, y + 4, text, "axis", "end"))


def _below(svg: Element, x: float, label: str, at: int, many: int) -> None:
    """A month's number, and its year where a year begins."""
    year, month = label.split("-")
    every = ceil(many / _LABELS_MAX)
    if at % every == 0:
        svg.append(_text(x, _HEIGHT - _BOTTOM + 14, f"T{int(month)}", "axis", "middle"))
    if at == 0 or month == "01":
        svg.append(_text(x, _HEIGHT - _BOTTOM + 28, year, "axis", "middle"))


def _bar(x: float, y: float, width: float, height: float, colour: str, told: str) -> Element:
    place = {"x": _n(x), "y": _n(y), "width": _n(max(width, 0)), "height": _n(max(height, 0))}
    return E.rect(place, _class(f"bar {colour}"), E.title(told))


def _text(x: float, y: float, text: str, kind: str, anchor: str) -> Element:
    return E.text({"x": _n(x), "y": _n(y), "text-anchor": anchor}, _class(kind), text)


def _class(name: str) -> dict[str, str]:
    return {"class": name}


def _y(figure: float, *, top: float, floor_at: float) -> float:
    room = _HEIGHT - _TOP - _BOTTOM
    return _TOP + room * (1 - (figure - floor_at) / ((top - floor_at) or 1))


def _nice(most: int) -> int:
    """The next 1, 2, 4, 5, 6 or 8 times a power of ten."""
    if most <= _VALUES_MAX:
        return most + most % 2 or 2
    power = 10 ** floor(log10(most))
    return next(int(times * power) for times in (1, 2, 4, 5, 6, 8, 10) if times * power >= most)


def _n(number: float) -> str:
    return f"{number:.2f}".rstrip("0").rstrip(".")
