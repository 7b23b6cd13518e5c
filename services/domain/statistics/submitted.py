"""What was submitted to the Government's report system for a period, for definitions that compare it with the log."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Final

from services.domain.reference import Submitted
from services.domain.statistics.definition import Given

FORM: Final = "II.06a"
RECEIVED: Final = ("4", "5")
"""Columns of the form that come to what was received in the period: online, and at the desk or by post."""


def given_by(submitted: Iterable[Submitted], *, first: date, last: date, agency: str | None = None) -> Given:
    """`received_as_submitted`: agency → dossiers received, by the latest submission for exactly these days.

    A submission without one of the columns says nothing. `agency`: the one the report is of, which is its whole.
    """
    received: dict[str | None, int] = {}
    for one in sorted(submitted, key=lambda one: (one.submitted_at, one.fact)):
        said = one.figures
        same = one.form == FORM and (said.first_day, said.last_day) == (first, last)
        if same and all(column in said.figures for column in RECEIVED):
            received[said.agency] = sum(said.figures[column] for column in RECEIVED)
    if agency is not None:
        received = {name: received[agency] for name in (None, agency) if agency in received}
    return {"received_as_submitted": received}
