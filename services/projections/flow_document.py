"""The flow report as a document: its identity, its rows, its totals, and the check that no dossier is lost in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Final, cast
from zoneinfo import ZoneInfo

from services.domain.periods import months_of, period_of
from services.domain.statistics.flow import CAME, FIGURES, VERSION, WENT_OR_STAYED, Due, list_hash
from services.projections.flow_report import (
    Dimension,
    FlowQuery,
    FlowReports,
    FlowRow,
)

DEFINITION: Final = "flow"

DIMENSIONS: Final = ("month", "agency", "procedure", "channel")


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowRequest:
    """What a person asks for; `first` and `last` are local days, both within the period."""

    tenant: str
    first: date
    last: date
    zone: ZoneInfo
    due: Due = "instant"
    by: tuple[str, ...] = ()
    hashes: bool = False


async def flow_document(
    reports: FlowReports, request: FlowRequest, *, position: int, as_of: datetime | None = None
) -> dict[str, Any]:
    """The report as of a position. `as_of`: the time that was asked for, if the position was chosen by one."""
    whole = period_of(request.first, request.last, request.zone)
    months = months_of(request.first, request.last) if "month" in request.by else []
    query = FlowQuery(
        tenant=request.tenant,
        position=position,
        periods=[period_of(first, last, request.zone) for first, last in months] or [whole],
        zone=request.zone,
        due=request.due,
        by=cast("frozenset[Dimension]", frozenset(request.by) - {"month"}),
        hashes=request.hashes,
    )
    rows = await reports.flow(query)
    if not query.by:
        rows = _everyperiod_of(rows, query)
    if request.by:
        # Not a sum of the rows: what is carried over into June is carried over from May, not once more.
        asked = FlowQuery(
            tenant=request.tenant,
            position=position,
            periods=[whole],
            zone=request.zone,
            due=request.due,
            hashes=request.hashes,
        )
        [total] = _everyperiod_of(await reports.flow(asked), asked)
    else:
        [total] = rows
    return {
        "identity": {
            "definition": DEFINITION,
            "version": VERSION,
            "tenant": request.tenant,
            "from": request.first.isoformat(),
            "to": request.last.isoformat(),
            "zone": request.zone.key,
            "opens_at": _utc(whole.opens),
            "closes_at": _utc(whole.closes),
            "due": request.due,
            "by": list(request.by),
            "position": position,
            "as_of": None if as_of is None else _utc(as_of),
        },
        "rows": [_row(row, request, months) for row in rows],
        "totals": _figures(total),
    }


def broken_rows(document: Mapping[str, Any]) -> list[str]:
    """Which rows break carried over + received + reopened = resolved + in hand, each with both sums."""
    broken = []
    by = document["identity"]["by"]
    for row in (*document["rows"], document["totals"]):
        into, out = sum(row[name] for name in CAME), sum(row[name] for name in WENT_OR_STAYED)
        if into != out:
            which = ", ".join(f"{name} {row[name]}" for name in by if name in row) or "the whole period"
            broken.append(f"{which}: {into} against {out}")
    return broken


def _row(row: FlowRow, request: FlowRequest, months: list[tuple[date, date]]) -> dict[str, Any]:
    labels: dict[str, Any] = {
        "month": months[row.period][0].strftime("%Y-%m") if months else None,
        "agency": row.agency,
        "procedure": row.procedure,
        "channel": row.channel,
    }
    return {**{name: labels[name] for name in request.by}, **_figures(row)}


def _figures(row: FlowRow) -> dict[str, Any]:
    figures: dict[str, Any] = {figure: row.figures[figure] for figure in FIGURES}
    return {**figures, "hashes": dict(row.hashes)} if row.hashes else figures


def _everyperiod_of(rows: list[FlowRow], query: FlowQuery) -> list[FlowRow]:
    found = {row.period: row for row in rows}
    nothing = dict.fromkeys(FIGURES, 0)
    hashes = dict.fromkeys(FIGURES, list_hash(())) if query.hashes else {}
    return [
        found.get(number) or FlowRow(number, None, None, None, nothing, hashes) for number in range(len(query.periods))
    ]


def _utc(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
