"""A fictitious province, H99, across 1 July 2025: districts abolished, communes merged, one split, one moved up.

until 30 June 2025                                from 1 July 2025
H99        province                               the same
H99.01     department                             the same, with another title
H99.10     district  ── merged into ──────────►   H99      (its desk is the province's now)
H99.11     district  ── split into ───────────►   H99.31, H99.32
H99.10.01  commune   ┐
H99.10.02  commune   ┴─ merged into ──────────►   H99.31   (new)
H99.11.01  commune   ── renamed ──────────────►   H99.32   (new code)
H99.12     town, a district ── relevelled ────►   H99.12   (a commune now, same code)
H99.13     district  ── nobody said who has its work
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from contracts.observations import Observation, make_observation
from services.domain.agencies.dimension import Agencies
from services.domain.dossier import fact_of_observation
from services.domain.reference import reference_of
from tests.builders import TENANT, VIETNAM

BEGIN = date(2019, 1, 1)
CHANGE = date(2025, 7, 1)
SEEN = datetime(2025, 8, 1, tzinfo=VIETNAM)


def said(act: str, code: str, *, system: str = "operator", seen: datetime = SEEN, **data: Any) -> Observation:
    """A reference statement, as the operator makes it."""
    day = data.get("valid_from") or data.get("on") or BEGIN
    return make_observation(
        tenant=TENANT,
        system=system,
        code=code,
        act=act,
        occurred_at=datetime(day.year, day.month, day.day, tzinfo=VIETNAM),
        observed_at=seen,
        data=data,
    )


def agency(code: str, level: str, since: date = BEGIN, until: date | None = None, **more: Any) -> Observation:
    return said(
        "agency_declared", code, **{"title": f"Đơn vị {code}", "level": level} | more, valid_from=since, valid_to=until
    )


def succession(code: str, kind: str, *to: str, on: date = CHANGE) -> Observation:
    return said("agency_succeeded", code, kind=kind, to=to, on=on)


PROVINCE: tuple[Observation, ...] = (
    agency("H99", "province"),
    agency("H99.01", "department", until=CHANGE, title="Sở Mẫu", parent="H99"),
    agency("H99.01", "department", CHANGE, title="Sở Mẫu và Thử", parent="H99"),
    agency("H99.10", "district", parent="H99"),
    agency("H99.11", "district", until=CHANGE, parent="H99"),
    agency("H99.12", "district", until=CHANGE, parent="H99"),
    agency("H99.12", "commune", CHANGE, parent="H99"),
    agency("H99.13", "district", until=CHANGE, parent="H99"),
    agency("H99.10.01", "commune", parent="H99.10"),
    agency("H99.10.02", "commune", parent="H99.10"),
    agency("H99.11.01", "commune", parent="H99.11"),
    agency("H99.31", "commune", CHANGE, parent="H99"),
    agency("H99.32", "commune", CHANGE, parent="H99"),
    succession("H99.10", "merged_into", "H99"),
    succession("H99.11", "split_into", "H99.31", "H99.32"),
    succession("H99.12", "relevelled", "H99.12"),
    succession("H99.10.01", "merged_into", "H99.31"),
    succession("H99.10.02", "merged_into", "H99.31"),
    succession("H99.11.01", "renamed", "H99.32"),
)


def agencies(*observations: Observation) -> Agencies:
    """The dimension that these come to."""
    return reference_of(fact_of_observation(one) for one in observations).agencies
