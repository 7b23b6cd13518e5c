"""Finds the archived report behind a submission: the one that has its figures, else the last printed by then."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from services.archive.port import Entry
from services.domain.reference import Submitted
from services.domain.statistics.definition import Due, Mode

How = Literal["same_figures", "printed_before", "last_printed", "known_when_sent", "known_when_recorded"]
"""Why these figures are what was reported then: the archived report with all figures sent; the last that was printed
before they were sent; where nothing was sent, the last that was printed; where none was printed, what the log said when
they were sent; where it said nothing by then, what it said when the submission was recorded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """How a report reads what is left open; None and an absent switch: however it was."""

    agency: str | None
    version: int | None
    zone: str | None
    due: Due | None
    mode: Mode | None
    switches: Mapping[str, str]

    def fits(self, identity: Mapping[str, Any]) -> bool:
        """Whether a report of this identity reads everything so. One made to be published lacks figures: no."""
        asked = {name: getattr(self, name) for name in ("version", "zone", "due", "mode")}
        return (
            "publish" not in identity
            and identity["agency"] in (None, self.agency)
            and all(value is None or identity[name] == value for name, value in asked.items())
            and all(identity["switches"].get(name) == value for name, value in self.switches.items())
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Archived:
    """An archived report and that row of it which is compared."""

    entry: Entry
    identity: Mapping[str, Any]
    row: Mapping[str, Any]


def archived(entry: Entry, document: Mapping[str, Any], reading: Reading) -> Archived | None:
    """The report with the row of the agency that is asked for, or its total; None where it has no such row."""
    identity = document["identity"]
    if not reading.fits(identity):
        return None
    rows = [document["total"]]
    if identity["agency"] != reading.agency:
        rows = [row for row in document["rows"] if row["row"] == {"agency": reading.agency}]
    return Archived(entry=entry, identity=identity, row=rows[0]) if rows else None


def choose(reports: Sequence[Archived], sent: Submitted | None) -> tuple[How, Archived] | None:
    """The report that stands behind what was sent, if one does."""
    printed = sorted(reports, key=lambda one: (one.entry.printed_at, one.entry.hash))
    if sent is None:
        return ("last_printed", printed[-1]) if printed else None
    before = [one for one in printed if one.entry.printed_at <= sent.submitted_at]
    same = [one for one in printed if _says(one.row, sent.figures.figures)]
    if same:
        return "same_figures", next((one for one in reversed(before) if one in same), same[0])
    return ("printed_before", before[-1]) if before else None


def _says(row: Mapping[str, Any], figures: Mapping[str, int]) -> bool:
    shared = [key for key in figures if key in row]
    return bool(shared) and all(row[key] == figures[key] for key in shared)
