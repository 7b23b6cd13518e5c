"""The flows of single days counted the slow way, day by day as a flow report does: what a faster count is held to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta

from services.domain.dossier import Segment
from services.domain.statistics.flow import classify, just_before
from services.domain.zones import start_of
from services.projections.agency_day import ZONE
from services.projections.tables import DayRow

COLUMN = {
    **dict.fromkeys(("received_online", "received_direct", "received_channel_unknown"), "received"),
    **{name: name for name in DayRow._fields[5:]},
}
"""Figure of a flow report → the column of a day that has it, where it is one of flows."""
Flows = Counter[tuple[date, str, str, str, str]]


def in_figures(timeline: Sequence[Segment]) -> bool:
    """Whether a dossier is in any figure of any report: not if its last word is that it was never accepted."""
    return bool(timeline) and (timeline[-1].accepted_at is not None or timeline[-1].void)


def flows(timeline: Sequence[Segment]) -> Flows:
    """What the flow reports of single days count of one dossier, over all days on which anything happened to it."""
    found: Flows = Counter()
    if not in_figures(timeline):
        return found
    for day in days_of(timeline):
        opens, closes = start_of(day, ZONE), start_of(day + timedelta(days=1), ZONE)
        now = just_before(timeline, closes)
        for figure in classify(timeline, opens=opens, closes=closes, zone=ZONE, due="instant"):
            if now is not None and figure in COLUMN:
                found[day, now.agency or "", now.procedure or "", now.channel or "", COLUMN[figure]] += 1
    return found


def flows_shown(rows: Iterable[DayRow]) -> Flows:
    """Rows of flows by day, column by column."""
    shown: Flows = Counter()
    for row in rows:
        for name, number in zip(DayRow._fields[4:], row[4:], strict=True):
            shown[row.day, row.agency, row.procedure, row.channel, name] += number
    return shown


def days_of(timeline: Sequence[Segment]) -> list[date]:
    """The local days on which anything happened to a dossier."""
    moments: set[datetime] = set()
    for segment in timeline:
        moments |= {at for at in (segment.occurred_from, segment.accepted_at, segment.ended_at) if at is not None}
    return sorted({moment.astimezone(ZONE).date() for moment in moments})
