"""What reading a source needs to remember, and what a source that is polled looks like to the rest."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol

from services.sources.row import Refused, Row

HASH_BYTES: Final = 16
"""Length of an act's key and of a content: both are hashes."""


@dataclass(frozen=True, slots=True)
class Seen:
    """The last content seen of an act; `also` are contents that contradicted it in the same reading of the source."""

    content: bytes
    seen_at: datetime
    also: tuple[bytes, ...] = ()


class ContentMemory(Protocol):
    """What was last seen of each act of a source, so that only what differs is published."""

    async def recall(self, tenant: str, system: str, keys: Collection[bytes]) -> dict[bytes, Seen]:
        """What is known of these acts; an act never seen is absent."""
        ...

    async def remember(self, tenant: str, system: str, seen: Mapping[bytes, Seen]) -> None:
        """Replace what is known of these acts."""
        ...


class Cursors(Protocol):
    """How far each polled source was read. A cursor is the source's own word; we never look into it."""

    async def get(self, tenant: str, system: str) -> str | None:
        """The cursor, None before the first page."""
        ...

    async def move(self, tenant: str, system: str, *, old: str | None, new: str) -> bool:
        """Move from `old`; False, and nothing moved, if it is not there: another observer was at work."""
        ...


class SourceAway(Exception):
    """The source does not answer, or not with what it should; nothing was read, and asking again may succeed."""


@dataclass(frozen=True, slots=True)
class Page:
    """What a source shows after a cursor. Rows that could not even be read as rows come as `Refused`."""

    rows: Sequence[Row | Refused]
    next: str
    more: bool = False
    """There may be more at once, although this page is not full."""
    newest: int | None = None
    """The source's own number of its newest change, where it says it and cursors are such numbers."""


class Changes(Protocol):
    """A source that is asked for what changed."""

    async def page(self, after: str | None, limit: int) -> Page:
        """The next changes after a cursor; an empty page means that this was the end. Raises SourceAway."""
        ...
