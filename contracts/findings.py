"""What a reconciliation found: how one system shows a dossier differently from what its facts come to."""

from __future__ import annotations

from uuid import UUID

from contracts.codes import Instant, SystemName, TenantName
from contracts.envelope import Position
from contracts.frozen import Frozen


class FieldDifference(Frozen):
    """One field, as it should be and as it is shown, as JSON values; the field `dossier` when the whole is missing."""

    field: str
    expected: str | int | bool | None
    shown: str | int | bool | None


class Finding(Frozen):
    """One dossier at one system. `repair` names the delivery that was asked for, null when one did not help."""

    tenant: TenantName
    system: SystemName
    dossier: UUID
    position: Position
    """Of the dossier's last event when it was compared."""
    found_at: Instant
    differences: tuple[FieldDifference, ...]
    repair: str | None = None
