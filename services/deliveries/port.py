"""The ledger of what we owe to each subscriber: owed first, attempts and receipts after, nothing ever erased."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol
from uuid import UUID

Outcome = Literal["accepted", "rejected", "unknown", "postponed"]
"""Accepted: it has it. Rejected: it answered no. Unknown: no answer we understand; asked about, never a success.

Postponed: certainly not taken (nobody listened, or it told us to come later), so there is nothing to ask about.
"""

Start = Literal["history", "present", "now"]
"""Where a new subscriber begins: every event from position 1, the present state of each dossier, or only what comes."""


@dataclass(frozen=True, slots=True)
class Subscriber:
    """A system that is served. `kind` names the file under `services/subscribers`, `settings` are its own."""

    tenant: str
    name: str
    """Its system name: a field whose claim rests on this system is never sent back to it."""
    kind: str
    start: Start
    settings: dict[str, str]
    paused: bool = False


@dataclass(frozen=True, slots=True)
class Owed:
    """One delivery: an event (`key` = its position) or a repair (`repair` says what the other side showed)."""

    tenant: str
    subscriber: str
    number: int
    """Rises by one per (tenant, subscriber): the subscriber can see a gap. 0 until the ledger gives it."""
    dossier: UUID
    position: int
    repair: str | None = None
    attempts: int = 0
    creates: bool = False
    """The subscriber had no code for the dossier when this was planned: it will make one."""
    doubtful: bool = False
    """An earlier try may have arrived: outcome unknown, or its lease ran out unsettled. Ask before sending."""
    rejections: int = 0
    """How many of the attempts were answered with a no."""


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to send for one dossier to one subscriber until `until`; the reply to a lost lease writes nothing."""

    tenant: str
    subscriber: str
    dossier: UUID
    token: UUID
    until: datetime
    owed: tuple[Owed, ...]
    """Open deliveries of this dossier, oldest first."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """How one try of one delivery ended, and when to try again if it did not settle."""

    number: int
    outcome: Outcome
    detail: str
    """Status code or error, never a body: it may hold personal data."""
    retry_at: datetime | None = None
    park: bool = False


class Ledger(Protocol):
    """What we owe, tried and got receipts for."""

    async def subscribers(self, tenant: str | None = None) -> list[Subscriber]: ...

    async def subscribe(self, subscriber: Subscriber, *, from_position: int) -> bool:
        """Add a subscriber that has seen the log up to `from_position`; False if it is there already."""
        ...

    async def planned(self, tenant: str) -> dict[str, int]:
        """Per subscriber of the tenant, the position up to which what we owe it is written down."""
        ...

    async def owe(self, tenant: str, subscriber: str, owed: Sequence[Owed], *, after: int, up_to: int) -> bool:
        """Write deliveries and raise the subscriber's position from `after` to `up_to` in one transaction.

        False, and nothing written, if its position is not `after`: another instance was faster.
        """
        ...

    async def owe_repair(self, owed: Owed) -> bool:
        """A new delivery of the present state behind all that is open for the dossier; False if it is open already."""
        ...

    async def lease(
        self, *, now: datetime, lease_s: float, dossiers_max: int, owed_max: int, tenant: str, subscriber: str
    ) -> list[Lease]:
        """Take dossiers that have something due and that nobody holds, the longest waiting first."""
        ...

    async def settle(self, lease: Lease, attempts: Sequence[Attempt], *, now: datetime) -> bool:
        """Write attempts (and receipts of the accepted), free the lease. False, and nothing written, if it was lost."""
        ...

    async def settle_many(self, leases: Sequence[tuple[Lease, Sequence[Attempt]]], *, now: datetime) -> int:
        """As `settle` for many in one transaction; gives how many leases were still held."""
        ...

    async def open_dossiers(self, tenant: str, subscriber: str, dossiers: Collection[UUID]) -> set[UUID]:
        """Which of these dossiers have a delivery that is not settled."""
        ...

    async def move_open(self, tenant: str, subscriber: str, absorbed: UUID, survivor: UUID) -> None:
        """After a merge: what is owed next for the survivor waits behind every open delivery of both.

        For one subscriber, when what it is owed is planned up to the merge: moved sooner, what it is still to be owed
        of the absorbed dossier would find no queue of that dossier and overtake what was moved.
        """
        ...

    async def open_creation(self, tenant: str, subscriber: str) -> int | None:
        """The least position among this subscriber's open deliveries that create and may have arrived.

        That is: the last outcome was unknown, or the dossier is leased now or its lease ran out unsettled. A delivery
        that was never tried, was answered with a no, or was certainly not taken has created nothing.
        """
        ...

    async def pause(self, tenant: str, subscriber: str, *, paused: bool) -> bool:
        """Stop or resume leasing for a subscriber (what is owed goes on being written); False if there is none."""
        ...

    async def parked(self, tenant: str, subscriber: str, limit: int) -> list[tuple[UUID, str, datetime]]:
        """(dossier, why, since) of dossiers that were set aside, the oldest first."""
        ...

    async def unpark(self, tenant: str, subscriber: str, dossier: UUID) -> bool:
        """Let a parked dossier be tried again now."""
        ...

    async def history(self, tenant: str, dossiers: Collection[UUID]) -> list[dict[str, object]]:
        """Every delivery of these dossiers with its attempts and receipt, oldest first, for a person to read."""
        ...

    async def counts(self) -> list[dict[str, object]]:
        """Per (tenant, subscriber): owed, parked dossiers, oldest open since, planned position."""
        ...
