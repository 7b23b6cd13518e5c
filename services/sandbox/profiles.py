"""The published figures a sandbox province is made to have, so that a run can be held against a real report.

`langson-2024-h1` and `langson-2020` are what the province itself reported for those periods; everything else about
the dossiers is invented and fictitious.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from typing import Final

ZONE: Final = timezone(timedelta(hours=7), "Asia/Ho_Chi_Minh")
"""Vietnam has no daylight saving time, so a fixed offset is the zone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """One period of one province. Days are local and both counted; figures are numbers of dossiers."""

    name: str
    tenant: str
    first_day: date
    last_day: date
    received: int
    online: int
    resolved: int
    on_time: int
    """Early or on time. Where the province gave none, the share we chose: see `on_time_is_chosen`."""
    on_time_is_chosen: bool
    carried_over: int
    """Opening stock. Chosen: no report gives it, yet what was resolved includes what was carried over."""
    rest_days: frozenset[date]
    """Public holidays inside the period, as the fixture's calendar has them."""

    @property
    def opens_at(self) -> datetime:
        """First instant of the period."""
        return datetime(self.first_day.year, self.first_day.month, self.first_day.day, tzinfo=ZONE)

    @property
    def closes_at(self) -> datetime:
        """Closing instant: the first one that is no more in the period."""
        day = self.last_day + timedelta(days=1)
        return datetime(day.year, day.month, day.day, tzinfo=ZONE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """A profile's figures at a scale."""

    received: int
    online: int
    resolved: int
    on_time: int
    carried_over: int


def scaled(profile: Profile, scale: int) -> Figures:
    """Each figure divided by `scale` and rounded half up. Raises ValueError for a scale below 1."""
    if scale < 1:
        raise ValueError(f"scale must be 1 or more, not {scale}")
    return Figures(
        received=_half_up(profile.received, scale),
        online=_half_up(profile.online, scale),
        resolved=_half_up(profile.resolved, scale),
        on_time=_half_up(profile.on_time, scale),
        carried_over=_half_up(profile.carried_over, scale),
    )


def _half_up(count: int, scale: int) -> int:
    return (2 * count + scale) // (2 * scale)


def _days(year: int, *months_and_days: tuple[int, int]) -> frozenset[date]:
    return frozenset(date(year, month, day) for month, day in months_and_days)


PROFILES: Final[dict[str, Profile]] = {
    profile.name: profile
    for profile in (
        Profile(
            name="langson-2024-h1",
            tenant="lang-son",
            first_day=date(2024, 1, 1),
            last_day=date(2024, 6, 30),
            received=171_997,
            online=168_014,
            resolved=171_035,
            on_time=169_123,
            on_time_is_chosen=False,
            carried_over=5_160,
            rest_days=_days(2024, (1, 1), (2, 8), (2, 9), (2, 12), (2, 13), (2, 14), (4, 18), (4, 29), (4, 30), (5, 1)),
        ),
        Profile(
            name="langson-2020",
            tenant="lang-son",
            first_day=date(2020, 1, 1),
            last_day=date(2020, 5, 31),
            received=19_569,
            online=2_427,
            resolved=15_799,
            on_time=15_167,  # 96.0 % of those resolved: the province published none for this period
            on_time_is_chosen=True,
            carried_over=1_566,
            rest_days=_days(2020, (1, 1), (1, 23), (1, 24), (1, 27), (1, 28), (1, 29), (4, 2), (4, 30), (5, 1)),
        ),
    )
}
