"""What is set aside for a person: records no process can read (parked) and rows no mapping knows (quarantined).

The bytes may hold personal data, so they live in tables of their own, for the operator's role, with a retention.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

ParkedState = Literal["parked", "redriven", "dropped"]


@dataclass(frozen=True, slots=True)
class Parked:
    """One record set aside by a consumer."""

    id: int
    topic: str
    partition: int
    offset: int
    group: str
    key: bytes | None
    value: bytes
    reason: str
    attempts: int
    parked_at: datetime
    state: ParkedState
    tenant: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Quarantined:
    """One row of a source that its mapping does not know; `raw` is the whole row as JSON, `value` what is unknown."""

    id: int = 0
    tenant: str
    system: str
    source: str
    """Name of the mapping or adapter that met it."""
    locator: str
    """File and line or record, or the request, so that a person finds it."""
    field: str
    value: str
    reason: str
    raw: bytes
    observed_at: datetime
    state: ParkedState = "parked"


class ParkingLot(Protocol):
    """The table of parked records and the count of starts that finds a record which kills its process."""

    async def park(self, records: Sequence[Parked]) -> None:
        """Set records aside; the same (topic, partition, offset, group) again is the same row."""
        ...

    async def starts(self, *, topic: str, partition: int, group: str, first_offset: int, last_offset: int) -> int:
        """Count one more start of this batch, committed before it returns, and say how many there were with this one.

        Two batches are the same when they begin at the same offset and both, or neither, hold that one offset alone:
        a batch that is fetched again may have grown, and a record taken alone has a count of its own. The count must
        outlive this process, not the database server's machine: it need not wait for the disk.
        """
        ...

    async def finished(self, *, topic: str, partition: int, group: str, up_to_offset: int) -> None:
        """Forget the starts of what is done."""
        ...

    async def list(self, *, state: ParkedState | None = "parked", limit: int = 100) -> list[Parked]: ...

    async def get(self, id: int) -> Parked | None: ...  # noqa: A002 - what it is called in the table and the command

    async def settle(self, id: int, state: ParkedState, reason: str) -> bool:  # noqa: A002 - as above
        """Mark redriven or dropped, with why; False if it was not parked any more."""
        ...

    async def counts(self) -> dict[str, int]:
        """Parked records per group."""
        ...

    async def purge(self, older_than: datetime) -> int:
        """Erase what was settled before this moment and say how many; what still waits is never erased."""
        ...


class Quarantine(Protocol):
    """Rows that wait for a mapping."""

    async def put(self, rows: Sequence[Quarantined]) -> None:
        """Set rows aside; the same raw row of the same source again is the same entry.

        One that was redriven and is still unknown waits again; one that a person dropped stays dropped.
        """
        ...

    async def list(
        self,
        *,
        tenant: str | None = None,
        source: str | None = None,
        state: ParkedState | None = "parked",
        limit: int = 100,
    ) -> list[Quarantined]: ...

    async def settle(self, id: int, state: ParkedState, reason: str) -> bool:  # noqa: A002 - as above
        """Mark redriven or dropped, with why; False if it was not parked any more."""
        ...

    async def counts(self) -> dict[str, int]:
        """Quarantined rows per tenant and system, keyed `tenant/system`."""
        ...

    async def purge(self, older_than: datetime) -> int:
        """Erase what was settled before this moment and say how many; what still waits is never erased."""
        ...
