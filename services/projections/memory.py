"""Read models in memory, for simulations and fast tests: the same promises as on PostgreSQL, kept by one suite."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import date
from operator import add
from typing import Any, Literal, TypeVar
from uuid import UUID

from services.domain.statistics.month_to_date import Held
from services.projections.port import LIVE, Build, BuildGone, Division, MonthToDate, TableChanges
from services.projections.tables import DayRow, DossierRow, PapersRow, SegmentRow, StepRow

_Bitemporal = TypeVar("_Bitemporal", SegmentRow, PapersRow)


@dataclass(slots=True)
class _Build:
    number: int
    projection: str
    tenant: str
    stage: Literal["live", "making", "old"]
    position: int = 0
    tables: dict[str, dict[tuple[Any, ...], tuple[Any, ...]]] = field(default_factory=dict)
    parted_up_to: int | None = None
    parts: list[int] = field(default_factory=list)
    strays: dict[UUID, int] = field(default_factory=dict)


class MemoryReadModels:
    """Rows in dictionaries; nothing awaits between a check and the write that rests on it."""

    def __init__(self) -> None:
        self._builds: list[_Build] = []
        self._numbers = itertools.count(1)

    async def positions(self, tenant: str) -> dict[str, int]:
        return {b.projection: b.position for b in self._builds if b.tenant == tenant and b.stage == "live"}

    async def all_positions(self) -> dict[str, dict[str, int]]:
        return {build.tenant: await self.positions(build.tenant) for build in self._builds if build.stage == "live"}

    async def apply(
        self,
        projection: str,
        tenant: str,
        *,
        after: int,
        up_to: int,
        changes: Sequence[TableChanges],
        build: int = LIVE,
        part: int | None = None,
    ) -> bool:
        if build == LIVE:
            target = self._find(projection, tenant, "live") or (
                self._new(projection, tenant, "live") if not after else None
            )
        else:
            target = self._find(projection, tenant, "making")
        if target is None or build not in {LIVE, target.number} or (part is None) == bool(target.parts):
            return False
        if after != (target.position if part is None else target.parts[part]):
            return False
        for change in changes:
            _write(target.tables.setdefault(change.table.name, {}), change)
        if part is None:
            target.position = up_to
        else:
            target.parts[part] = up_to
        return True

    async def open_build(self, projection: str, tenant: str, *, afresh: bool) -> Build:
        if self._find(projection, tenant, "live") is None:
            self._new(projection, tenant, "live")
        made = self._find(projection, tenant, "making")
        if made is not None and afresh:
            made.stage, made = "old", None
        made = made or self._new(projection, tenant, "making")
        return Build(made.number, made.position)

    async def build_position(self, projection: str, tenant: str, *, build: int, part: int | None = None) -> int:
        made = self._making(projection, tenant, build)
        if part is None and made.parts:
            raise BuildGone(f"{tenant}: build {build} of {projection} is being made in parts")
        return made.position if part is None or not made.parts else made.parts[part]

    async def divide(
        self, projection: str, tenant: str, *, build: int, parts: int, up_to: int, strays: Iterable[tuple[UUID, int]]
    ) -> bool:
        made = self._find(projection, tenant, "making")
        if made is None or made.number != build or made.position or made.parts:
            return False
        made.parted_up_to, made.parts, made.strays = up_to, [0] * parts, dict(strays)
        return True

    async def division(self, projection: str, tenant: str, *, build: int) -> Division | None:
        made = self._making(projection, tenant, build)
        return None if made.parted_up_to is None else Division(made.parted_up_to, tuple(made.parts))

    async def strays_after(self, build: int, after: UUID | None, limit: int) -> list[tuple[UUID, int]]:
        strays = [each for made in self._builds if made.number == build for each in made.strays.items()]
        return sorted(each for each in strays if after is None or each[0] > after)[:limit]

    async def join(self, projection: str, tenant: str, *, build: int) -> bool:
        made = self._find(projection, tenant, "making")
        if made is None or made.number != build or made.parted_up_to is None or min(made.parts) < made.parted_up_to:
            return False
        made.position, made.parted_up_to, made.parts, made.strays = made.parted_up_to, None, [], {}
        return True

    async def swap(self, projection: str, tenant: str, *, build: int) -> bool:
        live, made = self._find(projection, tenant, "live"), self._find(projection, tenant, "making")
        if live is None or made is None or made.number != build or made.position < live.position:
            return False
        live.stage, made.stage = "old", "live"
        return True

    async def sweep(self, projection: str, *, rows_max: int) -> int:
        for build in [build for build in self._builds if build.projection == projection and build.stage == "old"]:
            for rows in build.tables.values():
                gone = list(itertools.islice(rows, rows_max))
                for key in gone:
                    del rows[key]
                if gone:
                    return len(gone)
            if build.strays:
                gone_strays = list(itertools.islice(build.strays, rows_max))
                for dossier in gone_strays:
                    del build.strays[dossier]
                return len(gone_strays)
            self._builds.remove(build)
        return 0

    async def find(self, tenant: str, system: str, code: str) -> DossierRow | None:
        holder = self._rows("dossiers", tenant, "codes").get((system, code))
        if holder is None:
            return None
        return DossierRow(*self._rows("dossiers", tenant, "dossiers")[(holder[2],)])

    @asynccontextmanager
    async def states(self, tenant: str) -> AsyncIterator[tuple[int, AsyncIterator[DossierRow]]]:
        rows = [DossierRow(*row) for row in self._rows("dossiers", tenant, "dossiers").values()]
        living = sorted((row for row in rows if row.merged_into is None), key=_by_id)
        yield (await self.positions(tenant)).get("dossiers", 0), _each(living)

    async def segments(self, tenant: str, *, as_of: int) -> list[SegmentRow]:
        rows = [SegmentRow(*row) for row in self._rows("dossier_segments", tenant, "segments").values()]
        return _believed(rows, as_of)

    async def papers(self, tenant: str, *, as_of: int) -> list[PapersRow]:
        return _believed([PapersRow(*row) for row in self._rows("dossier_papers", tenant, "papers").values()], as_of)

    async def days(self, tenant: str) -> list[DayRow]:
        return sorted(DayRow(*row) for row in self._rows("agency_day", tenant, "days").values() if any(row[4:]))

    async def month_to_date(self, tenant: str, day: date) -> MonthToDate:
        first = day.replace(day=1)
        sums: dict[Held, tuple[int, ...]] = {}
        for row in map(StepRow._make, self._rows("month_to_date", tenant, "steps").values()):
            if row.ended_on >= first and (row.day < first if row.span == "month" else first <= row.day <= day):
                held, counts = Held(row.agency, row.before, row.ended_on), row[5:]
                sums[held] = tuple(map(add, sums.get(held, (0,) * len(counts)), counts))
        return MonthToDate((await self.positions(tenant)).get("month_to_date", 0), sums)

    def _making(self, projection: str, tenant: str, build: int) -> _Build:
        made = self._find(projection, tenant, "making")
        if made is None or made.number != build:
            raise BuildGone(f"{tenant}: build {build} of {projection} is not being made any more")
        return made

    def _find(self, projection: str, tenant: str, stage: str) -> _Build | None:
        for build in self._builds:
            if (build.projection, build.tenant, build.stage) == (projection, tenant, stage):
                return build
        return None

    def _new(self, projection: str, tenant: str, stage: Literal["live", "making"]) -> _Build:
        build = _Build(next(self._numbers), projection, tenant, stage)
        self._builds.append(build)
        return build

    def _rows(self, projection: str, tenant: str, table: str) -> dict[tuple[Any, ...], tuple[Any, ...]]:
        build = self._find(projection, tenant, "live")
        return {} if build is None else build.tables.get(table, {})


def _write(rows: dict[tuple[Any, ...], tuple[Any, ...]], change: TableChanges) -> None:
    key, columns = change.table.key, change.table.columns
    for removed in change.removed:
        rows.pop(tuple(removed), None)
    for row in change.added:
        if row[:key] in rows:
            raise ValueError(f"{change.table.name}: {row[:key]} is there already")
        rows[row[:key]] = tuple(row)
    for retired in change.retired:
        believed = rows[retired[:key]]
        place = columns.index("known_to")
        rows[retired[:key]] = (*believed[:place], retired[key], *believed[place + 1 :])
    for counted in change.counted:
        before = rows.get(counted[:key], (0,) * len(columns))[key:]
        rows[counted[:key]] = (*counted[:key], *(a + b for a, b in zip(before, counted[key:], strict=True)))


def _believed(rows: list[_Bitemporal], as_of: int) -> list[_Bitemporal]:
    believed = [row for row in rows if row.known_from <= as_of and (row.known_to is None or row.known_to > as_of)]
    return sorted(believed, key=lambda row: (row.least_system, row.least_code, row.occurred_from))


def _by_id(row: DossierRow) -> UUID:
    return row.dossier


async def _each(rows: list[DossierRow]) -> AsyncIterator[DossierRow]:
    for row in rows:
        yield row
