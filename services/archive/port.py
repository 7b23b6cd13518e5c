"""Reports as they were printed: kept for ever, so that one that was handed in can be shown again byte for byte."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What a printed report is found by."""

    tenant: str
    hash: str
    """SHA-256 (hex) of the report's content: the one that is printed on it."""
    definition: str
    version: int
    first: date
    last: date
    """The local days of its period, both within it."""
    position: int
    """Of the tenant's log, up to which it was counted."""
    printed_at: datetime
    """When it was printed for the first time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Printed:
    """A report and the very bytes of its JSON document."""

    entry: Entry
    body: bytes


class NotKept(Exception):
    """The archive answers and does not take a report: it is not set up, or this role may not add to it."""


class Archive(Protocol):
    """Printed reports; nobody changes or takes away what is in it. Every method raises DatabaseUnavailable."""

    async def keep(self, printed: Printed) -> bool:
        """Put a report in; False, and nothing changed, if this tenant's report of this hash is in already.

        Raises NotKept.
        """
        ...

    async def find(self, beginning: str, *, limit: int = 2) -> list[Printed]:
        """Reports of any tenant whose hash begins so, in order of hash and tenant, at most `limit`."""
        ...

    async def entries(
        self, tenant: str, *, definition: str | None = None, first: date | None = None, last: date | None = None
    ) -> list[Entry]:
        """A tenant's reports, the last printed first; only those by a definition, of periods within these days."""
        ...

    def of_days(self, tenant: str, *, definition: str, first: date, last: date, up_to: int) -> AsyncIterator[Printed]:
        """Its reports by a definition of exactly these days, of no position after `up_to`, the last printed first.

        One after another: they may be many and large.
        """
        ...
