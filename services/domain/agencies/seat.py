"""Where a report puts a dossier that the log says an agency has: in one agency's row, or in that of the not known."""

from __future__ import annotations

from datetime import date
from typing import Literal, NamedTuple

from contracts.codes import FORM_LEVEL, AgencyLevel
from services.domain.agencies.agency import NotKnown
from services.domain.agencies.dimension import Agencies


class Seat(NamedTuple):
    """An agency's code, its level on the forms (cấp), and why there is none where there is none."""

    code: str | None
    level: AgencyLevel | None
    missing: NotKnown | None


def seat_of(agencies: Agencies, code: str | None, on: date, *, mode: Literal["as_was", "as_is"], last: date) -> Seat:
    """The seat of a dossier that this code has on a day, in a report whose last local day is `last`.

    As was, the agency the code meant on that day; as is, the one that stands in its place on the last day. A code that
    nobody declared keeps its name and has no level.
    """
    found = agencies.as_was(code, on) if mode == "as_was" else agencies.as_is(code, said_on=on, report_on=last)
    if not isinstance(found, NotKnown):
        return Seat(found.code, FORM_LEVEL[found.level], None)
    if found.reason == "undeclared":
        return Seat(code, None, None)
    return Seat(None, None, found)
