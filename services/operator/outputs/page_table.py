"""The table of the form on the page: as it is printed, or cells down where they are too many beside one another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any

from lxml.builder import E

from services.domain.statistics.definition import Cell, Definition, Words, joined
from services.operator.outputs.layout import Line, columns, dimensions, headings, numbers
from services.operator.outputs.more import More
from services.operator.outputs.page_lists import linked, place
from services.operator.outputs.page_words import Element, both, classed
from services.operator.outputs.tables import ACROSS_MAX
from services.operator.outputs.words import hidden_in, shown
from services.operator.report_screen import LABELS


def table(definition: Definition, document: Mapping[str, Any], lines: Sequence[Line], more: More) -> Element:
    """The whole table, in a frame that scrolls sideways."""
    cells = columns(definition)
    by, hidden = dimensions(document), hidden_in(document)
    placed = [(place(number, line), line) for number, line in enumerate(lines)]

    def figure(row: str, line: Line, cell: Cell) -> Element:
        labels = tuple(line.figures["row"][name] for name in by[: line.depth])
        return E.td(linked(shown(line.figures, cell.key, hidden), (labels, cell.key), row, cell.key, more))

    if len(cells) <= ACROSS_MAX:
        called = [LABELS[name] for name in by] or [Words("Nội dung", "subject")]
        subject = Words(" / ".join(one.vi for one in called), " / ".join(one.en for one in called))
        head = _head(cells, definition.form.subject if definition.form else subject)
        rows = [
            E.tr(
                classed(line.kind),
                E.td(classed("order"), line.number),
                E.th({"scope": "row"}, line.label),
                *(figure(row, line, cell) for cell in cells),
            )
            for row, line in placed
        ]
    else:
        beside = [*placed[-1:], *placed[:-1]]
        head = [E.tr(_th("Chỉ tiêu", "indicator"), *(E.th({"scope": "col"}, line.label) for _, line in beside))]
        rows = []
        for group, members in groupby(cells, key=lambda cell: cell.group):
            if group:
                empty = (E.td() for _ in beside)
                rows.append(E.tr(classed("consolidated"), E.th({"scope": "rowgroup"}, both(joined(group))), *empty))
            for cell in members:
                figures = (figure(row, line, cell) for row, line in beside)
                rows.append(E.tr(E.th({"scope": "row"}, both(cell.title)), *figures))
    return E.div(classed("scroll"), {"tabindex": "0"}, E.table(E.thead(*head), E.tbody(*rows)))


def _th(vi: str, en: str) -> Element:
    return E.th({"scope": "col"}, both(Words(vi, en)))


def _head(cells: Sequence[Cell], subject: Words) -> list[Element]:
    found = headings(cells)
    deep = 1 + max(one.bottom for one in found)
    head = []
    for level in range(deep):
        row = E.tr()
        if level == 0:
            row.append(E.th({"rowspan": str(deep), "scope": "col"}, classed("number-first"), "STT"))
            row.append(E.th({"rowspan": str(deep), "scope": "col"}, both(subject)))
        for one in sorted((one for one in found if one.top == level), key=lambda one: one.left):
            spans = {"colspan": str(1 + one.right - one.left), "rowspan": str(1 + one.bottom - one.top)}
            row.append(E.th(spans, both(one.words)))
        head.append(row)
    first, *rest = numbers(cells)
    head.append(E.tr(classed("number"), E.th(classed("number-first"), first), *(E.th(one) for one in rest)))
    return head
