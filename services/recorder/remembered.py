"""A tenant's dossiers kept from one batch to the next, for as long as nobody else wrote to its log."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Iterable
from uuid import UUID

from services.domain.authority import Connections
from services.domain.decision import Decision, Held
from services.domain.dossier import CodeKey


class Remembered:
    """Valid at one position of the log. `turn` keeps one task of this process at a time inside the tenant."""

    def __init__(self, dossiers_max: int) -> None:
        self.turn = asyncio.Lock()
        self.connections: Connections | None = None
        self._dossiers_max = dossiers_max
        self._position = -1
        self._held: OrderedDict[UUID, Held] = OrderedDict()
        self._dossier_of: dict[CodeKey, UUID] = {}

    def enter(self, last_position: int) -> None:
        """Forget everything unless the log is where this process left it."""
        if last_position != self._position:
            self.forget()
            self._position = last_position

    def find(self, codes: Iterable[CodeKey]) -> tuple[dict[CodeKey, UUID], dict[UUID, Held], set[CodeKey]]:
        """What is remembered of these codes: their dossiers, and the codes nothing is remembered of."""
        found: dict[CodeKey, UUID] = {}
        held: dict[UUID, Held] = {}
        unknown: set[CodeKey] = set()
        for code in codes:
            dossier = self._dossier_of.get(code)
            if dossier is None:
                unknown.add(code)
            else:
                found[code] = dossier
                held[dossier] = self._held[dossier]
                self._held.move_to_end(dossier)
        return found, held, unknown

    def get(self, dossier: UUID) -> Held | None:
        """One dossier, if it is remembered."""
        return self._held.get(dossier)

    def keep(self, decision: Decision) -> None:
        """The dossiers as they are at the log's new end; to be forgotten if what brings it there is not committed."""
        if self.connections is not None and decision.connections != self.connections:
            # Every other dossier was folded under the old configuration.
            self.forget()
        self.connections = decision.connections
        for dossier in decision.absorbed:
            self._drop(dossier)
        for dossier, held in decision.held.items():
            before = self._held.get(dossier)
            if before is not None and (before.codes is held.codes or before.codes == held.codes):
                self._held[dossier] = held  # as most are: no code came or went
                continue
            self._drop(dossier)
            self._held[dossier] = held
            for code in held.codes:
                self._dossier_of[code] = dossier
        while len(self._held) > self._dossiers_max:
            self._drop(next(iter(self._held)))
        if decision.events:
            self._position = decision.events[-1].position

    def _drop(self, dossier: UUID) -> None:
        held = self._held.pop(dossier, None)
        if held is not None:
            for code in held.codes:
                if self._dossier_of.get(code) == dossier:
                    del self._dossier_of[code]

    def forget(self) -> None:
        """Nothing is remembered: the next one to enter reads the log."""
        self.connections = None
        self._held.clear()
        self._dossier_of.clear()
