"""Printed reports in memory, for tests."""

from __future__ import annotations

from builtins import list as List  # noqa: N812 - the port's method is called `list` too
from datetime import date

from services.archive.port import Entry, Printed


class MemoryArchive:
    """A table in a dictionary."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, str], Printed] = {}

    async def keep(self, printed: Printed) -> bool:
        key = (printed.entry.hash, printed.entry.tenant)
        return self._kept.setdefault(key, printed) is printed

    async def list(
        self, tenant: str, *, definition: str | None = None, first: date | None = None, last: date | None = None
    ) -> List[Entry]:
        entries = [
            entry
            for entry in (printed.entry for printed in self._kept.values())
            if entry.tenant == tenant
            and definition in (None, entry.definition)
            and (first is None or first <= entry.first)
            and (last is None or entry.last <= last)
        ]
        by_hash = sorted(entries, key=lambda entry: entry.hash)
        return sorted(by_hash, key=lambda entry: entry.printed_at, reverse=True)

    async def find(self, beginning: str, *, limit: int = 2) -> List[Printed]:
        return [self._kept[key] for key in sorted(self._kept) if key[0].startswith(beginning)][:limit]
