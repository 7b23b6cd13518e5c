"""The columns of form II.06a from the first of a month to the end of any day of it, as steps that are only added up.

What a dossier counts as at the end of a day changes on few days: where its facts change it, on the first of the month
after that, on the day of its due date and the day after. A step is by how much an agency's figures change on a day
against the day before, so the sum of all steps up to a day is what the form shows at the end of that day, and what
becomes overdue at midnight needs nobody to tell it. Due dates are compared as local days, open readings by default.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Final, Literal, NamedTuple, get_args
from zoneinfo import ZoneInfo

from services.domain.dossier import Segment
from services.domain.statistics.flow import Due, Figure, figures_seen, just_before
from services.domain.statistics.parting import looking_at
from services.domain.zones import start_of

FORM: Final = ("II.06a", 1)
"""Name and version of the definition whose cells these are."""
DUE: Final[Due] = "day"

Class = Literal[Figure, "resolved_early", "falls_due", "stock_before", "stock_voided"]
"""`resolved_early`: on an earlier local day than the due date's. `falls_due`: in hand and due on the very last day, so
overdue at its end and not before. `stock_before`: in hand just before the month; `stock_voided`: of these void now."""

CLASSES: Final[tuple[Class, ...]] = get_args(Class)
"""What is counted, in the order of the numbers of a step."""

NOT_ENDED: Final = date.max


class Held(NamedTuple):
    """Who has dossiers, as the log says it; "" is nobody that is known."""

    agency: str
    before: str
    """Who had them just before the month, of those that were in hand then; else ""."""
    ended_on: date
    """The local day of their end if it falls into the month, else `NOT_ENDED`."""


class Step(NamedTuple):
    """On a local day, one dossier more (`change` 1) or less (-1) in each of these classes at who has it."""

    day: date
    held: Held
    change: int
    classes: frozenset[Class]


PLACE: Final[Mapping[Class, int]] = {one: place for place, one in enumerate(CLASSES)}
looks: Final = looking_at("accepted_at", "ended_at", "due_at", "paused_since", "agency", "channel", "void")
"""Two segments that are equal in these count alike at the end of every day."""
_DAY: Final = timedelta(days=1)
_NOWHERE: Final[frozenset[Class]] = frozenset()
_NOBODY: Final = Held("", "", NOT_ENDED)


def steps(segments: Sequence[Segment], *, since: date, zone: ZoneInfo) -> Iterator[Step]:
    """The steps of one dossier on `since` and later, as if it had counted nowhere before."""
    was, held_by = _NOWHERE, _NOBODY
    for day in sorted(_turning_days(segments, since, zone)):
        opens, closes = _month_to(day, zone)
        now, before = just_before(segments, closes), just_before(segments, opens)
        assert now is not None
        classes = _classes(now, before, day, opens, closes, zone)
        held = _held(now, before if "stock_before" in classes else None, opens, zone)
        if (classes, held) == (was, held_by):
            continue
        if held == held_by:
            gone, come = was - classes, classes - was
        else:
            gone, come = was, classes
        if gone:
            yield Step(day, held_by, -1, gone)
        if come:
            yield Step(day, held, 1, come)
        was, held_by = classes, held


def _turning_days(segments: Sequence[Segment], since: date, zone: ZoneInfo) -> set[date]:
    found: set[date] = set()
    until: date | None = None
    for segment in reversed(segments):
        begins = _local_day(segment.occurred_from, zone)
        if until is not None and begins >= until:
            continue  # what followed on the same day is what the day ends with
        first = max(begins, since)
        days = [_next_month(begins)]
        if segment.due_at is not None and segment.ended_at is None:
            due = _local_day(segment.due_at, zone)
            days += (due, due + _DAY)
        found.add(first)
        found.update(day for day in days if first <= day and (until is None or day < until))
        if begins <= since:
            break
        until = begins
    return found


def _classes(
    now: Segment, before: Segment | None, day: date, opens: datetime, closes: datetime, zone: ZoneInfo
) -> frozenset[Class]:
    classes: frozenset[Class] = figures_seen(now, before, opens=opens, closes=closes, zone=zone, due=DUE)
    if now.due_at is not None:
        if "resolved_on_time" in classes and now.ended_at is not None:
            if _local_day(now.ended_at, zone) < _local_day(now.due_at, zone):
                classes = classes - {"resolved_on_time"} | {"resolved_early"}
        elif "in_hand_overdue" in classes and _local_day(now.due_at, zone) == day:
            classes |= {"falls_due"}
    if before is not None and before.accepted_at is not None and before.ended_at is None and not before.void:
        classes |= {"stock_before", "stock_voided"} if now.void else {"stock_before"}
    return classes


def _held(now: Segment, before: Segment | None, opens: datetime, zone: ZoneInfo) -> Held:
    ended = now.ended_at
    return Held(
        now.agency or "",
        (before and before.agency) or "",
        NOT_ENDED if ended is None or ended < opens else _local_day(ended, zone),
    )


def _local_day(moment: datetime, zone: ZoneInfo) -> date:
    return moment.astimezone(zone).date()


@lru_cache(maxsize=4096)
def _month_to(day: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
    return start_of(day.replace(day=1), zone), start_of(day + _DAY, zone)


@lru_cache(maxsize=4096)
def _next_month(day: date) -> date:
    return (day.replace(day=1) + timedelta(days=32)).replace(day=1)
