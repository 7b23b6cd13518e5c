"""Turns summed steps into the cells of form II.06a, agency by agency, each dossier in the one row a report gives it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Final

from services.domain.agencies.dimension import Agencies
from services.domain.agencies.seat import seat_of
from services.domain.statistics.month_to_date import NOT_ENDED, PLACE, Class, Held

FORM: Final = ("II.06a", 1)
"""Name and version of the definition whose cells these are."""
MODE: Final = "as_was"
"""Which agencies are meant."""

CELLS: Final[Mapping[str, tuple[Class, ...]]] = {
    "3": ("received_online", "received_direct", "received_channel_unknown", "carried_over"),
    "4": ("received_online",),
    "5": ("received_direct", "received_channel_unknown"),
    "6": ("carried_over",),
    "7": ("resolved_early", "resolved_on_time", "resolved_late", "resolved_no_due_date"),
    "8": ("resolved_early",),
    "9": ("resolved_on_time",),
    "10": ("resolved_late",),
    "11": ("in_hand_not_due", "in_hand_overdue", "in_hand_no_due_date"),
    "12": ("in_hand_not_due",),
    "13": ("in_hand_overdue",),
    "reopened": ("reopened",),
    "voided": ("voided",),
    "resolved_no_due_date": ("resolved_no_due_date",),
    "in_hand_no_due_date": ("in_hand_no_due_date",),
    "received_channel_unknown": ("received_channel_unknown",),
}
"""Cell → the classes of dossiers that it counts at the agency that has them."""

CELLS_BEFORE: Final[Mapping[str, tuple[Class, ...]]] = {
    "stock_before": ("stock_before",),
    "stock_voided": ("stock_voided",),
}
"""The same at the agency that had them before the month. What was transferred is carried over and at neither alone."""

_KEYS: Final = (*CELLS, "transferred_in", "transferred_out", *CELLS_BEFORE)


@dataclass(slots=True)
class AgencyFigures:
    """Cell → figure of one agency, and how much of column 13 is due on the last day itself, so overdue at its end."""

    cells: dict[str, int] = field(default_factory=lambda: dict.fromkeys(_KEYS, 0))
    falls_due: int = 0


def figures_of(
    counts: Mapping[Held, Sequence[int]], agencies: Agencies, *, day: date
) -> dict[str | None, AgencyFigures]:
    """The figures from the first of the month to the end of a day, out of the steps up to it; None: not known.

    Agencies that have nothing, or have nothing any more, are there with zeros.
    """
    found: dict[str | None, AgencyFigures] = {}
    eve = day.replace(day=1) - timedelta(days=1)

    def row(code: str | None) -> AgencyFigures:
        return found.setdefault(code, AgencyFigures())

    for held, several in counts.items():
        for code in (held.agency, held.before):
            if code:
                row(code)
        # An end stays with the agency that held it on its own day, whatever became of that agency since.
        now = _seat(agencies, held.agency, day if held.ended_on == NOT_ENDED else held.ended_on, day)
        before = _seat(agencies, held.before, eve, day)
        _add(row(now), CELLS, several)
        row(now).falls_due += several[PLACE["falls_due"]]
        if any(several[PLACE[one]] for classes in CELLS_BEFORE.values() for one in classes):
            _add(row(before), CELLS_BEFORE, several)
        if now != before and (carried := several[PLACE["carried_over"]]):
            row(now).cells["transferred_in"] += carried
            row(before).cells["transferred_out"] += carried
    return found


def _seat(agencies: Agencies, code: str, on: date, last: date) -> str | None:
    return seat_of(agencies, code or None, on, mode=MODE, last=last).code


def _add(figures: AgencyFigures, cells: Mapping[str, tuple[Class, ...]], several: Sequence[int]) -> None:
    for key, classes in cells.items():
        figures.cells[key] += sum(several[PLACE[one]] for one in classes)
