"""The figures of the month to date per agency, as known now: for dashboards, right at midnight without an event."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from operator import add
from typing import Any, Final

from services.domain.statistics.month_to_date import CLASSES, NOT_ENDED, PLACE, Held, looks, steps
from services.projections.agency_day import ZONE
from services.projections.known import Change, differing
from services.projections.port import Table, TableChanges
from services.projections.tables import StepRow

NAME: Final = "month_to_date"
STEPS: Final = Table("steps", StepRow._fields, 2 + len(Held._fields))
_NONE: Final = (0,) * len(CLASSES)
_Sums = dict[tuple[date, Held], list[int]]


def project(changes: Sequence[Change]) -> list[TableChanges]:
    """Take away the steps of each moved dossier from the day on which it differs, and add those it has now."""
    sums: _Sums = {}
    for since, old, new in differing(changes, looks=looks, zone=ZONE):
        for sign, segments in ((-1, old), (1, new)):
            for day, held, change, classes in steps(segments, since=since, zone=ZONE):
                counts = sums.get((day, held))
                if counts is None:
                    counts = sums[day, held] = [0] * len(CLASSES)
                for one in classes:
                    counts[PLACE[one]] += sign * change
    return [TableChanges(table=STEPS, counted=sorted(_rows(sums)))]


def _rows(sums: _Sums) -> Iterator[tuple[Any, ...]]:
    # By month too: a month begins with all that was before it, which must not mean every day. Ends begin with it.
    months: _Sums = {}
    for (day, held), counts in sums.items():
        if not any(counts):
            continue
        yield ("day", day, *held, *counts)
        if held.ended_on == NOT_ENDED:
            month = (day.replace(day=1), held)
            months[month] = list(map(add, months.get(month, _NONE), counts))
    for (first, held), counts in months.items():
        if any(counts):
            yield ("month", first, *held, *counts)
