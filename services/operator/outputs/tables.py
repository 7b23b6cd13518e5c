"""The table of a form on paper: cells across, as forms print them, or down, where they are too many for a page."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import groupby
from typing import Any, Final, Protocol

from services.domain.statistics.definition import Cell, Definition, Words, joined
from services.operator.outputs.layout import Lines, dimensions, headings, numbers, roman
from services.operator.outputs.paper import LINE_HEIGHT, Paper
from services.operator.outputs.styles import FIGURE_WIDTH, LABEL_WIDTH, NUMBER_WIDTH, UPRIGHT_LABEL_WIDTH
from services.operator.outputs.words import NOT_KNOWN_FIGURE, SUPPRESSED, Hidden, hidden_in
from services.operator.report_screen import LABELS

ACROSS_MAX: Final = 16
"""More cells than these are printed down."""
BESIDE_MAX: Final = 6
"""How many rows of a report stand beside one another, where cells are printed down; others stand on other pages."""
COLUMNS_MIN: Final = 7
"""The head and the signatures need room, however small the table."""
ROWS_MAX: Final = 1_000_000
"""What a sheet holds is 1,048,576 rows, those of the form's head and foot among them."""


class TooLong(ValueError):
    """More rows than a sheet holds; its text says what to do."""


class Table(Protocol):
    """How the figures stand on the sheet."""

    @property
    def breaks(self) -> Sequence[int]:
        """The last rows of pages, where the table itself is made of pages, each with its headings."""
        ...

    def widths(self) -> list[float]:
        """Of the sheet's columns."""
        ...

    def head(self, paper: Paper) -> None:
        """Write the headings."""
        ...

    def body(self, paper: Paper, moved: Callable[[int], None]) -> None:
        """Write the figures; `moved` hears how many rows of the report are written."""
        ...


def table_of(definition: Definition, document: Mapping[str, Any], cells: Sequence[Cell], lines: Lines) -> Table:
    """The table that suits a definition. Raises TooLong."""
    across = len(cells) <= ACROSS_MAX
    needed = len(lines) if across else 3 * len(cells) * -(-len(lines) // BESIDE_MAX)
    if needed > ROWS_MAX:
        raise TooLong(f"{len(lines) - 1} rows do not fit into a workbook; ask for fewer dimensions, or for CSV")
    hidden = hidden_in(document)
    return Across(definition, document, cells, lines, hidden) if across else Down(cells, lines, hidden)


class Across:
    """One row of the report a line."""

    @property
    def breaks(self) -> Sequence[int]:
        """None: its headings are repeated by the program that prints it."""
        return ()

    def __init__(
        self,
        definition: Definition,
        document: Mapping[str, Any],
        cells: Sequence[Cell],
        lines: Lines,
        hidden: Hidden,
    ) -> None:
        self._cells = cells
        self._lines = lines
        self._hidden = hidden
        form = definition.form
        called = " / ".join(LABELS[name].vi for name in dimensions(document)) or "Nội dung"
        self._subject = form.subject.vi if form else called

    def widths(self) -> list[float]:
        """Of the sheet's columns."""
        spare = max(0, COLUMNS_MIN - 2 - len(self._cells))
        return [NUMBER_WIDTH, LABEL_WIDTH, *(FIGURE_WIDTH for _ in range(len(self._cells) + spare))]

    def head(self, paper: Paper) -> None:
        """The groups over the titles, and the line of numbers."""
        found = headings(self._cells)
        top, deep = paper.at + 1, 1 + max(one.bottom for one in found)
        paper.block(top, 1, top + deep - 1, 1, "STT", "form heading")
        paper.block(top, 2, top + deep - 1, 2, self._subject, "form heading")
        for one in found:
            paper.block(top + one.top, 3 + one.left, top + one.bottom, 3 + one.right, one.words.vi, "form heading")
        for level in range(deep):
            needed = [
                paper.lines_of(one.words.vi, 3 + one.left, 3 + one.right) / (1 + one.bottom - one.top)
                for one in found
                if one.top <= level <= one.bottom
            ]
            paper.sheet.row_dimensions[top + level].height = LINE_HEIGHT * max(needed, default=1)
        paper.at += deep + 1
        for column, number in enumerate(numbers(self._cells), 1):
            paper.put(paper.at, column, number, "form numbers")

    def body(self, paper: Paper, moved: Callable[[int], None]) -> None:
        """The rows, the total last."""
        for number, line in enumerate(self._lines, 1):
            paper.at += 1
            kind = "" if line.kind == "detail" else " " + line.kind
            paper.put(paper.at, 1, line.number, f"form ordinal{kind}")
            paper.put(paper.at, 2, line.label, f"form label{kind}")
            paper.tall(paper.at, line.label, 2, 2)
            for column, cell in enumerate(self._cells, 3):
                write_figure(paper, paper.at, column, cell, line.figures, self._hidden, kind)
            moved(number)


class Down:
    """One cell a line, under the heading of its index; the total and the rows beside one another, so many at a time."""

    def __init__(self, cells: Sequence[Cell], lines: Lines, hidden: Hidden) -> None:
        self._cells = cells
        every = [*lines[-1:], *lines[:-1]]
        self._blocks = [every[at : at + BESIDE_MAX] for at in range(0, len(every), BESIDE_MAX)]
        self._hidden = hidden
        self._breaks: list[int] = []

    @property
    def breaks(self) -> Sequence[int]:
        """The rows before those of the report that have no room beside the first."""
        return self._breaks

    def widths(self) -> list[float]:
        """Of the sheet's columns."""
        figures = max(COLUMNS_MIN - 2, len(self._blocks[0]))
        return [NUMBER_WIDTH, UPRIGHT_LABEL_WIDTH, *(FIGURE_WIDTH for _ in range(figures))]

    def head(self, paper: Paper) -> None:
        """What the first rows are called, and the line of numbers."""
        self._heading(paper, self._blocks[0], 3)

    def body(self, paper: Paper, moved: Callable[[int], None]) -> None:
        """The cells, those of one index together; again for the rows that have no room beside the first."""
        written = 0
        for block in self._blocks:
            if written:
                self._breaks.append(paper.at)
                self._heading(paper, block, 3 + written)
            order = 0
            for group, members in groupby(self._cells, key=lambda cell: cell.group):
                if group:
                    order += 1
                    self._group(paper, group, roman(order), 2 + len(block))
                for number, cell in enumerate(members, 1):
                    paper.at += 1
                    paper.put(paper.at, 1, str(number), "form ordinal")
                    paper.put(paper.at, 2, cell.title.vi, "form label")
                    paper.tall(paper.at, cell.title.vi, 2, 2)
                    for column, line in enumerate(block, 3):
                        write_figure(paper, paper.at, column, cell, line.figures, self._hidden, "")
            written += len(block)
            moved(written)

    def _heading(self, paper: Paper, block: Lines, number: int) -> None:
        top = paper.at + 1
        paper.at += 2
        for column, text in enumerate(("STT", "Chỉ tiêu", *(line.label for line in block)), 1):
            paper.block(top, column, top, column, text, "form heading")
            paper.tall(top, text, column, column)
            shown = column if column < 3 else number + column - 3
            paper.put(paper.at, column, f"({shown})", "form numbers")

    def _group(self, paper: Paper, group: Sequence[Words], number: str, right: int) -> None:
        paper.at += 1
        text = joined(group).vi
        paper.put(paper.at, 1, number, "form ordinal consolidated")
        paper.block(paper.at, 2, paper.at, right, text, "form label consolidated")
        paper.tall(paper.at, text, 2, right)


def write_figure(
    paper: Paper, row: int, column: int, cell: Cell, figures: Mapping[str, Any], hidden: Hidden, kind: str
) -> None:
    """A figure as a number; a dash where it is not known, a star where it is not published."""
    figure = figures[cell.key]
    written = paper.sheet.cell(row, column)
    written.style = f"form {'share' if isinstance(figure, float) else 'figure'}{kind}"
    if figure is not None:
        written.value = figure
    else:
        written.value = SUPPRESSED if (tuple(figures["row"].items()), cell.key) in hidden else NOT_KNOWN_FIGURE
