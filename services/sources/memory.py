"""The ports of this folder in memory: for tests and for running the whole pipeline in one event loop."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from services.sources.port import Page, Seen
from services.sources.row import Row


class MemoryContentMemory:
    """Remembers in a dictionary."""

    def __init__(self) -> None:
        self._seen: dict[tuple[str, str, bytes], Seen] = {}

    async def recall(self, tenant: str, system: str, keys: Collection[bytes]) -> dict[bytes, Seen]:
        """What is known of these acts; an act never seen is absent."""
        return {key: seen for key in keys if (seen := self._seen.get((tenant, system, key))) is not None}

    async def remember(self, tenant: str, system: str, seen: Mapping[bytes, Seen]) -> None:
        """Replace what is known of these acts."""
        self._seen.update({(tenant, system, key): one for key, one in seen.items()})


class MemoryCursors:
    """Keeps cursors in a dictionary."""

    def __init__(self) -> None:
        self._cursors: dict[tuple[str, str], str] = {}

    async def get(self, tenant: str, system: str) -> str | None:
        """The cursor, None before the first page."""
        return self._cursors.get((tenant, system))

    async def move(self, tenant: str, system: str, *, old: str | None, new: str) -> bool:
        """Move from `old`; False, and nothing moved, if it is not there."""
        if self._cursors.get((tenant, system)) != old:
            return False
        self._cursors[tenant, system] = new
        return True


class MemoryChanges:
    """A polled source that is a list: its cursor is how many rows were read."""

    def __init__(self, rows: Sequence[Mapping[str, Any]] = ()) -> None:
        self.rows = list(rows)

    async def page(self, after: str | None, limit: int) -> Page:
        """The next rows of the list."""
        start = int(after or 0)
        shown = self.rows[start : start + limit]
        rows = [Row(f"row {start + number}", values) for number, values in enumerate(shown, 1)]
        return Page(rows=rows, next=str(start + len(rows)), newest=len(self.rows))
