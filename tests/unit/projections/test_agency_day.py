"""What a change of one timeline does to the flows by day is the difference of the two, day by day."""

from __future__ import annotations

from hypothesis import given, settings

from services.projections.agency_day import project
from services.projections.tables import DayRow
from tests.flows import flows, flows_shown
from tests.unit.projections.tellings import Told, change, tellings, timeline


@given(tellings())
@settings(max_examples=600, deadline=None)
def test_the_days_change_by_what_the_reports_of_each_day_differ_by(told: Told) -> None:
    [changes] = project([change(told)])
    shown = flows_shown(map(DayRow._make, changes.counted))
    first, later = (flows(timeline(history)) for history in told)
    later.subtract(first)
    assert {key: number for key, number in shown.items() if number} == {
        key: number for key, number in later.items() if number
    }
