"""What `decide` takes and gives: a tenant's dossiers as the recorder holds them, and all that one batch changes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple
from uuid import UUID

from contracts.dossier_events import DossierEvent
from services.domain.authority import Connections
from services.domain.dossier import CodeKey, Dossier, Fact


class Identity(NamedTuple):
    """A dossier's line in the identity map.

    `lineage`: the dossier ids, its own among them, under which facts may be recorded that bear on its codes: after a
    merge the union of both, after a split that of the dossier it came from.
    """

    dossier: UUID
    lineage: tuple[UUID, ...]
    merged_into: UUID | None = None


class Entry(NamedTuple):
    """The same with `last_position`: that of the dossier's latest event, the `previous` of its next one."""

    dossier: UUID
    lineage: tuple[UUID, ...]
    last_position: int
    merged_into: UUID | None = None

    @property
    def identity(self) -> Identity:
        """Its line in the identity map."""
        return Identity(self.dossier, self.lineage, self.merged_into)


class Held(NamedTuple):
    """A living dossier between two batches. `hold` makes one from stored events, `decide` gives the next ones.

    Valid for as long as nobody else wrote to the tenant's log.
    """

    entry: Entry
    codes: frozenset[CodeKey]
    """Empty for a dossier that was merged into another: it is held only for what was once said of its codes."""
    shown: dict[str, tuple[str, ...]]
    """The same codes as a state shows them; never changed."""
    dossier: Dossier
    foreign: tuple[Fact, ...] = ()
    """What was recorded under its lineage about links of codes it does not have (any more, or yet)."""


@dataclass(frozen=True, slots=True)
class Decision:
    """All that one batch changes in one tenant: to be written in one transaction, or not at all."""

    events: Sequence[DossierEvent]
    """At the positions after the last one, without a gap."""
    dossiers: Sequence[UUID | None]
    """Which dossier each of the events is about; None for a tenant-level one."""
    codes: Mapping[CodeKey, UUID]
    """Codes that are found under another dossier than before, or for the first time."""
    identities: Sequence[Identity]
    """Every dossier that is new or has another lineage or merged_into, as it is afterwards."""
    held: Mapping[UUID, Held]
    """The living dossiers of the batch as they are afterwards, for the next batch."""
    absorbed: frozenset[UUID]
    """Dossiers that live no more: to be dropped from any cache."""
    connections: Connections
    restate: tuple[DossierEvent, ...]
    """The tenant-level events in this batch that may change any dossier; each is a cause for `restate`."""
