"""Where the parts of a document stand on a form: which cells are columns, how headings span, how rows are numbered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Literal

from services.domain.statistics.definition import Cell, Definition, Words
from services.operator.outputs.words import TOTAL, Titles, label

Kind = Literal["total", "consolidated", "detail"]


@dataclass(frozen=True, slots=True)
class Line:
    """One row as it is printed. `number`: STT; `depth`: 1 for the outermost, 0 for the total."""

    number: str
    depth: int
    kind: Kind
    label: str
    figures: Mapping[str, Any]
    """The document's row."""


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading above columns `left` to `right` of the cells, on lines `top` to `bottom` of the head; all from 0."""

    words: Words
    top: int
    bottom: int
    left: int
    right: int


def dimensions(document: Mapping[str, Any]) -> tuple[str, ...]:
    """What the rows are told apart by, outermost first; months are always the outermost."""
    by = document["identity"]["by"]
    return tuple(sorted(by, key=lambda name: name != "month"))


Lines = Sequence[Line]


def lines(document: Mapping[str, Any], titles: Titles) -> list[Line]:
    """The rows in their order, numbered, and the total last.

    Of several dimensions the outermost is numbered I, II …, the next 1, 2 …, deeper ones 1.1, 1.2 …
    """
    by = dimensions(document)
    counters = [0] * len(by)
    found = []
    for row in document["rows"]:
        depth = len(row["row"])
        counters[depth - 1] += 1
        counters[depth:] = [0] * (len(by) - depth)
        name = by[depth - 1]
        found.append(
            Line(
                _number(counters[:depth], roman_first=len(by) > 1),
                depth,
                kind_of(row, by),
                label(name, row["row"][name], titles),
                row,
            )
        )
    return [*found, Line("", 0, "total", TOTAL.vi, document["total"])]


def kind_of(row: Mapping[str, Any], by: Sequence[str]) -> Kind:
    """What a document's row is."""
    depth = len(row["row"])
    return "total" if not depth else "detail" if depth == len(by) else "consolidated"


def columns(definition: Definition) -> tuple[Cell, ...]:
    """The cells that are columns of the form: those it numbers, or all of them where it numbers none."""
    numbered = tuple(cell for cell in definition.cells if cell.key.isdecimal())
    return numbered or definition.cells


def beneath(definition: Definition) -> tuple[Cell, ...]:
    """The cells that stand under the table."""
    shown = columns(definition)
    return tuple(cell for cell in definition.cells if cell not in shown)


def headings(cells: Sequence[Cell]) -> list[Heading]:
    """The headings above these cells; neighbours under the same words share one."""
    deep = 1 + max(len(cell.group) for cell in cells)
    found = []
    for level in range(deep - 1):
        placed = [(cell.group[: level + 1] if len(cell.group) > level else None, at) for at, cell in enumerate(cells)]
        for group, members in groupby(placed, key=lambda one: one[0]):
            if group is not None:
                at = [place for _, place in members]
                found.append(Heading(group[-1], level, level, at[0], at[-1]))
    found += [Heading(cell.title, len(cell.group), deep - 1, at, at) for at, cell in enumerate(cells)]
    return found


def numbers(cells: Sequence[Cell]) -> list[str]:
    """The line of column numbers, those of the ordinal and of the label first; the form's own where it has them."""
    own = [cell.key for cell in cells]
    if not all(key.isdecimal() for key in own):
        own = [str(number) for number in range(3, 3 + len(cells))]
    return [f"({number})" for number in ("1", "2", *own)]


def _number(counters: Sequence[int], *, roman_first: bool) -> str:
    if not roman_first:
        return ".".join(map(str, counters))
    return ".".join(map(str, counters[1:])) or roman(counters[0])


def roman(number: int) -> str:
    """A number as I, II, III …"""
    text = ""
    for value, letters in (
        *((1000, "M"), (900, "CM"), (500, "D"), (400, "CD"), (100, "C"), (90, "XC"), (50, "L"), (40, "XL")),
        *((10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I")),
    ):
        text += letters * (number // value)
        number %= value
    return text
