"""What a message broker is to the rest: records in partitions, and a handler that is given batches of raw bytes."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol


# A named tuple: one is made for every event that is published, and a frozen class takes three times as long.
class Record(NamedTuple):
    """One record to publish. The partition is chosen from the tenant, the key is for readers."""

    key: bytes
    value: bytes
    tenant: str
    headers: tuple[tuple[str, bytes], ...] = ()


class Received(NamedTuple):
    """One record as it came: bytes, never parsed before our own code looks at it."""

    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes
    timestamp_ms: int
    headers: tuple[tuple[str, bytes | None], ...] = ()


class Poison(Exception):
    """This record cannot be read, now or later: park it with this reason and go on with the others."""


class Transient(Exception):
    """Something this work depends on is away: wait and try the same records again."""


class BrokerUnavailable(Transient):
    """The broker did not acknowledge within its time; it is unknown whether the records were written."""


@dataclass(frozen=True, slots=True)
class Poisoned:
    """A record of a batch that could not be read, and why; the handler did the rest."""

    record: Received
    reason: str


BatchHandler = Callable[[Sequence[Received]], Awaitable[Sequence[Poisoned]]]
"""Does a batch wholly (committing its own transaction) and names the records it could not read.

Raises Transient to be given the same batch again. It must be idempotent: a batch may come twice.
"""


class Publisher(Protocol):
    """Writes records and knows that they are written."""

    async def publish(self, topic: str, records: Sequence[Record]) -> None:
        """Write all, in order per tenant, and wait for every acknowledgement. Raises BrokerUnavailable."""
        ...


class Consumer(Protocol):
    """Gives a group's share of a topic to one handler, in order per partition, until it is stopped."""

    async def run(
        self, topic: str, group: str, handler: BatchHandler, *, batch_max: int, wait_ms: int, rest_ms: int = 0
    ) -> None:
        """Fetch, handle, park what is poisoned, commit; for ever. Cancelling it drains what is in flight.

        `wait_ms`: how long a fetch waits for a first record. `rest_ms`: a pause after a batch that was not full, for
        readers whom a few larger batches serve better than many small ones.
        """
        ...
