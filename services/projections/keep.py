"""Keeps the read models of a tenant level with its log: the same steps live, after a gap and in a rebuild."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from contracts.events_to_fold import EventToFold
from contracts.upcasting import parse_event_to_fold
from services.domain.authority import CONNECTION_TYPES
from services.event_store.port import EventStore
from services.projections import agency_day, dossier_papers, dossier_segments, dossiers, month_to_date
from services.projections.division import Part
from services.projections.follow import BrokenLog, Follower, Mind, Needs, groups_of
from services.projections.known import Change
from services.projections.pages import Page, Pages
from services.projections.port import LIVE, ReadModels, TableChanges

Project = Callable[[Sequence[Change]], list[TableChanges]]

PROJECTIONS: Final[Mapping[str, Project]] = {
    module.NAME: module.project for module in (dossiers, dossier_segments, dossier_papers, agency_day, month_to_date)
}
"""Every projection by name; a new one is a file beside these and its name here."""

PAGE_EVENTS: Final = 2000
"""Events written together: enough for COPY to pay, few enough to follow some while others are written. Of a dossier
that moves twice in a page only the last row is written: half of this costs a twentieth more time and saves 10 MiB."""
FACTS_MAX: Final = 40_000
"""How many facts are kept in mind, about 2 kB each with what is folded from them: a large province has fewer open."""
_YIELD_EVERY: Final = 128


@dataclass(slots=True)
class _Tenant:
    follower: Follower
    positions: dict[str, int]


class Keeper:
    """Follows logs and writes what changes. `builds`: projection → the build to write; the live one if absent.

    `part`: follow only what is of this part of those builds, and no further than it goes.

    Two keepers of the same tenant are harmless: whoever writes second finds that the position has moved, writes
    nothing and looks again.
    """

    def __init__(
        self,
        store: EventStore,
        models: ReadModels,
        *,
        projections: Mapping[str, Project] = PROJECTIONS,
        builds: Mapping[str, int] | None = None,
        facts_max: int = FACTS_MAX,
        page_events: int = PAGE_EVENTS,
        part: Part | None = None,
    ) -> None:
        self._store = store
        self._models = models
        self._projections = projections
        self._builds = builds or {}
        self._page_events = page_events
        self._part = part
        self._mind = Mind(facts_max=facts_max)
        self._tenants: dict[str, _Tenant] = {}
        self._locks: dict[str, asyncio.Lock] = {}

    async def take(self, tenant: str, events: Sequence[EventToFold]) -> None:
        """Bring the tenant's read models up to the last of these events, in order of position.

        What they show already is passed over; what is missing before or between them is read from the store. Raises
        DatabaseUnavailable, after which the same events may be given again.
        """
        if events:
            await self._until_written(tenant, events, up_to=max(event.position for event in events))

    async def catch_up(self, tenant: str, *, up_to: int, progress: Callable[[int], None] | None = None) -> None:
        """The same for everything the log holds up to a position; `progress` is told each position reached."""
        await self._until_written(tenant, (), up_to=up_to, progress=progress)

    async def _until_written(
        self,
        tenant: str,
        events: Sequence[EventToFold],
        *,
        up_to: int,
        progress: Callable[[int], None] | None = None,
    ) -> None:
        async with self._locks.setdefault(tenant, asyncio.Lock()):
            level = False
            while not level:
                known = self._tenants.pop(tenant, None) or await self._begin(tenant)
                # Only put back when all is written: whatever ends this early, the next one looks at the store afresh.
                level = await self._advance(tenant, known, events, up_to, progress)
                if level:
                    self._tenants[tenant] = known

    async def _begin(self, tenant: str) -> _Tenant:
        written = dict.fromkeys(self._projections, 0)
        live = await self._models.positions(tenant)
        for name in written:
            if name not in self._builds:
                written[name] = live.get(name, 0)
            else:
                written[name] = await self._models.build_position(
                    name, tenant, build=self._builds[name], part=self._part_number
                )
        position = min(written.values())
        stored = await self._store.tenant_events(tenant, types=CONNECTION_TYPES)
        configuration = [parse_event_to_fold(one.body) for one in stored]
        follower = Follower(
            self._mind,
            configuration=[one for one in configuration if one.position <= position],
            position=position,
            whole=self._part is None,
        )
        return _Tenant(follower, written)

    async def _advance(
        self,
        tenant: str,
        known: _Tenant,
        events: Sequence[EventToFold],
        up_to: int,
        progress: Callable[[int], None] | None,
    ) -> bool:
        writing: asyncio.Task[bool] | None = None
        log = Pages(self._store, tenant, page_events=self._page_events, part=self._part)
        try:
            while (position := known.follower.position) < up_to:
                page = _run_after(events, position, self._page_events) or await log.after(position)
                if page is None:
                    raise BrokenLog(f"{tenant}: position {up_to} is asked for, the log ends at {position}")
                changes = await self._follow(tenant, known.follower, page)
                # The database writes one page while the next one is followed.
                if writing is not None and not await writing:
                    return False
                writing = asyncio.create_task(self._write(tenant, known, changes, page.up_to, progress))
            return writing is None or await writing
        finally:
            await log.close()
            if writing is not None:
                writing.cancel()
                await asyncio.gather(writing, return_exceptions=True)

    @property
    def _part_number(self) -> int | None:
        return None if self._part is None else self._part.number

    async def _follow(self, tenant: str, follower: Follower, page: Page) -> list[Change]:
        self._mind.trim()
        needs = follower.needs(page.events)
        if needs.missing or needs.regrouped:
            await self._bring_to_mind(tenant, follower, needs)
        changes: list[Change] = []
        for number, event in enumerate(page.events):
            changes.extend(follower.follow(event))
            if number % _YIELD_EVERY == 0:
                await asyncio.sleep(0)
        follower.pass_to(page.up_to)
        return changes

    async def _bring_to_mind(self, tenant: str, follower: Follower, needs: Needs) -> None:
        entries = await self._store.entries(tenant, {UUID(one) for one in needs.missing | needs.regrouped})
        groups = groups_of(self._mine(entry.lineage) for entry in entries.values())
        follower.groups = groups
        wanted = follower.strangers(needs, groups)
        if wanted:
            origin = {UUID(one) for dossier in wanted for one in groups.get(str(dossier), (str(dossier),))}
            stored = await self._store.events_of(tenant, origin)
            follower.learn(
                [parse_event_to_fold(one.body) for one in stored if one.position <= follower.position],
                groups=groups,
                wanted=wanted,
            )

    def _mine(self, lineage: Sequence[UUID]) -> Sequence[UUID]:
        # One of another part was linked only after the events that the parts follow: it says nothing of them.
        part = self._part
        return lineage if part is None else [one for one in lineage if part.has(one)]

    async def _write(
        self,
        tenant: str,
        known: _Tenant,
        changes: Sequence[Change],
        up_to: int,
        progress: Callable[[int], None] | None,
    ) -> bool:
        written = await asyncio.gather(
            *(self._write_one(name, tenant, known, changes, up_to) for name in self._projections)
        )
        if progress is not None:
            progress(up_to)
        return all(written)

    async def _write_one(self, name: str, tenant: str, known: _Tenant, changes: Sequence[Change], up_to: int) -> bool:
        after = known.positions[name]
        if after >= up_to:  # a rebuild swapped in one that is ahead of the others
            return True
        mine = changes if not changes or changes[0].position > after else [c for c in changes if c.position > after]
        written = await self._models.apply(
            name,
            tenant,
            after=after,
            up_to=up_to,
            changes=self._projections[name](mine),
            build=self._builds.get(name, LIVE),
            part=self._part_number,
        )
        if written:
            known.positions[name] = up_to
        return written


def _run_after(events: Sequence[EventToFold], after: int, most: int) -> Page | None:
    """The events at after + 1, after + 2 … as far as they go on without a gap."""
    run: list[EventToFold] = []
    for event in events:
        if event.position == after + 1 and len(run) < most:
            run.append(event)
            after += 1
    return Page(run, after) if run else None
