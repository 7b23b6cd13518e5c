"""The parking lot and the quarantine in memory, for simulation and tests."""

from __future__ import annotations

import builtins
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from itertools import count

from services.parking.port import Parked, ParkedState, Quarantined
from services.runtime.clock import Clock, SystemClock


class MemoryParkingLot:
    """Records and starts that survive a simulated process, not this one."""

    def __init__(self, *, clock: Clock | None = None) -> None:
        self._clock = clock or SystemClock()
        self._parked: dict[int, Parked] = {}
        self._ids: dict[tuple[object, ...], int] = {}
        self._settled_at: dict[int, datetime] = {}
        self._numbers = count(1)
        self._starts: Counter[tuple[str, int, str, int, bool]] = Counter()

    async def park(self, records: Sequence[Parked]) -> None:
        for record in records:
            key = (record.group, record.topic, record.partition, record.offset, record.value)
            if key not in self._ids:
                self._ids[key] = number = next(self._numbers)
                self._parked[number] = replace(record, id=number, state="parked")

    async def starts(self, *, topic: str, partition: int, group: str, first_offset: int, last_offset: int) -> int:
        batch = (topic, partition, group, first_offset, first_offset == last_offset)
        self._starts[batch] += 1
        return self._starts[batch]

    async def finished(self, *, topic: str, partition: int, group: str, up_to_offset: int) -> None:
        for batch in [*self._starts]:
            if batch[:3] == (topic, partition, group) and batch[3] <= up_to_offset:
                del self._starts[batch]

    async def list(self, *, state: ParkedState | None = "parked", limit: int = 100) -> list[Parked]:
        return [each for each in self._parked.values() if state in {None, each.state}][:limit]

    async def get(self, id: int) -> Parked | None:  # noqa: A002 - the port's word
        return self._parked.get(id)

    async def settle(self, id: int, state: ParkedState, reason: str) -> bool:  # noqa: A002, ARG002 - the port's words
        record = self._parked.get(id)
        if record is None or record.state != "parked":
            return False
        self._parked[id] = replace(record, state=state)
        self._settled_at[id] = self._clock.now()
        return True

    async def counts(self) -> dict[str, int]:
        return dict(Counter(each.group for each in self._parked.values() if each.state == "parked"))

    async def purge(self, older_than: datetime) -> int:
        old = [number for number, moment in self._settled_at.items() if moment < older_than]
        for number in old:
            del self._parked[number], self._settled_at[number]
        self._ids = {key: number for key, number in self._ids.items() if number in self._parked}
        return len(old)


class MemoryQuarantine:
    """Rows that survive a simulated process, not this one."""

    def __init__(self, *, clock: Clock | None = None) -> None:
        self._clock = clock or SystemClock()
        self._rows: dict[int, Quarantined] = {}
        self._ids: dict[tuple[str, str, str, bytes], int] = {}
        self._settled_at: dict[int, datetime] = {}
        self._numbers = count(1)

    async def put(self, rows: Sequence[Quarantined]) -> None:
        for row in rows:
            key = (row.tenant, row.system, row.source, row.raw)
            kept = self._rows.get(self._ids.get(key, 0))
            if kept is None:
                self._ids[key] = number = next(self._numbers)
                self._rows[number] = replace(row, id=number, state="parked")
            elif kept.state == "redriven":
                self._rows[kept.id] = replace(kept, state="parked")
                del self._settled_at[kept.id]

    async def list(
        self,
        *,
        tenant: str | None = None,
        source: str | None = None,
        state: ParkedState | None = "parked",
        limit: int = 100,
    ) -> builtins.list[Quarantined]:
        return [
            row
            for row in self._rows.values()
            if tenant in {None, row.tenant} and source in {None, row.source} and state in {None, row.state}
        ][:limit]

    async def settle(self, id: int, state: ParkedState, reason: str) -> bool:  # noqa: A002, ARG002 - the port's words
        row = self._rows.get(id)
        if row is None or row.state != "parked":
            return False
        self._rows[id] = replace(row, state=state)
        self._settled_at[id] = self._clock.now()
        return True

    async def counts(self) -> dict[str, int]:
        waiting = (row for row in self._rows.values() if row.state == "parked")
        return dict(Counter(f"{row.tenant}/{row.system}" for row in waiting))

    async def purge(self, older_than: datetime) -> int:
        old = [number for number, moment in self._settled_at.items() if moment < older_than]
        for number in old:
            del self._rows[number], self._settled_at[number]
        self._ids = {key: number for key, number in self._ids.items() if number in self._rows}
        return len(old)
