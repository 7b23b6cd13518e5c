"""A calendar as the log holds it, in the words of the engine."""

from __future__ import annotations

from datetime import time

from contracts.reference import CalendarDeclared
from services.domain.working_time.declarations import WEEKDAYS, CalendarDeclaration, MakeUpDay, Opening, RestDay, Season


def declaration_of(name: str, said: CalendarDeclared) -> CalendarDeclaration:
    """What a recorded statement declares; `name` is the code it was said under."""
    return CalendarDeclaration(
        name=name,
        version=said.version,
        years=said.years,
        seasons=tuple(
            Season(
                season.first_day,
                season.last_day,
                tuple(
                    tuple(
                        Opening(time.fromisoformat(hours.opens), time.fromisoformat(hours.closes))
                        for hours in season.weekdays.get(weekday, ())
                    )
                    for weekday in WEEKDAYS
                ),
                season.agency,
            )
            for season in said.seasons
        ),
        rest_days=tuple(RestDay(one.date, one.title, one.agency) for one in said.rest_days),
        make_up_days=tuple(MakeUpDay(one.date, one.in_place_of, one.agency) for one in said.make_up_days),
        zone=said.zone,
    )
