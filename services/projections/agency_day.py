"""Flows by local day, agency, procedure and channel, as known now: what a leader looks at each morning."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from services.domain.dossier import Segment
from services.projections.known import Change, Known
from services.projections.port import Table, TableChanges
from services.projections.tables import DayRow

NAME: Final = "agency_day"
DAYS: Final = Table("days", DayRow._fields, 4)
ZONE: Final = ZoneInfo("Asia/Ho_Chi_Minh")
_KEY: Final = 4
_FLOWS: Final = len(DayRow._fields) - _KEY


def project(changes: Sequence[Change]) -> list[TableChanges]:
    """Take away what each moved dossier contributed before the run and add what it contributes after it."""
    were: dict[UUID, Known | None] = {}
    are: dict[UUID, Known] = {}
    for change in changes:
        were.setdefault(change.after.dossier, change.before)
        are[change.after.dossier] = change.after
    sums: dict[tuple[date, str, str, str], list[int]] = {}
    for dossier, after in are.items():
        before = were[dossier]
        if before is not None and before.rows is after.rows:
            continue
        for sign, known in ((-1, before), (1, after)):
            if known is not None and known.rows:
                for row in contribution(known.folded.segments):
                    counts = sums.setdefault(row[:_KEY], [0] * _FLOWS)
                    for place, count in enumerate(row[_KEY:]):
                        counts[place] += sign * count
    counted = [(*key, *counts) for key, counts in sorted(sums.items()) if any(counts)]
    return [TableChanges(table=DAYS, counted=counted)]


def contribution(segments: Sequence[Segment]) -> list[DayRow]:
    """The days on which a dossier came in, was resolved, was reopened or voided, each as at that day's own end.

    The same predicates as the flow report of that one day (due date compared as instants).
    """
    rows = []
    for day in _days_of_interest(segments):
        start, end = _bounds(day)
        now, before = _just_before(segments, end), _just_before(segments, start)
        if now is None or now.accepted_at is None:
            continue
        row = DayRow(
            day,
            now.agency or "",
            now.procedure or "",
            now.channel or "",
            *_flows(now, before, start, end),
        )
        if any(row[_KEY:]):
            rows.append(row)
    return rows


def _flows(now: Segment, before: Segment | None, start: datetime, end: datetime) -> tuple[int, ...]:
    if now.void:
        return (0, 0, 0, 0, 0, int(before is None or not before.void))
    accepted, ended, due = now.accepted_at, now.ended_at, now.due_at
    assert accepted is not None
    resolved = ended is not None and start <= ended < end
    in_time = resolved and due is not None and ended is not None and ended <= due
    reopened = accepted < start and before is not None and before.ended_at is not None and before.ended_at != ended
    return (
        int(start <= accepted < end),
        int(reopened),
        int(in_time),
        int(resolved and due is not None and not in_time),
        int(resolved and due is None),
        0,
    )


def _days_of_interest(segments: Sequence[Segment]) -> list[date]:
    moments = set()
    was: Segment | None = None
    for segment in segments:
        if was is None or segment.accepted_at != was.accepted_at:
            moments.add(segment.accepted_at)
        if was is None or segment.ended_at != was.ended_at or segment.void != was.void:
            moments.add(segment.ended_at)
            moments.add(segment.occurred_from)
        was = segment
    return sorted({moment.astimezone(ZONE).date() for moment in moments if moment is not None})


def _just_before(segments: Sequence[Segment], instant: datetime) -> Segment | None:
    place = bisect_left(segments, instant, key=_from)
    return segments[place - 1] if place else None


def _from(segment: Segment) -> datetime:
    return segment.occurred_from


@lru_cache(maxsize=4096)
def _bounds(day: date) -> tuple[datetime, datetime]:
    start, end = (
        datetime(one.year, one.month, one.day, tzinfo=ZONE).astimezone(UTC) for one in (day, day + timedelta(days=1))
    )
    return start, end
