"""Flows by local day, agency, procedure and channel, as known now: what a leader looks at each morning."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

from services.domain.dossier import Segment
from services.domain.statistics.flow import Figure, classify, just_before
from services.domain.statistics.parting import looking_at
from services.domain.zones import VIETNAM, start_of
from services.projections.known import Change, differing
from services.projections.port import Table, TableChanges
from services.projections.tables import DayRow

NAME: Final = "agency_day"
DAYS: Final = Table("days", DayRow._fields, 4)
ZONE: Final = ZoneInfo(VIETNAM)
_KEY: Final = 4
_FLOWS: Final[Mapping[Figure, int]] = {
    "received_online": 0,
    "received_direct": 0,
    "received_channel_unknown": 0,
    "reopened": 1,
    "resolved_on_time": 2,
    "resolved_late": 3,
    "resolved_no_due_date": 4,
    "voided": 5,
}
"""Figure → its column after the key. What came in is one column, since the channel is part of the key."""
_COLUMNS: Final = len(DayRow._fields) - _KEY
_looks: Final = looking_at("accepted_at", "ended_at", "due_at", "agency", "procedure", "channel", "void")


def project(changes: Sequence[Change]) -> list[TableChanges]:
    """Take away what each moved dossier contributed from the day on which it differs, and add what it does now."""
    sums: dict[tuple[date, str, str, str], list[int]] = {}
    for since, old, new in differing(changes, looks=_looks, zone=ZONE):
        for sign, segments in ((-1, old), (1, new)):
            for row in contribution(segments, since=since):
                counts = sums.setdefault(row[:_KEY], [0] * _COLUMNS)
                for place, count in enumerate(row[_KEY:]):
                    counts[place] += sign * count
    counted = [(*key, *counts) for key, counts in sorted(sums.items()) if any(counts)]
    return [TableChanges(table=DAYS, counted=counted)]


def contribution(segments: Sequence[Segment], *, since: date) -> list[DayRow]:
    """The days, `since` or later, on which a dossier came in, was resolved, reopened or voided, as at their ends.

    The figures of the flow report of that one day, with due dates compared as instants.
    """
    rows = []
    for day in _days_of_interest(segments, since):
        opens, closes = _bounds(day)
        figures = classify(segments, opens=opens, closes=closes, zone=ZONE, due="instant")
        counts = [0] * _COLUMNS
        for figure in figures:
            if figure in _FLOWS:
                counts[_FLOWS[figure]] += 1
        now = just_before(segments, closes)
        if now is not None and any(counts):
            rows.append(DayRow(day, now.agency or "", now.procedure or "", now.channel or "", *counts))
    return rows


def _days_of_interest(segments: Sequence[Segment], since: date) -> list[date]:
    moments = set()
    was: Segment | None = None
    for segment in segments:
        if was is None or segment.accepted_at != was.accepted_at:
            moments.add(segment.accepted_at)
        if was is None or segment.ended_at != was.ended_at or segment.void != was.void:
            moments.add(segment.ended_at)
            moments.add(segment.occurred_from)
        was = segment
    days = {moment.astimezone(ZONE).date() for moment in moments if moment is not None}
    return sorted(day for day in days if day >= since)


@lru_cache(maxsize=4096)
def _bounds(day: date) -> tuple[datetime, datetime]:
    return start_of(day, ZONE), start_of(day + timedelta(days=1), ZONE)
