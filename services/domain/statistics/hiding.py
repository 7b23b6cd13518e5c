"""Chooses which figures of a table must not be printed, each with a proof that nobody can work it out.

For each missing figure there is another table: the same wherever a figure is printed, at least 1 wherever one is
missing, with the same identities in each row and the same sums over rows, in which that figure is another one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence, Set
from itertools import islice
from math import inf, isqrt
from typing import Final

from services.domain.statistics.moves import Move, Sum, is_rest, moves_of, opposite

Node = tuple[str | None, ...]
"""A row by its labels, outermost first; () is the total."""
Place = tuple[Node, str]
Way = tuple[Node, ...]
"""Rows from one down to a detail beneath it: where a change by one dossier shows."""

_WAYS_MAX: Final = 8
_WAYS_OF_A_ROW: Final = 2
_MOVES_TRIED: Final = 16


def hidden_places(figures: Mapping[Node, Mapping[str, int]], sums: Sequence[Sum], small: Set[Place]) -> set[Place]:
    """What must not be printed: `small`, and those figures that would give them away.

    Each row must be the sum of those right beneath it, and `sums` must hold in the total at least.
    """
    table = _Table(figures, sums)
    hidden, safe = set(small), set[Place]()
    # The deepest first: what hides a detail often hides what is small in the rows above it.
    for place in sorted(
        (place for row in figures for one in figures[row] if (place := (row, one)) in small), key=_depth
    ):
        if place not in safe:
            # Every figure that differs in the other table is safe by the same table.
            changed = table.another(place, hidden)
            safe |= changed
            hidden |= changed
    return hidden


def _depth(place: Place) -> int:
    return -len(place[0])


class _Table:
    def __init__(self, figures: Mapping[Node, Mapping[str, int]], sums: Sequence[Sum]) -> None:
        self._printed = figures
        self._sums = sums
        self._figures = {node: {**row, **_rests(row, sums)} for node, row in figures.items()}
        self._beneath: dict[Node, list[Node]] = {node: [] for node in figures}
        for node in figures:
            if node:
                self._beneath[node[:-1]].append(node)
        self._price = {(node, cell): 1 + isqrt(figure) for node, row in figures.items() for cell, figure in row.items()}
        self._rests = {cell for one in sums for cell in one.right if is_rest(cell)}
        self._moves: dict[str, list[Move]] = {}
        self._ways: dict[tuple[Node, Move], list[Way]] = {}

    def another(self, place: Place, hidden: set[Place]) -> set[Place]:
        """The printed figures that are others in another table, this one among them; as few new ones as were found."""
        node, cell = place
        if cell not in self._moves:
            one_way = moves_of(cell, self._sums)
            self._moves[cell] = [move for each in one_way for move in (each, opposite(each))]
        possible = (move for move in self._moves[cell] if self._can_change(node, move))
        best, least = None, inf
        for move in islice(possible, _MOVES_TRIED):
            cells = self._cells(move)
            for rows in self._rows_changed(node, move):
                price = sum(self._price[at] for row in rows for one in cells if (at := (row, one)) not in hidden)
                if price < least:
                    best, least = {(row, one) for row in rows for one in cells}, price
                if not price:
                    break
        return self._doubled(node, cell) if best is None else best

    def _rows_changed(self, node: Node, move: Move) -> Iterator[Way]:
        """Down from this row the change goes to a detail; as near as can be another detail takes it back."""
        for down in self._ways_from(node, move):
            changed, at = list(down), node
            while at:
                back = [way for way in self._ways_beneath(at[:-1], opposite(move)) if way[0] != at]
                if back:
                    yield from ((*changed, *way) for way in back)
                    break
                at = at[:-1]
                if not self._can_change(at, move):
                    break
                changed.append(at)
            else:
                yield tuple(changed)

    def _doubled(self, node: Node, cell: str) -> set[Place]:
        """The table that counts twice every dossier of some rows in which all sums hold: it is always another one."""
        while self._beneath[node]:
            node = next(one for one in self._beneath[node] if self._printed[one][cell])
        while not self._holds(node):
            node = node[:-1]
        above = [
            (node[:depth], key) for depth in range(len(node)) for key, figure in self._printed[node].items() if figure
        ]
        return {*above, *self._within(node)}

    def _holds(self, node: Node) -> bool:
        row = self._figures[node]
        return not node or all(
            sum(row[cell] for cell in one.left) == sum(row[cell] for cell in one.right) for one in self._sums
        )

    def _within(self, node: Node) -> Iterator[Place]:
        yield from ((node, cell) for cell, figure in self._printed[node].items() if figure)
        for one in self._beneath[node]:
            yield from self._within(one)

    def _ways_from(self, node: Node, move: Move) -> list[Way]:
        if not self._can_change(node, move):
            return []
        if not self._beneath[node]:
            return [(node,)]
        return [(node, *way) for way in self._ways_beneath(node, move)]

    def _ways_beneath(self, node: Node, move: Move) -> list[Way]:
        if (node, move) not in self._ways:
            ways = [way for one in self._beneath[node] for way in self._ways_from(one, move)[:_WAYS_OF_A_ROW]]
            cells = self._cells(move)
            ways.sort(key=lambda way: sum(self._price[row, cell] for row in way for cell in cells))
            self._ways[node, move] = ways[:_WAYS_MAX]
        return self._ways[node, move]

    def _cells(self, move: Move) -> list[str]:
        return [cell for cell, _ in move if cell not in self._rests]

    def _can_change(self, node: Node, move: Move) -> bool:
        row = self._figures[node]
        for cell, step in move:
            figure = row[cell]
            if figure + step < 0 or (cell not in self._rests and (not figure or not figure + step)):
                return False
        return True


def _rests(row: Mapping[str, int], sums: Sequence[Sum]) -> dict[str, int]:
    return {
        rest: sum(row[cell] for cell in one.left) - sum(row[cell] for cell in one.right if cell != rest)
        for one in sums
        for rest in one.right
        if is_rest(rest)
    }
