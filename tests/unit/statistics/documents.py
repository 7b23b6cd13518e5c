"""Documents of reports out of dossiers written down as the cells they are in, added up by hand."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from services.domain.periods import period_of
from services.domain.statistics.count import Counted, Row
from services.domain.statistics.definition import Definition
from services.domain.statistics.definitions.ii06a import DEFINITION as II06A
from services.domain.statistics.document import Request, report

ZONE = "Asia/Ho_Chi_Minh"
NO_DIGEST = "0" * 64
Dossier = tuple[tuple[str | None, ...], str]
"""Labels of its row, outermost first, and the cells it is in: `3 4 7 8`."""

ONLINE_EARLY = "3 4 7 8"
ONLINE_LATE = "3 4 7 10"
DESK_OPEN = "3 5 11 12"
DESK_OPEN_UNKNOWN_CHANNEL = "3 5 11 12 received_channel_unknown"
CARRIED_ON_TIME = "3 6 7 9 stock_before"
CARRIED_OVERDUE = "3 6 11 13 stock_before"
CARRIED_NO_DATE = "3 6 7 resolved_no_due_date stock_before"
REOPENED_OPEN = "reopened 11 12"
VOIDED = "voided"
STOCK_VOIDED = "voided stock_before stock_voided"
KINDS = (
    *(ONLINE_EARLY, ONLINE_LATE, DESK_OPEN, DESK_OPEN_UNKNOWN_CHANNEL, CARRIED_ON_TIME, CARRIED_OVERDUE),
    *(CARRIED_NO_DATE, REOPENED_OPEN, VOIDED, STOCK_VOIDED),
)
CAME, WENT = "3 6 11 12 transferred_in", "stock_before transferred_out"
"""A dossier that another row gave up: in the row that has it, and in the one that had it."""


def document(
    dossiers: Sequence[Dossier],
    *,
    by: Sequence[str] = ("level", "field", "procedure"),
    definition: Definition = II06A,
    first: date = date(2024, 1, 1),
    last: date = date(2024, 6, 30),
    shares: dict[str, tuple[str, str]] | None = None,
    **more: Any,
) -> dict[str, Any]:
    """The document of a report of these dossiers, none of which is counted by the code under test."""
    measured = [cell.key for cell in definition.cells if cell.share is None]
    nodes = {labels[:depth] for labels, _ in dossiers for depth in range(1, len(by) + 1)}
    rows = []
    for node in [(), *sorted(nodes, key=lambda node: [(label is None, label or "") for label in node])]:
        inside = [cells.split() for labels, cells in dossiers if labels[: len(node)] == node]
        figures: dict[str, Any] = {key: sum(key in cells for cells in inside) for key in measured}
        for key, (of, whole) in (shares or {}).items():
            figures[key] = round(100 * figures[of] / figures[whole], 2) if figures[whole] else None
        rows.append(Row(dict(zip(by, node, strict=False)), figures, {}))
    total = Row({}, rows[0].figures, dict.fromkeys(measured, NO_DIGEST))
    counted = Counted(tuple(rows[1:]), total, more.pop("unknown", {}), more.pop("breaches", ()))
    return made(definition, counted, by=by, first=first, last=last, **more)


def made(
    definition: Definition,
    counted: Counted,
    *,
    by: Sequence[str] = (),
    first: date = date(2024, 1, 1),
    last: date = date(2024, 6, 30),
    **more: Any,
) -> dict[str, Any]:
    """The document of figures that were written down."""
    request = Request(
        tenant="lang-son",
        first=first,
        last=last,
        zone=ZONE,
        position=1234,
        by=tuple(by),
        switches={switch.name: switch.default for switch in definition.switches},
    )
    return report(
        definition,
        request,
        counted,
        period=period_of(first, last, ZoneInfo(ZONE)),
        reference={"agencies": NO_DIGEST, "procedures": NO_DIGEST},
        **more,
    )
