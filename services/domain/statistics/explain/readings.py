"""The readings that are tried when only a result is known, a number or a list: a way with one ingredient changed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from types import MappingProxyType
from typing import Final, NamedTuple

import polars as pl

from services.domain.statistics.definition import Definition
from services.domain.statistics.explain.cells import summable
from services.domain.statistics.explain.way import Place, Way
from services.domain.statistics.registry import all_definitions

_DAY: Final = timedelta(days=1)
NEAR: Final = 3


class Reading(NamedTuple):
    """A way, and the key of the cell in its definition."""

    way: Way
    cell: str


class Found(NamedTuple):
    """The readings that give a number, the simplest first, and the figures of the nearest where none does."""

    exact: tuple[Reading, ...]
    nearest: tuple[tuple[Reading, int], ...]


def readings(way: Way, cell: str) -> tuple[Reading, ...]:
    """The way itself, then each with one ingredient changed: always the same ones, in the same order.

    How due dates are compared, the zone, the edges of the period by a day, the agencies' time, open readings, the
    definition's own bugs, and every other definition that has a cell of this key: whole, by each open reading, and with
    each of its known bugs alone.
    """
    inputs = (Reading(one, cell) for one in (way, *_inputs(way)))
    return (*inputs, *(Reading(one, cell) for one in _definitions(way, cell)))


def _inputs(way: Way) -> Iterator[Way]:
    asked = way.request
    yield way.asking(due="day" if asked.due == "instant" else "instant")
    if asked.zone != "UTC":
        yield way.asking(zone="UTC")
    if asked.first < asked.last:
        yield way.asking(last=asked.last - _DAY)
        yield way.asking(first=asked.first + _DAY)
    yield way.asking(last=asked.last + _DAY)
    yield way.asking(first=asked.first - _DAY)
    yield way.asking(mode="as_is" if asked.mode == "as_was" else "as_was")
    now = dict(way.question.switches)
    for switch in way.definition.switches:
        for value in switch.values:
            if value != now[switch.name]:
                yield way.asking(switches=now | {switch.name: value})
    for bug in way.bugs():
        yield way.mending(bug.name)


def _definitions(way: Way, cell: str) -> Iterator[Way]:
    others = [one for versions in all_definitions().values() for one in versions if one.name != way.definition.name]
    fitting = [one for one in others if cell in summable(one)]
    for definition in fitting:
        yield _by(way, definition)
    for definition in fitting:
        for switch in definition.switches:
            for value in switch.values:
                if value != switch.default:
                    yield _by(way, definition, {switch.name: value})
    for definition in fitting:
        for bug in definition.known_bugs:
            if bug.only is None:
                alone = frozenset(one.name for one in definition.known_bugs) - {bug.name}
                yield _by(way, definition, mended=alone)


def _by(
    way: Way, definition: Definition, decided: Mapping[str, str] = MappingProxyType({}), *, mended: Iterable[str] = ()
) -> Way:
    switches = {switch.name: switch.default for switch in definition.switches} | dict(decided)
    return replace(way.asking(switches=switches), definition=definition, mended=frozenset(mended))


def other_cells(way: Way, cell: str) -> tuple[Reading, ...]:
    """The same way read off another cell."""
    return tuple(Reading(way, key) for key in summable(way.definition) if key != cell)


def agencies(way: Way, cell: str, cases: pl.DataFrame) -> tuple[Reading, ...]:
    """The same way for each agency alone, if it is asked of all of them."""
    if way.request.agency is not None:
        return ()
    return tuple(Reading(way.asking(agency=one), cell) for one in cases["agency"].drop_nulls().unique().sort())


def seek(number: int, tried: Sequence[Reading], frames: Mapping[Place, pl.DataFrame]) -> Found:
    """Which readings give a number exactly."""
    figures = [
        int(frames[reading.way.place].select(reading.way.marks()[reading.cell].sum()).item() or 0) for reading in tried
    ]
    exact = tuple(reading for reading, figure in zip(tried, figures, strict=True) if figure == number)
    order = sorted(zip(tried, figures, strict=True), key=lambda each: abs(each[1] - number))
    return Found(exact, () if exact else tuple(order[:NEAR]))
