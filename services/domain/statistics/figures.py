"""The figures of a row: shares, points and means of what was measured, two decimals half up; unknown stays unknown."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from services.domain.statistics.definition import Cell, Definition, Given, Words
from services.domain.statistics.facts import in_words

Figure = int | float | None
"""None: not known, or a share of nothing; the reason stands beside it."""

_CENT: Final = Decimal("0.01")


def figures_of(definition: Definition, known: Mapping[str, int], unknown: Mapping[str, Words]) -> dict[str, Figure]:
    """Every cell's figure. `known`: what was measured by key, and what others gave by name; `unknown`: by key."""
    figures: dict[str, Figure] = {}
    for cell in definition.cells:
        if cell.key in unknown:
            figures[cell.key] = None
        elif cell.made_of:
            figures[cell.key] = _made(cell, figures)
        else:
            figures[cell.key] = known.get(cell.given or cell.key)
    return figures


def _made(cell: Cell, figures: Mapping[str, Figure]) -> Figure:
    parts = [figures[key] for key in cell.made_of]
    amounts = [Decimal(part) for part in parts if part is not None]
    if len(amounts) < len(parts):
        return None
    if cell.largest:
        return int(max(amounts))
    if not all(amounts[1::2]):
        return None
    # Numerators and denominators take turns.
    made = amounts[0] / amounts[1]
    if cell.mean is not None:
        return float((made / cell.unit).quantize(_CENT, ROUND_HALF_UP))
    for of, whole in zip(amounts[2::2], amounts[3::2], strict=True):
        made = made * of / whole
    if cell.points is None:
        return float((made * 100).quantize(_CENT, ROUND_HALF_UP))
    points = Decimal(str(cell.points))
    return float(min(points, made * 100 * points / Decimal(str(cell.threshold))).quantize(_CENT, ROUND_HALF_UP))


def unknown_figures(definition: Definition, said: frozenset[str] | None, given: Given) -> dict[str, Words]:
    """Key of a cell → why it is not known in any row. `said`: facts that somebody said; None if there is no dossier."""
    unknown: dict[str, Words] = {}
    for cell in definition.cells:
        missing = () if said is None else tuple(need for need in cell.needs if need not in said)
        without = next((key for key in cell.made_of if key in unknown), None)
        if cell.unknown is not None:
            unknown[cell.key] = cell.unknown
        elif missing:
            unknown[cell.key] = Words(
                f"không rõ: chưa hệ thống nào cho biết {', '.join(in_words(need).vi for need in missing)}",
                f"not known: no system of this tenant ever said {', '.join(in_words(need).en for need in missing)}",
            )
        elif cell.given is not None and not given.get(cell.given):
            unknown[cell.key] = Words(
                f"không rõ: chưa khai báo {in_words(cell.given).vi}",
                f"not known: nobody declared {in_words(cell.given).en}",
            )
        elif without is not None:
            unknown[cell.key] = unknown[without]
    return unknown
