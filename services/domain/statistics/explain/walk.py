"""Walks from one way to another over frames of cases and comes back with a bridge for each cell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby

import polars as pl

from services.domain.statistics.explain.bridge import Bridge, bridge
from services.domain.statistics.explain.cells import summable
from services.domain.statistics.explain.positions import changed_lines, same_dossiers, turn
from services.domain.statistics.explain.reason import UNEXPLAINED, Reason, by_cell
from services.domain.statistics.explain.steps import steps
from services.domain.statistics.explain.trace import go_on, trace
from services.domain.statistics.explain.way import Place, Way

Cells = tuple[str, str]
"""Key of the cell in A's definition, key in B's."""
_CLOCK = Reason(
    "clock",
    "counted_at",
    "phần mềm xét theo lúc chạy thống kê, và hai lần chạy vào hai lúc khác nhau",
    "the program goes by the moment it is run, and the two were run at different moments",
)


class Walk:
    """From way `a` to way `b`. Give it a frame for each place of its `ways`, with a column `line` (`system/code`)."""

    def __init__(self, a: Way, b: Way) -> None:
        self.a, self.b = a, b
        self._steps = steps(a, b)

    @property
    def ways(self) -> tuple[Way, ...]:
        """Every way it comes by."""
        return (self.a, *(step.way for step in self._steps), self.b)

    def common(self) -> tuple[Cells, ...]:
        """The cells that both definitions have under the same key and that are sums, in the order of B's."""
        mine = summable(self.a.definition)
        return tuple((key, key) for key in summable(self.b.definition) if key in mine)

    def bridges(
        self, frames: Mapping[Place, pl.DataFrame], cells: Sequence[Cells], *, names: Mapping[str, str]
    ) -> list[Bridge]:
        """A bridge for each cell. `names`: the line a dossier had at the earlier position → the one it has later."""
        traces, reasons = self.traces(frames, cells, names=names)
        return [bridge(each, traced, reasons) for each, traced in zip(cells, traces, strict=True)]

    def traces(
        self, frames: Mapping[Place, pl.DataFrame], cells: Sequence[Cells], *, names: Mapping[str, str]
    ) -> tuple[list[pl.DataFrame], list[Reason]]:
        """The trace of each cell, and the reasons that the numbers of the steps stand for."""
        ways = self._ways()
        reasons = [reason for reason, _ in ways]
        found: list[pl.DataFrame] = []
        for place, run in groupby(enumerate(ways), key=lambda each: each[1][1].place):
            numbered = list(run)
            table = [self._marks(way, cells, other=number > 0) for number, (_, way) in numbered]
            found = _on(found, _counted(frames[place], table), first=numbered[0][0])
        if self._last.request.position != self.b.request.position:
            found = self._turned(frames, cells, found, reasons, names)
        return found, reasons

    @property
    def _last(self) -> Way:
        return self._steps[-1].way if self._steps else self.a

    def _ways(self) -> list[tuple[Reason, Way]]:
        # Two cells of one definition are told apart first, before anything else is changed.
        apart = [(by_cell(self.a.definition), self.a)] if self.a.definition is self.b.definition else []
        return [(UNEXPLAINED, self.a), *apart, *self._steps]

    def _marks(self, way: Way, cells: Sequence[Cells], *, other: bool) -> list[pl.Expr]:
        marks = way.marks()
        of_b = other and way.definition is self.b.definition
        return [marks[cell[1] if of_b else cell[0]] for cell in cells]

    def _turned(
        self,
        frames: Mapping[Place, pl.DataFrame],
        cells: Sequence[Cells],
        so_far: list[pl.DataFrame],
        reasons: list[Reason],
        names: Mapping[str, str],
    ) -> list[pl.DataFrame]:
        here, there = self._last.request.position, self.b.request.position
        earlier, later = frames[self._last.place], frames[self.b.place]
        if here > there:
            earlier, later = later, earlier
        clear = same_dossiers(earlier, names)
        arrived = frames[self.b.place]
        if clear:
            earlier = earlier.with_columns(pl.col("line").replace(clear))
            if here > there:
                arrived = arrived.with_columns(pl.col("line").replace(clear))
            else:
                so_far = [traced.with_columns(pl.col("line").replace(clear)) for traced in so_far]
        changed = changed_lines(earlier, later)
        still = [traced.join(changed, on="line", how="anti") for traced in so_far]
        so_far = [traced.join(changed, on="line", how="semi") for traced in so_far]
        earlier, later = (one.join(changed, on="line", how="semi") for one in (earlier, later))
        marks = self._marks(self._last, cells, other=True)
        there_alone = [pl.when("#there").then(mark).otherwise(0) for mark in marks]
        turned = [
            (each.reason, _counted(each.cases, [there_alone]))
            for each in turn(earlier, later, positions=(min(here, there), max(here, there)))
        ]
        if here > there:
            # Backwards, what a fact brought is taken away again.
            told = [each for each, _ in turned]
            turned = [
                (reason, counted)
                for reason, (_, counted) in zip([told[0], *reversed(told[1:])], reversed(turned), strict=True)
            ]
        first = len(reasons)
        reasons += [reason for reason, _ in turned]
        lines = turned[0][1][0]
        by_cell = list(zip(*(counted[1] for _, counted in turned), strict=True))
        so_far = _on(so_far, (lines, [[one[0] for one in steps] for steps in by_cell]), first=first)
        so_far = [pl.concat([one, other]) for one, other in zip(still, so_far, strict=True)]
        reasons.append(_CLOCK)
        return _on(
            so_far,
            _counted(arrived, [self._marks(self.b, cells, other=True)]),
            first=len(reasons) - 1,
        )


_Counted = tuple[pl.Series, list[list[pl.Series]]]
"""Lines, and for each cell what they count at each step."""


def _counted(cases: pl.DataFrame, table: Sequence[Sequence[pl.Expr]]) -> _Counted:
    cells = len(table[0])
    named = (mark.alias(f"#{step}/{cell}") for step, marks in enumerate(table) for cell, mark in enumerate(marks))
    found = cases.select("line", *named)
    return found["line"], [
        [found[f"#{step}/{cell}"].shrink_dtype() for step in range(len(table))] for cell in range(cells)
    ]


def _on(so_far: list[pl.DataFrame], counted: _Counted, *, first: int) -> list[pl.DataFrame]:
    lines, cells = counted
    then = [trace(lines, steps, first=first) for steps in cells]
    if not so_far:
        return then
    return [go_on(one, other, first=first) for one, other in zip(so_far, then, strict=True)]
