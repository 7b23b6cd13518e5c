"""Printed reports in memory, for tests."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date

from services.archive.port import Entry, Printed


class MemoryArchive:
    """A table in a dictionary."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, str], Printed] = {}

    async def keep(self, printed: Printed) -> bool:
        key = (printed.entry.hash, printed.entry.tenant)
        return self._kept.setdefault(key, printed) is printed

    async def entries(
        self, tenant: str, *, definition: str | None = None, first: date | None = None, last: date | None = None
    ) -> list[Entry]:
        found = [
            entry
            for entry in (printed.entry for printed in self._kept.values())
            if entry.tenant == tenant
            and definition in (None, entry.definition)
            and (first is None or first <= entry.first)
            and (last is None or entry.last <= last)
        ]
        by_hash = sorted(found, key=lambda entry: entry.hash)
        return sorted(by_hash, key=lambda entry: entry.printed_at, reverse=True)

    async def find(self, beginning: str, *, limit: int = 2) -> list[Printed]:
        return [self._kept[key] for key in sorted(self._kept) if key[0].startswith(beginning)][:limit]

    async def of_days(
        self, tenant: str, *, definition: str, first: date, last: date, up_to: int
    ) -> AsyncIterator[Printed]:
        for entry in await self.entries(tenant, definition=definition, first=first, last=last):
            if (entry.first, entry.last) == (first, last) and entry.position <= up_to:
                yield self._kept[entry.hash, tenant]
