"""Local days of a zone as plain numbers, so that a report does not depend on the edition of time zones on a server."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

from contracts.codes import EARLIEST, LATEST

VIETNAM: Final = "Asia/Ho_Chi_Minh"
"""The zone whose days are meant where nothing else is said."""
_STEP: Final = timedelta(days=7)


def start_of(day: date, zone: ZoneInfo) -> datetime:
    """The first instant of a local day, in UTC."""
    return datetime.combine(day, time(), tzinfo=zone).astimezone(UTC)


@lru_cache(maxsize=16)
def offsets_of(zone: ZoneInfo) -> tuple[tuple[datetime, ...], tuple[timedelta, ...]]:
    """From which instants on which offset from UTC holds, over every instant a contract allows.

    Weekly steps find every change but one that is taken back within the week; none is on record.
    """
    starts, offsets = [EARLIEST], [_offset(EARLIEST, zone)]
    moment = EARLIEST
    while moment < LATEST:
        later = min(moment + _STEP, LATEST)
        if _offset(later, zone) != offsets[-1]:
            starts.append(_change(moment, later, zone))
            offsets.append(_offset(starts[-1], zone))
        moment = later
    return tuple(starts), tuple(offsets)


def _change(before: datetime, after: datetime, zone: ZoneInfo) -> datetime:
    old = _offset(before, zone)
    while after - before > timedelta(seconds=1):
        middle = before + (after - before) // 2
        middle = middle.replace(microsecond=0)
        if _offset(middle, zone) == old:
            before = middle
        else:
            after = middle
    return after


def _offset(moment: datetime, zone: ZoneInfo) -> timedelta:
    offset = moment.astimezone(zone).utcoffset()
    assert offset is not None
    return offset
