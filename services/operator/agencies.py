"""The check of an agency that a person names: a mistyped code has no dossiers, which must not look like a figure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from services.domain.reference import Reference
from services.operator.errors import WrongUsage
from services.projections.port import ReadModels
from services.sources.nearest import nearest


def has_dossiers(row: Mapping[str, Any]) -> bool:
    """Whether a row of a report counts anything: then its agency surely is one."""
    return any(row[key] for key in row if key not in {"row", "hashes"})


async def require_agency(models: ReadModels, tenant: str, agency: str, reference: Reference) -> None:
    """Raise WrongUsage, naming the nearest one, unless it was declared or has or ever had a dossier."""
    known = {*reference.agencies.declared.by_code, *(day.agency for day in await models.days(tenant) if day.agency)}
    if agency in known:
        return
    # What came in and what ended is known by agency; who was only handed a dossier is not.
    async with models.states(tenant) as (_, states):
        known.update([state.agency async for state in states if state.agency])
    if agency not in known:
        raise WrongUsage(f"--agency {agency!r}: nobody declared it and no dossier is there; {nearest(agency, known)}")
