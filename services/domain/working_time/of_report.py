"""By which working-time calendar a report reckons limits that no due date was promised for: named, never guessed."""

from __future__ import annotations

from collections.abc import Mapping

from contracts.reference import CalendarDeclared
from services.domain.working_time.calendar import Calendar, calendar_of
from services.domain.working_time.declarations import CalendarDeclaration
from services.domain.working_time.declared import declaration_of

Chosen = tuple[str, str]
"""The name and the version of a calendar."""


class CalendarNotChosen(ValueError):
    """Which calendar is meant is open, or there is none of this name."""


def chosen(declared: Mapping[Chosen, CalendarDeclared], asked: str | None) -> Chosen | None:
    """The calendar that is asked for as `name@version`, or as `name` where it has one version.

    None asked: the only one there is; None if there is none. Raises CalendarNotChosen.
    """
    if asked is None and not declared:
        return None
    fitting = [one for one in sorted(declared) if asked is None or asked in (one[0], "@".join(one))]
    if len(fitting) == 1:
        return fitting[0]
    named = ", ".join("@".join(one) for one in fitting or sorted(declared))
    if fitting:
        raise CalendarNotChosen(f"several calendars may be meant: {named}; say one of them as name@version")
    raise CalendarNotChosen(f"there is no calendar {asked!r}; {f'there is {named}' if named else 'none is declared'}")


def as_chosen(said: str | None) -> Chosen | None:
    """What a report's identity says of its calendar."""
    if said is None:
        return None
    name, _, version = said.rpartition("@")
    return name, version


def calendars_of(declared: CalendarDeclared, name: str) -> Mapping[str | None, Calendar]:
    """Agency with hours or days of its own → its working time; None → that of all others. Raises CalendarInvalid."""
    declaration = declaration_of(name, declared)
    return {agency: calendar_of(declaration, agency=agency) for agency in (None, *_own(declaration))}


def _own(declaration: CalendarDeclaration) -> list[str]:
    seasons = {one.agency for one in declaration.seasons}
    days = {one.agency for one in declaration.rest_days} | {one.agency for one in declaration.make_up_days}
    return sorted(agency for agency in seasons | days if agency is not None)
