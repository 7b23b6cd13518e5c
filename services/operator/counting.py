"""Counting a country takes longer than two seconds: who waits sees how many dossiers were looked at."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import polars as pl

from services.operator import screen
from services.projections.cases import Cases, CasesQuery


class _Told:
    def __init__(self, cases: Cases, moved: Callable[[int], None]) -> None:
        self._cases = cases
        self._moved = moved
        self._looked_at = 0

    async def cases(self, query: CasesQuery, take: Callable[[pl.DataFrame], None]) -> None:
        def tell(some: pl.DataFrame) -> None:
            take(some)
            self._looked_at += len(some)
            self._moved(self._looked_at)

        await self._cases.cases(query, tell)


@contextmanager
def counting(cases: Cases, *, quiet: bool) -> Iterator[Cases]:
    """The same cases, with a bar on standard error while they come. `quiet` shows none."""
    with screen.progress("Đếm hồ sơ · counting dossiers", total=None, quiet=quiet) as moved:
        yield _Told(cases, moved)
