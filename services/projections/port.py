"""What a store of read models is to the rest: rows and the position they show, always in one transaction."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, NamedTuple, Protocol
from uuid import UUID

from services.domain.statistics.month_to_date import Held
from services.projections.tables import DayRow, DossierRow, PapersRow, SegmentRow
from services.runtime.unavailable import DatabaseUnavailable

LIVE: Final = 0
"""Names the build that readers see; any other number is one that a rebuild is making."""


class ReadModelsUnavailable(DatabaseUnavailable):
    """The read models cannot be reached; the same call may succeed later."""


class BuildGone(Exception):
    """The build that was being made is no more: another rebuild of the same projection ended or began afresh."""


class Table(NamedTuple):
    """A table of a projection: its columns in order, the first `key` of which identify a row within one build."""

    name: str
    columns: tuple[str, ...]
    key: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TableChanges:
    """What a run of events changes in one table, net: done in the order removed, added, retired, counted."""

    table: Table
    removed: Sequence[tuple[Any, ...]] = ()
    """Keys of rows that are no more."""
    added: Sequence[tuple[Any, ...]] = ()
    """Whole rows, of keys that are not there (any more)."""
    retired: Sequence[tuple[Any, ...]] = ()
    """Key and `known_to` of rows that were believed up to there."""
    counted: Sequence[tuple[Any, ...]] = ()
    """Key and what to add to each further column; a row that is not there counts as zeros.

    In order of key: parts of one build add to the same rows, and who takes them in one order never waits in a circle.
    """


@dataclass(frozen=True, slots=True)
class Build:
    """One making of a projection for a tenant, and how far it got."""

    number: int
    position: int


@dataclass(frozen=True, slots=True)
class Division:
    """A build that is made in parts: each goes to `up_to`, and `positions` are how far each got."""

    up_to: int
    positions: tuple[int, ...]


class MonthToDate(NamedTuple):
    """What the steps of a month come to at the end of a local day, true at one position of the log."""

    position: int
    counts: Mapping[Held, tuple[int, ...]]
    """Who has dossiers → how many in each of the `CLASSES` of `services.domain.statistics.month_to_date`.

    Who has none any more may be there with zeros.
    """


class ReadModels(Protocol):
    """Where projections keep their rows, per tenant. Every method raises ReadModelsUnavailable."""

    async def positions(self, tenant: str) -> dict[str, int]:
        """Projection → the position its live rows show; a projection that has none is left out."""
        ...

    async def all_positions(self) -> dict[str, dict[str, int]]:
        """Tenant → projection → position of the live rows."""
        ...

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
        """Write rows and raise the position from `after` to `up_to` in one transaction.

        The position is that of the part where the build is made in parts. False, and nothing written, if it is not
        `after`: another instance was faster, the build is no more, or it is made in parts and `part` is None.
        """
        ...

    async def open_build(self, projection: str, tenant: str, *, afresh: bool) -> Build:
        """The build that is being made beside the live one: the one a killed rebuild left, unless `afresh`."""
        ...

    async def build_position(self, projection: str, tenant: str, *, build: int, part: int | None = None) -> int:
        """How far a build that is being made got, or a part of it; once its parts are joined, the whole of it.

        Raises BuildGone, also when the whole is asked of a build that is made in parts.
        """
        ...

    async def divide(
        self, projection: str, tenant: str, *, build: int, parts: int, up_to: int, strays: Iterable[tuple[UUID, int]]
    ) -> bool:
        """Begin to make a build in so many parts, each up to a position; `strays` are kept for who follows a part.

        False, and nothing done, if the build is not at position 0, is in parts already or is no more.
        """
        ...

    async def division(self, projection: str, tenant: str, *, build: int) -> Division | None:
        """How a build that is being made is divided; None if it is not (any more). Raises BuildGone."""
        ...

    async def strays_after(self, build: int, after: UUID | None, limit: int) -> list[tuple[UUID, int]]:
        """A page, by id, of the dossiers that are in another part than their own id says, each with its part."""
        ...

    async def join(self, projection: str, tenant: str, *, build: int) -> bool:
        """Forget the parts once all have come to the position they go to, which is the build's from then on.

        False, and nothing done, if one has not, or there are none (any more).
        """
        ...

    async def swap(self, projection: str, tenant: str, *, build: int) -> bool:
        """Let readers see this build from now on; False, and nothing done, while it is behind the live one."""
        ...

    async def sweep(self, projection: str, *, rows_max: int) -> int:
        """Delete at most about so many rows that nobody can see any more; gives how many, 0 when none are left."""
        ...

    async def find(self, tenant: str, system: str, code: str) -> DossierRow | None:
        """The present state of the dossier that holds this code."""
        ...

    def states(self, tenant: str) -> AbstractAsyncContextManager[tuple[int, AsyncIterator[DossierRow]]]:
        """Every living dossier's present state, and the one position at which all of them are true."""
        ...

    async def segments(self, tenant: str, *, as_of: int) -> list[SegmentRow]:
        """Every row of the segments that was believed at a position, in order of least code and time."""
        ...

    async def papers(self, tenant: str, *, as_of: int) -> list[PapersRow]:
        """Every row of the papers that was believed at a position, in order of least code and time."""
        ...

    async def days(self, tenant: str) -> list[DayRow]:
        """Every row of the flows by day; rows of zeros left out."""
        ...

    async def month_to_date(self, tenant: str, day: date) -> MonthToDate:
        """The figures from the first of a day's month to its end; position 0 for a tenant nothing is known of."""
        ...
