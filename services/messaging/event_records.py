"""Reads records of the events topic: which are events of this very log, and which are none."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Final, Generic, NamedTuple, TypeVar
from uuid import UUID

from pydantic import ValidationError

from contracts.events_to_fold import EventToFold
from services.messaging.port import Poisoned, Received
from services.messaging.unreadable import reason_of

GENERATION_HEADER: Final = "generation"

E = TypeVar("E", bound=EventToFold)


class Entry(NamedTuple, Generic[E]):
    """An event and the bytes it came as."""

    event: E
    body: bytes


class EventRecords(Generic[E]):
    """`generation` asks the store which log it keeps: after a restore it is another one. `parse` reads an event."""

    def __init__(self, generation: Callable[[], Awaitable[UUID]], parse: Callable[[bytes], E]) -> None:
        self._ask = generation
        self._parse = parse
        self._ours = b""

    async def read(self, records: Sequence[Received]) -> tuple[dict[str, list[Entry[E]]], list[Poisoned]]:
        """The events by tenant, in order of arrival, and the records that are none with the reason.

        Raises what `generation` raises.
        """
        by_tenant: dict[str, list[Entry[E]]] = {}
        poisoned: list[Poisoned] = []
        asked = False
        for record in records:
            # After a restore the topic still holds what the log lost: the same positions, other events.
            said = dict(record.headers).get(GENERATION_HEADER)
            if said is None:
                reason = f"no header {GENERATION_HEADER}: nobody can tell which log this position belongs to"
                poisoned.append(Poisoned(record, reason))
                continue
            if said != self._ours and not asked:
                self._ours, asked = str(await self._ask()).encode(), True
            if said != self._ours:
                theirs, ours = said.decode(errors="replace"), self._ours.decode()
                poisoned.append(Poisoned(record, f"an event of log generation {theirs}; this log is {ours}"))
                continue
            try:
                event = self._parse(record.value)
            except ValidationError as error:
                poisoned.append(Poisoned(record, f"no event: {reason_of(error)}"))
                continue
            by_tenant.setdefault(event.tenant, []).append(Entry(event, record.value))
        return by_tenant, poisoned
