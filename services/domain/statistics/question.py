"""What a request asks of a definition: its local days become instants, and unsaid readings take their defaults."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from zoneinfo import ZoneInfo

from services.domain.periods import period_of
from services.domain.statistics.definition import Definition, Question
from services.domain.statistics.document import Request
from services.domain.zones import offsets_of


def question_of(
    definition: Definition, request: Request, days: tuple[date, date], *, mended: Collection[str] = ()
) -> Question:
    """The question for these days; `mended` names the known bugs that are left out."""
    zone = ZoneInfo(request.zone)
    period = period_of(*days, zone)
    return Question(
        opens=period.opens,
        closes=period.closes,
        offsets=offsets_of(zone),
        due=request.due,
        switches={switch.name: switch.default for switch in definition.switches} | dict(request.switches),
        mended=frozenset(mended),
        counted_at=request.counted_at,
    )
