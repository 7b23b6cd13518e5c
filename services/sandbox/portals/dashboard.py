"""The leaders' dashboard (trung tâm điều hành, IOC): keeps a tally a day, so that a count is a sum of days."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date
from typing import Final

from services.sandbox.figures import Counts
from services.sandbox.portals.kept import Kept

_DAY_S: Final = 86_400
_ZONE_S: Final = 7 * 3600
_EPOCH: Final = date(1970, 1, 1).toordinal()


class Dashboard:
    """A row's old contribution is taken off its days and its new one added, whenever the row changes."""

    def __init__(self) -> None:
        self._rows: dict[str, Kept] = {}
        self._days: Counter[tuple[str, int]] = Counter()

    def put(self, key: str, kept: Kept) -> None:
        """See `Portal`."""
        before = self._rows.get(key)
        if before is not None:
            self._add(before, -1)
        self._rows[key] = kept
        self._add(kept, 1)

    def remove(self, key: str) -> None:
        """See `Portal`."""
        before = self._rows.pop(key, None)
        if before is not None:
            self._add(before, -1)

    def get(self, key: str) -> Kept | None:
        """See `Portal`."""
        return self._rows.get(key)

    def rows(self) -> Iterator[Kept]:
        """See `Portal`."""
        return iter(self._rows.values())

    def count(self, first_day: date, last_day: date) -> Counts:
        """See `Portal`."""
        first, last = first_day.toordinal() - _EPOCH, last_day.toordinal() - _EPOCH
        period: Counter[str] = Counter()
        in_hand = 0
        for (measure, day), number in self._days.items():
            if day > last:
                continue
            if day >= first:
                period[measure] += number
            if measure in ("online", "direct", "unknown"):
                in_hand += number
            else:
                in_hand -= number
        return Counts(
            received_online=period["online"],
            received_direct=period["direct"],
            resolved_on_time=period["on_time"],
            resolved_late=period["late"],
            in_hand=in_hand,
        )

    def _add(self, row: Kept, sign: int) -> None:
        if row.void or not row.accepted:
            return
        received = {2: "online", 1: "direct", 3: "direct"}.get(row.channel, "unknown")
        self._days[received, _local_day(row.accepted)] += sign
        if row.ended:
            self._days["on_time" if row.ended <= row.due else "late", _local_day(row.ended)] += sign


def _local_day(at: int) -> int:
    return (at + _ZONE_S) // _DAY_S
