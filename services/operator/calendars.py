"""Which working-time calendar a report is made by: the one that was asked for, or the only one there is."""

from __future__ import annotations

from dataclasses import replace

from services.domain.reference import Reference
from services.domain.statistics.definition import Definition
from services.domain.statistics.document import Request
from services.domain.working_time.of_report import CalendarNotChosen, chosen
from services.operator.errors import WrongUsage
from services.projections.report import looks_at_limits


def with_calendar(request: Request, definition: Definition, reference: Reference, asked: str | None) -> Request:
    """The request with its calendar, if limits bear on what it asks. Raises WrongUsage."""
    if not looks_at_limits(definition, request):
        if asked is not None:
            raise WrongUsage(f"--calendar {asked}: no figure of {definition.name} rests on working time")
        return request
    try:
        return replace(request, calendar=chosen(reference.calendars, asked))
    except CalendarNotChosen as error:
        raise WrongUsage(f"--calendar: {error}") from None
