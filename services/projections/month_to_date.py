"""The figures of the month to date per agency, as known now: for dashboards, right at midnight without an event."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Final

from services.domain.statistics.month_to_date import CLASSES, NOT_ENDED, PLACE, Held, differ_from, steps
from services.projections.agency_day import ZONE
from services.projections.known import Change, counted_segments, moved
from services.projections.port import Table, TableChanges
from services.projections.tables import StepRow

NAME: Final = "month_to_date"
_KEY: Final = 2 + len(Held._fields)
STEPS: Final = Table("steps", StepRow._fields, _KEY)
_Key = tuple[str, date, str, str, date]


def project(changes: Sequence[Change]) -> list[TableChanges]:
    """Take away the steps of each moved dossier from the day on which it differs, and add those it has now."""
    sums: dict[_Key, list[int]] = {}
    for before, after in moved(changes):
        old, new = counted_segments(before), counted_segments(after)
        since = differ_from(old, new, zone=ZONE)
        if since is None:
            continue
        for sign, segments in ((-1, old), (1, new)):
            for day, held, change, classes in steps(segments, since=since, zone=ZONE):
                for key in _keys(day, held):
                    counts = sums.get(key)
                    if counts is None:
                        counts = sums[key] = [0] * len(CLASSES)
                    for one in classes:
                        counts[PLACE[one]] += sign * change
    counted = [(*key, *counts) for key, counts in sorted(sums.items()) if any(counts)]
    return [TableChanges(table=STEPS, counted=counted)]


def _keys(day: date, held: Held) -> Iterator[_Key]:
    yield ("day", day, *held)
    # By month too: a month begins with all that was before it, which must not mean every day. Ends begin with it.
    if held.ended_on == NOT_ENDED:
        yield ("month", day.replace(day=1), *held)
