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
from operator import itemgetter
from typing import Final, Literal, get_args
from zoneinfo import ZoneInfo

from services.domain.dossier import Segment
from services.domain.statistics.flow import Due, Figure, figures_seen, just_before
from services.domain.zones import start_of

FORM: Final = ("II.06a", 1)
"""Name and version of the definition whose cells these are."""
DUE: Final[Due] = "day"

Class = Literal[Figure, "resolved_early", "falls_due"]
"""`resolved_early`: on an earlier local day than the due date's. `falls_due`: due on the very last day, so that it is
overdue at its end and not before."""

CLASSES: Final[tuple[Class, ...]] = get_args(Class)
"""What is counted, in the order of the numbers of a step."""

COLUMNS: Final[Mapping[str, tuple[Class, ...]]] = {
    "3": ("received_online", "received_direct", "received_channel_unknown", "carried_over"),
    "4": ("received_online",),
    "5": ("received_direct", "received_channel_unknown"),
    "6": ("carried_over",),
    "7": ("resolved_early", "resolved_on_time", "resolved_late", "resolved_no_due_date"),
    "8": ("resolved_early",),
    "9": ("resolved_on_time",),
    "10": ("resolved_late",),
    "11": ("in_hand_not_due", "in_hand_overdue", "in_hand_no_due_date"),
    "12": ("in_hand_not_due",),
    "13": ("in_hand_overdue",),
    "reopened": ("reopened",),
    "voided": ("voided",),
    "resolved_no_due_date": ("resolved_no_due_date",),
    "in_hand_no_due_date": ("in_hand_no_due_date",),
    "received_channel_unknown": ("received_channel_unknown",),
}
"""Cell of form II.06a → the classes of dossiers it counts."""

Steps = dict[tuple[date, str], list[int]]
"""(Local day, agency) → by how many dossiers each of `CLASSES` changes on it; the agency "" is none."""

_PLACE: Final[Mapping[Class, int]] = {one: place for place, one in enumerate(CLASSES)}
_LOOKED_AT: Final = ("accepted_at", "ended_at", "due_at", "paused_since", "agency", "channel", "void")
_looks = itemgetter(*map(Segment._fields.index, _LOOKED_AT))
_DAY: Final = timedelta(days=1)
_NOWHERE: Final[frozenset[Class]] = frozenset()


def cells(counts: Sequence[int]) -> dict[str, int]:
    """Cell of form II.06a → its figure, out of the sum of all steps up to a day."""
    return {key: sum(counts[_PLACE[one]] for one in classes) for key, classes in COLUMNS.items()}


def falls_due(counts: Sequence[int]) -> int:
    """Of column 13, what is due on the day itself: it is not overdue before that day has ended."""
    return counts[_PLACE["falls_due"]]


def differ_from(old: Sequence[Segment], new: Sequence[Segment], *, zone: ZoneInfo) -> date | None:
    """The first local day at whose end two timelines of a dossier may count differently; None if there is none."""
    same, most = 0, min(len(old), len(new))
    while same < most and (old[same] is new[same] or _begins(old[same]) == _begins(new[same])):
        same += 1
    shown = _looks(old[same - 1]) if same else None
    parted = [moment for rest in (old[same:], new[same:]) if (moment := _leaves(rest, shown)) is not None]
    return _local_day(min(parted), zone) if parted else None


def steps(segments: Sequence[Segment], *, since: date, zone: ZoneInfo) -> Steps:
    """The steps of one dossier on `since` and later, as if it had counted nowhere before."""
    found: Steps = {}
    was, held_by = _NOWHERE, ""
    for day in sorted(set(_turning_days(segments, since, zone))):
        opens, closes = _month_to(day, zone)
        now = just_before(segments, closes)
        assert now is not None
        classes = _classes(now, just_before(segments, opens), day, opens, closes, zone)
        agency = now.agency or ""
        if (classes, agency) == (was, held_by):
            continue
        for sign, at, which in ((-1, held_by, was), (1, agency, classes)):
            if which:
                counts = found.setdefault((day, at), [0] * len(CLASSES))
                for one in which:
                    counts[_PLACE[one]] += sign
        was, held_by = classes, agency
    return found


def _begins(segment: Segment) -> tuple[object, ...]:
    return (segment.occurred_from, *_looks(segment))


def _leaves(segments: Sequence[Segment], shown: object) -> datetime | None:
    """When these first look otherwise."""
    return next((one.occurred_from for one in segments if _looks(one) != shown), None)


def _turning_days(segments: Sequence[Segment], since: date, zone: ZoneInfo) -> Iterator[date]:
    until: date | None = None
    for segment in reversed(segments):
        begins = _local_day(segment.occurred_from, zone)
        if until is not None and begins >= until:
            continue  # what followed on the same day is what the day ends with
        days = [max(begins, since), _next_month(begins)]
        if segment.due_at is not None and segment.ended_at is None:
            due = _local_day(segment.due_at, zone)
            days += (due, due + _DAY)
        for day in days:
            if max(begins, since) <= day and (until is None or day < until):
                yield day
        if begins <= since:
            return
        until = begins


def _classes(
    now: Segment, before: Segment | None, day: date, opens: datetime, closes: datetime, zone: ZoneInfo
) -> frozenset[Class]:
    figures: frozenset[Class] = figures_seen(now, before, opens=opens, closes=closes, zone=zone, due=DUE)
    if now.due_at is None:
        return figures
    if "resolved_on_time" in figures and now.ended_at is not None:
        if _local_day(now.ended_at, zone) < _local_day(now.due_at, zone):
            return figures - {"resolved_on_time"} | {"resolved_early"}
    elif "in_hand_overdue" in figures and _local_day(now.due_at, zone) == day:
        return figures | {"falls_due"}
    return figures


def _local_day(moment: datetime, zone: ZoneInfo) -> date:
    return moment.astimezone(zone).date()


@lru_cache(maxsize=4096)
def _month_to(day: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
    return start_of(day.replace(day=1), zone), start_of(day + _DAY, zone)


@lru_cache(maxsize=4096)
def _next_month(day: date) -> date:
    return (day.replace(day=1) + timedelta(days=32)).replace(day=1)
