"""Makes a projection again from the log beside the live one, and lets readers see it once it is level."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterable
from dataclasses import dataclass
from typing import Any, Final, Protocol

from services.event_store.port import EventStore
from services.projections.division import find_strays, read_part
from services.projections.keep import FACTS_MAX, PAGE_EVENTS, PROJECTIONS, Keeper
from services.projections.port import Division, ReadModels

SWEEP_ROWS: int = 20_000
PARTS_FROM: Final = 20_000
"""A log of so many events is worth parts: one process follows it in a second, another takes half of that to start."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PartOf:
    """Names one part of a build that is made in parts."""

    projection: str
    tenant: str
    build: int
    number: int


class FollowParts(Protocol):
    """Follows parts at the same time, each until it has come to where it goes."""

    async def __call__(self, parts: Iterable[PartOf], *, reached: Callable[[PartOf, int], None]) -> None:
        """`reached` is told each position that a part came to. When one fails, the others are ended too."""
        ...


async def rebuild(
    store: EventStore,
    models: ReadModels,
    *,
    projection: str,
    tenant: str,
    afresh: bool = False,
    progress: Callable[[int], None] | None = None,
    facts_max: int = FACTS_MAX,
    parts: int = 1,
    parts_from: int = PARTS_FROM,
    follow_parts: FollowParts | None = None,
) -> int:
    """Rebuild one projection of one tenant; gives the position at which it was swapped in.

    A rebuild that was killed goes on where it stopped, unless `afresh`: do so after the projection's code changed.
    With several `parts` a log of `parts_from` events or more is divided by dossier, and `follow_parts` follows them: in
    this process if absent. A division outlives a kill, whatever `parts` says then.
    Raises BuildGone when another rebuild of the same projection was faster, and DatabaseUnavailable.
    """
    build = await models.open_build(projection, tenant, afresh=afresh)
    division = await models.division(projection, tenant, build=build.number)
    if division is None and parts > 1 and build.position == 0 and (head := await store.head(tenant)) >= parts_from:
        strays = await find_strays(store, tenant, parts=parts)
        await models.divide(projection, tenant, build=build.number, parts=parts, up_to=head, strays=strays)
        division = await models.division(projection, tenant, build=build.number)
    if division is not None:
        unfinished = [
            PartOf(projection=projection, tenant=tenant, build=build.number, number=number)
            for number, position in enumerate(division.positions)
            if position < division.up_to
        ]
        follow_parts = follow_parts or in_this_process(store, models, facts_max=facts_max)
        await follow_parts(unfinished, reached=_told_of_all(division, progress))
        await models.join(projection, tenant, build=build.number)
    keeper = Keeper(
        store,
        models,
        projections={projection: PROJECTIONS[projection]},
        builds={projection: build.number},
        facts_max=facts_max,
    )
    while True:
        # The live one goes on meanwhile; each round leaves less to do, and the swap refuses to go back behind it.
        live = (await models.positions(tenant)).get(projection, 0)
        head = max(await store.head(tenant), live)
        await keeper.catch_up(tenant, up_to=head, progress=progress)
        if await models.swap(projection, tenant, build=build.number):
            return head


async def follow_part(
    store: EventStore,
    models: ReadModels,
    part: PartOf,
    *,
    facts_max: int = FACTS_MAX,
    page_events: int = PAGE_EVENTS,
    progress: Callable[[int], None] | None = None,
) -> None:
    """Bring one part of a build to where it goes; harmless where it is there already, or another does the same.

    Raises BuildGone, DatabaseUnavailable, BrokenLog.
    """
    division = await models.division(part.projection, part.tenant, build=part.build)
    if division is None:
        return  # joined meanwhile
    parts = len(division.positions)
    mine = await read_part(models, build=part.build, number=part.number, parts=parts, up_to=division.up_to)
    keeper = Keeper(
        store,
        models,
        projections={part.projection: PROJECTIONS[part.projection]},
        builds={part.projection: part.build},
        facts_max=facts_max // parts,  # it has its share of the open dossiers
        page_events=page_events,
        part=mine,
    )
    await keeper.catch_up(part.tenant, up_to=division.up_to, progress=progress)


def in_this_process(
    store: EventStore, models: ReadModels, *, facts_max: int = FACTS_MAX, page_events: int = PAGE_EVENTS
) -> FollowParts:
    """Follow parts in this event loop, on one processor."""

    async def follow(parts: Iterable[PartOf], *, reached: Callable[[PartOf, int], None]) -> None:
        def one(part: PartOf) -> Coroutine[Any, Any, None]:
            return follow_part(
                store,
                models,
                part,
                facts_max=facts_max,
                page_events=page_events,
                progress=lambda position: reached(part, position),
            )

        await all_or_none(one(part) for part in parts)

    return follow


async def all_or_none(work: Iterable[Coroutine[Any, Any, None]]) -> None:
    """Do these at once; when one fails, end the others and raise what it raised."""
    tasks = [asyncio.create_task(one) for one in work]
    try:
        await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _told_of_all(division: Division, progress: Callable[[int], None] | None) -> Callable[[PartOf, int], None]:
    positions = list(division.positions)

    def reached(part: PartOf, position: int) -> None:
        positions[part.number] = position
        if progress is not None:
            progress(sum(positions) // len(positions))

    return reached


async def sweep(models: ReadModels, *, projection: str) -> int:
    """Delete the rows of builds that nobody sees any more, in bounded steps; gives how many there were."""
    total = 0
    while count := await models.sweep(projection, rows_max=SWEEP_ROWS):
        total += count
    return total
