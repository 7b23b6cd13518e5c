"""What a change of one timeline does to the flows by day is the difference of the two, day by day."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta

from hypothesis import given, settings

from services.domain.dossier import Segment
from services.domain.statistics.flow import classify, just_before
from services.domain.zones import start_of
from services.projections.agency_day import ZONE, project
from services.projections.tables import DayRow
from tests.unit.projections.tellings import DAYS, Told, change, tellings, timeline

COLUMN = {
    **dict.fromkeys(("received_online", "received_direct", "received_channel_unknown"), "received"),
    **{name: name for name in DayRow._fields[5:]},
}
"""Figure of a report → the column that has it, where it is one of flows."""
Flows = Counter[tuple[date, str, str, str, str]]


def flows(segments: Sequence[Segment]) -> Flows:
    """What the flow report of each single day counts of it."""
    found: Flows = Counter()
    # Whose last word is that it was never accepted is in no figure of any report.
    if not segments or not (segments[-1].accepted_at or segments[-1].void):
        return found
    for day in DAYS:
        opens, closes = start_of(day, ZONE), start_of(day + timedelta(days=1), ZONE)
        now = just_before(segments, closes)
        for figure in classify(segments, opens=opens, closes=closes, zone=ZONE, due="instant"):
            if now is not None and figure in COLUMN:
                found[day, now.agency or "", now.procedure or "", now.channel or "", COLUMN[figure]] += 1
    return found


@given(tellings())
@settings(max_examples=600, deadline=None)
def test_the_days_change_by_what_the_reports_of_each_day_differ_by(told: Told) -> None:
    [changes] = project([change(told)])
    counted: Flows = Counter()
    for row in map(DayRow._make, changes.counted):
        for name, number in zip(DayRow._fields[4:], row[4:], strict=True):
            counted[row.day, row.agency, row.procedure, row.channel, name] += number
    first, later = map(timeline, told)
    expected = flows(later)
    expected.subtract(flows(first))
    assert {key: number for key, number in counted.items() if number} == {
        key: number for key, number in expected.items() if number
    }
