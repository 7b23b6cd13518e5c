"""A report as a document: its identity, its rows, its checks, and a hash over all of it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from hashlib import sha256
from typing import Any, Final

from services.domain.periods import Period
from services.domain.statistics.count import Counted, Row
from services.domain.statistics.definition import Definition, Due, Mode
from services.domain.statistics.seats import Unseated

FORMAT: Final = 1
"""Of this document; readers refuse what they do not know."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """Everything a report is a function of, beside the log up to its position; the days are local, both included."""

    tenant: str
    first: date
    last: date
    zone: str
    position: int
    due: Due = "instant"
    mode: Mode = "as_was"
    by: tuple[str, ...] = ()
    agency: str | None = None
    switches: Mapping[str, str]
    calendar: tuple[str, str] | None = None
    """Name and version of that by which limits are reckoned, where the definition looks at limits."""
    lists: bool = False
    """Whether each row names the hash of the list of dossiers behind each figure; the total always does."""
    counted_at: datetime | None = None
    """When the event at `position` was recorded: the clock of programs that look at one. It follows from `position`."""


def report(
    definition: Definition,
    request: Request,
    counted: Counted,
    *,
    period: Period,
    reference: Mapping[str, str],
    unseated: Sequence[Unseated] = (),
    as_of: datetime | None = None,
    months: Sequence[tuple[str, Counted]] = (),
) -> dict[str, Any]:
    """The document. `reference`: digests of what was declared as of the position. `unseated`: dossiers of no row.

    `months`: with rows month by month, each month counted as a period of its own; `counted` is the whole period's.
    """
    rows = [_row(row, {}) for row in counted.rows]
    if months:
        rows = [
            _row(row, {"month": month})
            for month, each in months
            for row in (Row({}, each.total.figures, each.total.hashes), *each.rows)
        ]
    document = {
        "format": FORMAT,
        "identity": {
            "definition": definition.name,
            "version": definition.version,
            "tenant": request.tenant,
            "from": request.first.isoformat(),
            "to": request.last.isoformat(),
            "zone": request.zone,
            "opens_at": utc(period.opens),
            "closes_at": utc(period.closes),
            "due": request.due,
            "mode": request.mode,
            "by": list(request.by),
            "agency": request.agency,
            "switches": dict(sorted(request.switches.items())),
            "position": request.position,
            "as_of": None if as_of is None else utc(as_of),
            "reference": dict(sorted(reference.items())),
            **({} if request.calendar is None else {"calendar": "@".join(request.calendar)}),
        },
        "official": _official(definition, request.last),
        "rows": rows,
        "total": _row(counted.total, {}),
        "unseated": [
            {
                "agency": one.code,
                "why": one.why._asdict(),
                "candidates": list(one.candidates),
                "dossiers": one.dossiers,
            }
            for one in unseated
        ],
        "unknown": {key: words._asdict() for key, words in counted.unknown.items()},
        "breaches": [
            {"identity": breach.identity, "dossiers": breach.dossiers, "codes": list(breach.codes)}
            for each in (counted, *(one for _, one in months))
            for breach in each.breaches
        ],
    }
    return {**document, "hash": digest(document)}


def digest(document: Mapping[str, Any]) -> str:
    """SHA-256 (hex) of a document as JSON with sorted keys and no spaces, its own `hash` left out."""
    kept = {name: value for name, value in document.items() if name != "hash"}
    return sha256(json.dumps(kept, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()).hexdigest()


def utc(moment: datetime) -> str:
    """A moment as the documents write it."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _row(row: Row, more: Mapping[str, str]) -> dict[str, Any]:
    document: dict[str, Any] = {"row": {**more, **row.labels}, **row.figures}
    return {**document, "hashes": dict(row.hashes)} if row.hashes else document


def _official(definition: Definition, last: date) -> bool:
    return (definition.from_day is None or definition.from_day <= last) and (
        definition.until_day is None or last <= definition.until_day
    )
