"""The provincial portal (Cổng dịch vụ công tỉnh): keeps rows in memory and walks over them to count."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta

from services.sandbox.figures import Counts
from services.sandbox.portals.kept import Kept
from services.sandbox.profiles import ZONE


class ProvincialPortal:
    """Rows in a dictionary."""

    def __init__(self) -> None:
        self._rows: dict[str, Kept] = {}

    def put(self, key: str, kept: Kept) -> None:
        """See `Portal`."""
        self._rows[key] = kept

    def remove(self, key: str) -> None:
        """See `Portal`."""
        self._rows.pop(key, None)

    def get(self, key: str) -> Kept | None:
        """See `Portal`."""
        return self._rows.get(key)

    def rows(self) -> Iterator[Kept]:
        """See `Portal`."""
        return iter(self._rows.values())

    def count(self, first_day: date, last_day: date) -> Counts:
        """See `Portal`."""
        opens = datetime.combine(first_day, time(), ZONE).timestamp()
        closes = datetime.combine(last_day + timedelta(days=1), time(), ZONE).timestamp()
        online = direct = on_time = late = in_hand = 0
        for row in self._rows.values():
            if row.void or not row.accepted or row.accepted >= closes:
                continue
            if row.accepted >= opens:
                online += row.channel == 2
                direct += row.channel in (1, 3)
            if not row.ended or row.ended >= closes:
                in_hand += 1
            elif row.ended >= opens:
                on_time += row.ended <= row.due
                late += row.ended > row.due
        return Counts(
            received_online=online,
            received_direct=direct,
            resolved_on_time=on_time,
            resolved_late=late,
            in_hand=in_hand,
        )
