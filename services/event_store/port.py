"""What an event store is to the rest: one gap-free log a tenant, one writer at a time, readers that see a prefix."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple, Protocol
from uuid import UUID

from services.domain.decision import Entry, Identity
from services.runtime.unavailable import DatabaseUnavailable


# A named tuple: one is made for every event that is written or read, and a frozen class takes three times as long.
class StoredEvent(NamedTuple):
    """One row of the log; `body` is the very bytes that go on the wire. `dossier` is None for a tenant-level event.

    Its fields are in the order of the table's columns.
    """

    tenant: str
    position: int
    id: UUID
    dossier: UUID | None
    type: str
    recorded_at: datetime
    body: bytes


@dataclass(frozen=True, slots=True)
class IdentityChange:
    """What an append changes in the identity map, in the same transaction: code → dossier, and dossiers' lines."""

    codes: Mapping[tuple[str, str], UUID]
    dossiers: Sequence[Identity]


class StoreUnavailable(DatabaseUnavailable):
    """The store cannot be reached or gave up the connection; the same call may succeed later."""


class LostTenant(Exception):
    """The lock on the tenant was lost (the writer slept too long); nothing of this transaction was written."""


class Conflict(Exception):
    """A unique rule other than that of event ids was broken: a defect, never swallowed."""


class AlreadyRecorded(Conflict):
    """An event of this id is in the log: ask `known` first. Harmless, because an id contains its content's hash."""


class OtherGeneration(Exception):
    """The log was restored since: a person must judge what was lost before this reader goes on."""


class TenantWriter(Protocol):
    """One transaction on one tenant, which no other writer can enter. Everything read here is current."""

    tenant: str
    last_position: int
    last_recorded_at: datetime | None

    async def known(self, ids: Collection[UUID]) -> set[UUID]:
        """Which of these event ids the tenant's log already holds."""
        ...

    async def entries(
        self, codes: Collection[tuple[str, str]]
    ) -> tuple[dict[tuple[str, str], UUID], dict[UUID, Entry]]:
        """The dossier of each (system, code) that has one, and those dossiers' entries."""
        ...

    async def events_of(self, dossiers: Collection[UUID]) -> list[StoredEvent]:
        """All events recorded under these dossier ids, in position order."""
        ...

    async def tenant_events(self, *, types: Collection[str] | None = None) -> list[StoredEvent]:
        """The tenant-level events of these types (None: all), in position order."""
        ...

    async def dossiers_after(self, after: UUID | None, limit: int) -> list[Entry]:
        """A page of the tenant's living dossiers by id, for work that must touch them all in bounded batches."""
        ...

    async def append(self, events: Iterable[StoredEvent], identity: IdentityChange) -> None:
        """Write at the next positions: they must follow `last_position` without a gap.

        They are asked for one after the other, while those before are on their way. Nothing else may be done here until
        it returns.
        Committed when the context manager that gave this writer ends without an error, else nothing is written.
        `recorded_at` must not fall. Raises Conflict, AlreadyRecorded.
        """
        ...


class EventStore(Protocol):
    """The one truth. Reads never see a position before all below it."""

    def writer(self, tenant: str) -> AbstractAsyncContextManager[TenantWriter]:
        """Enter the tenant alone: waits for the writer that is inside.

        Raises StoreUnavailable, LostTenant.
        """
        ...

    async def read(self, tenant: str, *, after: int, limit: int) -> list[StoredEvent]:
        """The next events after a position, in order, at most `limit`; fewer means that this was the end."""
        ...

    async def at(self, tenant: str, positions: Collection[int]) -> list[StoredEvent]:
        """The events at these positions, in position order."""
        ...

    async def head(self, tenant: str) -> int:
        """The last position, 0 for an empty log."""
        ...

    async def heads(self) -> dict[str, int]:
        """Every tenant that has a log, with its last position."""
        ...

    async def events_of(self, tenant: str, dossiers: Collection[UUID]) -> list[StoredEvent]:
        """All events recorded under these dossier ids, in position order."""
        ...

    async def find(self, tenant: str, system: str, code: str) -> Entry | None:
        """The dossier that holds this code now."""
        ...

    async def find_code(self, code: str) -> list[tuple[str, str, UUID]]:
        """(tenant, system, dossier) of every dossier that holds this code in any system."""
        ...

    async def entries(self, tenant: str, dossiers: Collection[UUID]) -> dict[UUID, Entry]:
        """The identity map's entries of these dossiers."""
        ...

    async def linked_after(self, tenant: str, after: UUID | None, limit: int) -> list[Identity]:
        """A page, by id, of the tenant's dossiers with more than themselves in their lineage, living or not."""
        ...

    async def tenant_events(self, tenant: str, *, types: Collection[str] | None = None) -> list[StoredEvent]:
        """The tenant-level events of these types (None: all), in position order."""
        ...

    async def position_at(self, tenant: str, moment: datetime) -> int:
        """The last position recorded at or before a moment, 0 if there is none."""
        ...

    async def generation(self) -> UUID:
        """Identity of this log since it was created or restored: readers refuse a log of another generation."""
        ...

    def listen(self, timeout_s: float) -> AsyncIterator[str | None]:
        """Names of tenants that have something new, as soon as it is committed; None after `timeout_s` without news.

        A hint for latency only: a reader that polls and never listens misses nothing.
        """
        ...


class Checkpoints(Protocol):
    """How far each reader of the log got, per tenant. A checkpoint only rises."""

    async def get(self, reader: str, tenant: str) -> int:
        """The position up to which this reader is done, 0 if it never was. Raises OtherGeneration."""
        ...

    async def all(self, reader: str) -> dict[str, int]:
        """Every tenant this reader has a checkpoint for. Raises OtherGeneration."""
        ...

    async def advance(self, reader: str, tenant: str, position: int) -> None:
        """Raise the checkpoint; a lower or equal position is ignored. Raises OtherGeneration."""
        ...

    def hold(self, reader: str, tenant: str) -> AbstractAsyncContextManager[bool]:
        """Be the only instance that does this reader's work on this tenant.

        Gives False at once if another instance is. It ends by itself when this process dies. If the hold is lost
        meanwhile, the block is cancelled and StoreUnavailable raised in its place.
        """
        ...
