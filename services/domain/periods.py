"""Periods of reports: local days become the instants between which facts count."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from services.domain.zones import start_of


@dataclass(frozen=True, slots=True)
class Period:
    """From an instant on, up to but not including its closing instant."""

    opens: datetime
    closes: datetime


def period_of(first: date, last: date, zone: ZoneInfo) -> Period:
    """The period of these local days, both of them within it."""
    return Period(start_of(first, zone), start_of(last + timedelta(days=1), zone))


def months_of(first: date, last: date) -> list[tuple[date, date]]:
    """The calendar months of these days, the first and the last cut to them."""
    months = []
    while first <= last:
        following = (first.replace(day=1) + timedelta(days=32)).replace(day=1)
        months.append((first, min(last, following - timedelta(days=1))))
        first = following
    return months
