"""Which position of a tenant's log a person means: a number, a time, or by default its end."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from contracts.codes import EARLIEST
from services.event_store.port import EventStore
from services.operator.errors import WrongUsage


def zone_of(name: str) -> ZoneInfo:
    """The zone of this name. Raises WrongUsage."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise WrongUsage(f"--zone {name!r} is no time zone; write it as Asia/Ho_Chi_Minh") from None


def moment_of(as_of: str | None, zone: ZoneInfo) -> datetime | None:
    """The time that was given; None where a position was given, or nothing. Raises WrongUsage."""
    if as_of is None or as_of.isdecimal():
        return None
    try:
        moment = datetime.fromisoformat(as_of)
    except ValueError:
        raise WrongUsage(f"--as-of {as_of!r} is neither a position nor a time such as 2024-07-01T08:00+07:00") from None
    if moment.year < EARLIEST.year:
        raise WrongUsage(f"--as-of {as_of}: nothing was recorded in that year")
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=zone)


async def recorded_at(store: EventStore, tenant: str, position: int) -> datetime | None:
    """When the event at a position was recorded; None for position 0."""
    found = await store.at(tenant, [position])
    return found[0].recorded_at if found else None


async def position_of(
    store: EventStore, tenant: str, as_of: str | None, moment: datetime | None, *, now: datetime
) -> int:
    """The position meant by `as_of`, of which `moment` is the time if it is one. Raises WrongUsage."""
    head = await store.head(tenant)
    if as_of is None:
        return head
    if moment is not None:
        if moment > now:
            raise WrongUsage(f"--as-of {as_of} lies in the future: nobody knows yet what will be recorded by then")
        position = await store.position_at(tenant, moment)
        if not position:
            raise WrongUsage(f"--as-of {as_of}: nothing was recorded of {tenant} by then")
        return position
    position = int(as_of)
    if not position:
        raise WrongUsage("--as-of 0: positions begin at 1; by then nothing was recorded")
    if position > head:
        raise WrongUsage(f"--as-of {position}: the log of {tenant} ends at position {head}")
    return position
