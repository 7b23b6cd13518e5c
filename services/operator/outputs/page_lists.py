"""From a figure to its dossiers: each figure is a link to the list behind it, which opens without a program."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from lxml.builder import E

from services.domain.statistics.definition import Definition, Words
from services.operator.outputs.layout import Line, dimensions
from services.operator.outputs.more import More
from services.operator.outputs.page_words import Element, both, classed
from services.operator.outputs.words import TOTAL, Titles, figure_text, label, printable


def linked(text: str, at: tuple[tuple[str | None, ...], str], row: str, cell: str, more: More) -> Element:
    """A figure, a link where its dossiers are listed. `row`: the place of its line, `t` for the total."""
    return E.a(text, href=f"#{row}-{cell}") if at in more.lists else E.span(text)


def place(number: int, line: Line) -> str:
    """What the lists of a line are called in addresses within the page."""
    return f"r{number}" if line.kind != "total" else "t"


def lists(
    definition: Definition, document: Mapping[str, Any], lines: Sequence[Line], more: More, titles: Titles
) -> Sequence[Element]:
    """All lists, those of the total first, a line of the table a part that opens."""
    by = dimensions(document)
    ordered = [(len(lines) - 1, lines[-1]), *enumerate(lines[:-1])]
    told = [
        one for number, line in ordered for one in _of_line(definition, line, place(number, line), by, more, titles)
    ]
    if not told:
        return []
    named = Words(
        "Bấm vào một số trong bảng để xem các hồ sơ đứng sau số đó; lệnh khop why MÃ giải thích từng hồ sơ",
        "a figure in the table leads to its dossiers; khop why CODE explains each of them",
    )
    kept = [E.h2(both(Words("Danh sách hồ sơ", "dossiers behind the figures"))), E.p(both(named)), *told]
    if len({at for at, _ in more.lists}) < len(lines):
        few = Words(
            "Các dòng chi tiết quá nhiều nên không kèm danh sách; hãy lập báo cáo cho từng đơn vị (--agency)",
            "the deeper rows are too many to be listed; ask for one agency (--agency)",
        )
        kept.append(E.p(both(few)))
    return [E.section(classed("lists"), *kept)]


def _of_line(
    definition: Definition, line: Line, row: str, by: Sequence[str], more: More, titles: Titles
) -> Sequence[Element]:
    labels = tuple(line.figures["row"][name] for name in by[: line.depth])
    called = " › ".join(label(name, code, titles) for name, code in zip(by, labels, strict=False)) or TOTAL.vi
    parts = []
    for cell in definition.cells:
        found = more.lists.get((labels, cell.key))
        if found is None:
            continue
        told = [E.b(f"({cell.key}) "), both(cell.whole_title), f": {figure_text(found.dossiers)} hồ sơ"]
        told.append(E.div(classed("codes"), *(E.code(printable(code)) for code in found.codes)))
        if found.dossiers > len(found.codes):
            rest = figure_text(found.dossiers - len(found.codes))
            told.append(E.div(both(Words(f"… và {rest} hồ sơ khác", f"and {rest} more"))))
        digest = line.figures.get("hashes", {}).get(cell.key)
        if digest is not None:
            told.append(E.div(classed("codes"), E.small(f"SHA-256 {digest}")))
        parts.append(E.div({"id": f"{row}-{cell.key}"}, classed("list"), *told))
    return [E.details({"id": row}, E.summary(called), *parts)] if parts else []
