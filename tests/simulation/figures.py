"""What the read models that only count must show at rest: the figures of every dossier, counted anew from its facts."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from datetime import date, timedelta
from typing import TypeVar

from services.domain.dossier import Segment
from services.domain.statistics.month_to_date import CLASSES, Held, steps
from services.projections.agency_day import ZONE
from services.projections.port import ReadModels
from tests.flows import Flows, days_of, flows, flows_shown, in_figures

_Key = TypeVar("_Key", bound=tuple[object, ...])


async def miscounted(tenant: str, models: ReadModels, timelines: Sequence[Sequence[Segment]]) -> list[str]:
    """Days and months that are not what these dossiers come to."""
    counted = list(filter(in_figures, timelines))
    return [
        *_differ(f"{tenant}: flows by day", flows_shown(await models.days(tenant)), _sum(map(flows, counted))),
        *[found async for found in _months(tenant, models, counted)],
    ]


async def _months(tenant: str, models: ReadModels, counted: Sequence[Sequence[Segment]]) -> AsyncIterator[str]:
    days = sorted({day for timeline in counted for day in days_of(timeline)})
    for day in (days[0], days[len(days) // 2], days[-1] + timedelta(days=1)) if days else ():
        first = day.replace(day=1)
        expected: Counter[tuple[Held, str]] = Counter()
        for timeline in counted:
            for step in steps(timeline, since=date.min, zone=ZONE):
                if step.day <= day and step.held.ended_on >= first:
                    expected.update({(step.held, one): step.change for one in step.classes})
        _, counts = await models.month_to_date(tenant, day)
        shown = Counter({(held, one): n for held, each in counts.items() for one, n in zip(CLASSES, each, strict=True)})
        for found in _differ(f"{tenant}: the month up to {day}", shown, expected):
            yield found


def _sum(counters: Iterable[Flows]) -> Flows:
    total: Flows = Counter()
    for each in counters:
        total.update(each)
    return total


def _differ(what: str, shown: Counter[_Key], expected: Counter[_Key]) -> Iterator[str]:
    for key in sorted(shown.keys() | expected.keys(), key=repr):
        if shown[key] != expected[key]:
            yield f"{what} has {shown[key]} of {key}, not {expected[key]}"
            return
