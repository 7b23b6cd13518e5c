"""Which cells of one row can change together so that everything a reader knows of the row still holds.

A figure that is not published is safe only if the row could as well be another one: a move is such a change by one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from services.domain.statistics.definition import Definition

Move = tuple[tuple[str, int], ...]
"""Cells, each with +1 or -1."""

_CELLS_MAX: Final = 8
_MOVES_MAX: Final = 400


class Sum(NamedTuple):
    """Two sums of cells whose difference a reader knows. A cell whose name begins with `rest` stands on no form."""

    left: tuple[str, ...]
    right: tuple[str, ...]


def known_sums(definition: Definition, rows: Sequence[Mapping[str, int]]) -> list[Sum]:
    """What a reader knows to be equal: the identities, and that what is part of a cell is at most that cell.

    The second is said with the rest of that cell, which is nowhere printed. Parts of one cell are taken to have no
    dossier in common as long as the figures allow it. Identities are listed though they hold in the total alone: what
    changes neither side of one is safe either way. So are cells whose figures are the same in all rows: whoever finds
    that out knows of the one what is printed of the other. `rows` name the cells whose figures are known.
    """
    known = set(rows[0])
    sums = _twins(rows)
    sums += [Sum(one.left, one.right) for one in definition.identities if known.issuperset((*one.left, *one.right))]
    parts: dict[str, list[str]] = {}
    for cell in definition.cells:
        part, whole = (cell.key, cell.part_of) if cell.share is None else cell.share
        if whole is not None and {part, whole} <= known and part not in parts.setdefault(whole, []):
            parts[whole].append(part)
    for whole, some in parts.items():
        together = [tuple(some)] if _fit(some, whole, rows) else [(part,) for part in some if _fit([part], whole, rows)]
        sums.extend(Sum((whole,), (*each, rest_of(whole, *each))) for each in together)
    return sums


def _twins(rows: Sequence[Mapping[str, int]]) -> list[Sum]:
    columns: dict[tuple[int, ...], list[str]] = {}
    for cell in rows[0]:
        columns.setdefault(tuple(row[cell] for row in rows), []).append(cell)
    return [Sum((one,), (other,)) for figures, (one, *others) in columns.items() if any(figures) for other in others]


def _fit(parts: Sequence[str], whole: str, rows: Sequence[Mapping[str, int]]) -> bool:
    return all(sum(row[part] for part in parts) <= row[whole] for row in rows)


def rest_of(whole: str, *parts: str) -> str:
    """The name of what a cell holds beside its parts."""
    return f"rest of {whole} beside {', '.join(parts)}"


def is_rest(cell: str) -> bool:
    """Whether a cell stands on no form."""
    return cell.startswith("rest of ")


def moves_of(cell: str, sums: Sequence[Sum]) -> list[Move]:
    """Every change of few cells in which this one grows by one and all sums stay equal, the smallest first.

    The opposite of a move is one too.
    """
    found: list[Move] = []
    for changes in _balanced({cell: 1}, sums):
        move = tuple(sorted(changes.items()))
        if move not in found:
            found.append(move)
        if len(found) == _MOVES_MAX:
            break
    return sorted(found, key=lambda move: (sum(not is_rest(one) for one, _ in move), move))


def opposite(move: Move) -> Move:
    """What takes a move back."""
    return tuple((cell, -step) for cell, step in move)


def _balanced(move: dict[str, int], sums: Sequence[Sum]) -> Iterator[dict[str, int]]:
    for left, right in sums:
        more = sum(move.get(one, 0) for one in left) - sum(move.get(one, 0) for one in right)
        if more:
            break
    else:
        yield dict(move)
        return
    if len(move) == _CELLS_MAX:
        return
    step = 1 if more > 0 else -1
    for side, sign in ((left, -step), (right, step)):
        for one in side:
            if one not in move:
                move[one] = sign
                yield from _balanced(move, sums)
                del move[one]
