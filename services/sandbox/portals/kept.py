"""What a portal keeps of a dossier, and what it counts: the shape the three have in common, and nothing more."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import NamedTuple, Protocol

from services.sandbox.figures import Counts


class Kept(NamedTuple):
    """One row. Unix seconds, 0 = none; `status` and `channel` by their national codes, 0 = unknown."""

    code: str
    """The province's dossier code (MaHoSo), empty while it is not known."""
    status: int
    channel: int
    accepted: int
    due: int
    ended: int
    void: bool


class Portal(Protocol):
    """A portal's own rows, under keys of its own."""

    def put(self, key: str, kept: Kept) -> None:
        """Write a row, in place of an older one."""
        ...

    def remove(self, key: str) -> None:
        """Forget a row, if it is there."""
        ...

    def get(self, key: str) -> Kept | None:
        """The row of this key."""
        ...

    def rows(self) -> Iterator[Kept]:
        """All rows."""
        ...

    def count(self, first_day: date, last_day: date) -> Counts:
        """The period's figures, both local days counted, over the portal's own columns."""
        ...
