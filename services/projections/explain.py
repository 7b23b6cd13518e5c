"""Reads the cases that an explanation counts in several ways: a frame for each place, with the columns they need."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import NamedTuple

import polars as pl

from services.domain.reference import Reference
from services.domain.statistics.explain.positions import LOOKED_AT
from services.domain.statistics.explain.way import Place, Way
from services.domain.statistics.heirs import claims_on
from services.domain.statistics.seats import Unseated, summed
from services.projections.cases import Cases
from services.projections.report import cases_in_place


class Frames(NamedTuple):
    """What was read for each place: a frame with a row a dossier, and the dossiers that no agency's row has there."""

    cases: dict[Place, pl.DataFrame]
    unseated: dict[Place, tuple[Unseated, ...]]

    def claims(self, way: Way) -> tuple[Unseated, ...]:
        """The dossiers that may belong to the agency that a way counts: where there are any, it is not known."""
        return claims_on(self.unseated[way.place], way.request.agency)


async def frames_of(
    cases: Cases,
    ways: Iterable[Way],
    references: Mapping[int, Reference],
    *,
    also: frozenset[str] = frozenset(),
    told: Callable[[int], None],
) -> Frames:
    """A frame for each place of these ways, with the column `line`. `references`: what is declared, by position.
    `also`: columns that are wanted too.

    `told` hears how many frames were read. Raises ReadModelsUnavailable, YearMissing.
    """
    asked = list(ways)
    columns = also.union(LOOKED_AT, *(way.columns for way in asked))
    # What was counted before a calendar was declared can be counted by it all the same.
    calendars = {name: one for reference in references.values() for name, one in reference.calendars.items()}
    frames = Frames({}, {})
    for way in asked:
        if way.place not in frames.cases:
            own = references[way.request.position]
            reference = replace(own, calendars=calendars | dict(own.calendars))
            found = await _frame(cases, way, columns, reference)
            frames.cases[way.place], frames.unseated[way.place] = found
            told(len(frames.cases))
    return frames


async def _frame(
    cases: Cases, way: Way, columns: frozenset[str], reference: Reference
) -> tuple[pl.DataFrame, tuple[Unseated, ...]]:
    parts: list[pl.DataFrame] = []
    unseated: list[Unseated] = []
    line = pl.concat_str("system", pl.lit("/"), "code").alias("line")

    def keep(some: pl.DataFrame, without_seat: tuple[Unseated, ...]) -> None:
        unseated.extend(without_seat)
        parts.append(some.select(line, *(name for name in some.columns if name in columns)))

    await cases_in_place(cases, way.question, way.request, reference, keep, last=way.request.last, columns=columns)
    return pl.concat(parts), summed(unseated)
