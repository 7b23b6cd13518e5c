"""What may stand in a reference file: the contracts' own fields, and beside them the code each statement is about."""

from __future__ import annotations

from datetime import date
from typing import Final, Literal

from pydantic import model_validator

from contracts.codes import Code, Instant
from contracts.reference import (
    AgencyDeclared,
    AgencySucceeded,
    CalendarDeclared,
    CalendarSeason,
    FiguresSubmitted,
    MakeUpDay,
    ProcedureDeclared,
    RestDay,
)
from services.domain.working_time.declarations import WEEKDAYS
from services.sources.tables import Table


class Agency(Table, AgencyDeclared):
    """[[agency]]"""

    code: Code


class Succession(Table, AgencySucceeded):
    """[[succession]]: what became of `agency`."""

    agency: Code


class Procedure(Table, ProcedureDeclared):
    """[[procedure]]"""

    code: Code


class Season(Table, CalendarSeason):
    """[[calendar.seasons]]: every weekday is named, `[]` where it is not worked.

    A fact may leave a weekday out; a person who forgot one must not make a rest day of it.
    """

    @model_validator(mode="after")
    def _names_every_weekday(self) -> Season:
        missing = [name for name in WEEKDAYS if name not in self.weekdays]
        if missing:
            raise ValueError(
                f"weekdays does not name {', '.join(missing)}; write `weekdays.{missing[0]} = []` for rest"
            )
        return self


class Rest(Table, RestDay):
    """[[calendar.rest_days]]"""


class MakeUp(Table, MakeUpDay):
    """[[calendar.make_up_days]]"""


class Calendar(Table, CalendarDeclared):
    """[[calendar]]"""

    name: Code
    seasons: tuple[Season, ...]
    rest_days: tuple[Rest, ...]
    make_up_days: tuple[MakeUp, ...]


class Figures(Table, FiguresSubmitted):
    """[[figures]]: one report of one form as it was sent."""

    form: Code
    submitted_at: Instant


What = Literal["agency", "succession", "procedure", "calendar", "figures"]

ACT_OF: Final[dict[What, str]] = {
    "agency": "agency_declared",
    "succession": "agency_succeeded",
    "procedure": "procedure_declared",
    "calendar": "calendar_declared",
    "figures": "figures_submitted",
}
"""Name of a section → the act its entries are."""


class Withdrawn(Table):
    """[[withdrawn]]: a statement loaded before is taken back; `key` is what `khop reference show` calls it by."""

    what: What
    code: Code
    key: date | Code


class ReferenceFile(Table):
    """A whole file; any of these, in any number."""

    agency: tuple[Agency, ...] = ()
    succession: tuple[Succession, ...] = ()
    procedure: tuple[Procedure, ...] = ()
    calendar: tuple[Calendar, ...] = ()
    figures: tuple[Figures, ...] = ()
    withdrawn: tuple[Withdrawn, ...] = ()

    @model_validator(mode="after")
    def _says_something(self) -> ReferenceFile:
        if not any(getattr(self, name) for name in type(self).model_fields):
            raise ValueError(f"says nothing: add any of {', '.join(f'[[{name}]]' for name in type(self).model_fields)}")
        return self


COLUMNS: Final[dict[What, type[Table]]] = {"agency": Agency, "procedure": Procedure}
"""What a table of rows can hold: statements whose every field is one value."""
