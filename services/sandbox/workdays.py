"""Working time as one line of seconds, so that a history can be laid out without falling into nights and holidays.

A working day has eight hours, 07:00-11:30 and 13:30-17:00, on Monday to Friday less the profile's rest days.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Final

from services.sandbox.profiles import ZONE, Profile

DAY_S: Final = 8 * 3600
"""Working seconds in a working day."""
_MORNING_S: Final = 4 * 3600 + 1800
_OPENS_S: Final = 7 * 3600
_AFTERNOON_S: Final = 13 * 3600 + 1800


class Workdays:
    """Working seconds since a start well before the period, as instants; the period is [`first`, `last`)."""

    def __init__(self, profile: Profile, *, before_days: int, after_days: int) -> None:
        day, stop = profile.first_day - timedelta(days=before_days), profile.last_day + timedelta(days=after_days)
        self._midnights: list[int] = []
        self._dates: list[date] = []
        first = last = 0
        while day <= stop:
            if day.weekday() < 5 and day not in profile.rest_days:
                self._midnights.append(int(datetime(day.year, day.month, day.day, tzinfo=ZONE).timestamp()))
                self._dates.append(day)
                first += day < profile.first_day
                last += day <= profile.last_day
            day += timedelta(days=1)
        self.first = first * DAY_S
        self.last = last * DAY_S

    def instant(self, second: int) -> int:
        """The Unix time of a working second."""
        day, inside = divmod(second, DAY_S)
        if inside < _MORNING_S:
            return self._midnights[day] + _OPENS_S + inside
        return self._midnights[day] + _AFTERNOON_S + inside - _MORNING_S

    def date(self, second: int) -> date:
        """The local day of a working second."""
        return self._dates[second // DAY_S]
