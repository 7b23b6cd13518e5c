"""Reads a moment exactly as the mapping says it is written: what does not fit is a finding, never a guess."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from contracts.codes import EARLIEST, LATEST

_DATE14: Final = 14
_DATE: Final = 10
_LAST_SECOND: Final = timedelta(hours=23, minutes=59, seconds=59)


def instant_reader(format_name: str, zone: ZoneInfo) -> Callable[[str], datetime]:
    """A function from a source's text to a moment with its zone; it raises ValueError with the reason.

    A moment without an offset is in `zone`; of the hour that a zone's clocks go through twice it is the first.
    """
    parse = _FORMATS.get(format_name) or _by_pattern(format_name)

    def read(text: str) -> datetime:
        try:
            moment = parse(text.strip())
        except ValueError:
            raise ValueError(f"is no time of the form {format_name!r}") from None
        return placed(moment, zone)

    return read


def placed(moment: datetime, zone: ZoneInfo) -> datetime:
    """The moment in its zone, and within the years that a dossier can have.

    Raises ValueError for a local time that the zone's clocks skipped and for years outside 1900-2199.
    """
    local = moment if moment.tzinfo is not None else moment.replace(tzinfo=zone)
    # The year is compared first: an offset takes the year 1 below what a datetime can hold.
    if not EARLIEST.year <= local.year < LATEST.year or not EARLIEST <= local < LATEST:
        raise ValueError(
            f"is in the year {local.year}; a dossier's moments are from {EARLIEST.year} to {LATEST.year - 1}"
        )
    # The two readings of an hour gone through twice or not at all differ; all others need no look at the calendar.
    if (
        moment.tzinfo is None
        and local.utcoffset() != local.replace(fold=1).utcoffset()
        and local.astimezone(UTC).astimezone(zone).replace(tzinfo=None) != moment
    ):
        raise ValueError(f"does not exist in {zone.key}: the clocks were put forward over it")
    return local


def _iso(text: str) -> datetime:
    if len(text) <= _DATE:
        raise ValueError(text)  # a date alone is not a moment: the mapping must say which end of the day it means
    return datetime.fromisoformat(text)


def _date14(text: str) -> datetime:
    if len(text) != _DATE14 or not (text.isascii() and text.isdecimal()):
        raise ValueError(text)
    # The zone is added by the caller: the text has none.
    return datetime(  # noqa: DTZ001
        int(text[:4]), int(text[4:6]), int(text[6:8]), int(text[8:10]), int(text[10:12]), int(text[12:])
    )


def _date(text: str) -> datetime:
    if len(text) != _DATE:
        raise ValueError(text)
    return datetime.fromisoformat(text)


def _date_end(text: str) -> datetime:
    return _date(text) + _LAST_SECOND


def _by_pattern(pattern: str) -> Callable[[str], datetime]:
    return lambda text: datetime.strptime(text, pattern)  # noqa: DTZ007 - the caller adds the zone where it is absent


_FORMATS: Final[dict[str, Callable[[str], datetime]]] = {
    "iso": _iso,
    "date14": _date14,
    "date": _date,
    "date-end": _date_end,
}
