"""Looks again at what a subscriber shows of the dossiers that moved, and asks for a repair where it differs.

It has no way of its own to write anything: a finding is published, a repair is a delivery like any other.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import islice
from typing import Final
from uuid import UUID

from contracts.findings import FieldDifference, Finding
from contracts.topics import FINDINGS
from services.deliveries.port import Ledger, Owed, Subscriber
from services.domain.decision import Held
from services.domain.reconcile import Difference, compare, fingerprint
from services.event_store.port import Checkpoints, EventStore
from services.messaging.port import Publisher, Record
from services.reconciler.expected import expected
from services.runtime.clock import Clock
from services.subscribers.port import Portal

PAGE: Final = 500
WAITING_MAX: Final = 5_000
"""Dossiers that moved and were not compared yet: a long backlog is read as it is worked through, not before."""
BUSY: Final = 500
"""While more events than that are not even planned, most of what moved moves again and would be compared again."""
LET_GO: Final = timedelta(days=1)
"""A dossier that is owed something for this long holds the checkpoint back no more: it is shown as parked or owed."""


@dataclass(slots=True)
class _Moved:
    position: int
    since: datetime
    repaired: str | None = None


@dataclass(slots=True)
class Looked:
    """What one look came to."""

    compared: int = 0
    owed: int = 0
    findings: list[Finding] = field(default_factory=list)
    more: bool = False
    """There is more to look at than fitted into this look."""


class Reconciler:
    """One subscriber's. What it keeps in memory can be found again from its checkpoint."""

    def __init__(
        self,
        *,
        subscriber: Subscriber,
        portal: Portal,
        store: EventStore,
        ledger: Ledger,
        checkpoints: Checkpoints,
        publisher: Publisher,
        clock: Clock,
    ) -> None:
        self._subscriber = subscriber
        self._portal = portal
        self._store = store
        self._ledger = ledger
        self._checkpoints = checkpoints
        self._publisher = publisher
        self._clock = clock
        self._moved: dict[UUID, _Moved] = {}
        self._planned = 0
        self.reader = f"reconcile/{subscriber.name}"
        self.scanned: int | None = None
        """How far the log was looked through, None before the first look."""

    @property
    def full(self) -> bool:
        """So many wait to be compared that no more is looked through before some of them are done."""
        return len(self._moved) >= WAITING_MAX

    async def look(self) -> Looked:
        """Compare the next dossiers that moved and are owed nothing.

        Raises NotAnswered, BrokerUnavailable, DatabaseUnavailable; what was found before that is published.
        """
        looked = Looked()
        await self._scan(looked)
        if await self._store.head(self._subscriber.tenant) - self._planned > BUSY:
            return looked
        candidates = list(islice(self._moved, PAGE))
        still_owed = await self._owed(candidates)
        self._let_go(still_owed)
        ready = [dossier for dossier in candidates if dossier not in still_owed]
        if ready:
            still_owed |= await self._compare(ready, looked)
        looked.owed = len(still_owed)
        # What is owed goes to the end of the row, so that others are looked at meanwhile.
        for dossier in still_owed & self._moved.keys():
            self._moved[dossier] = self._moved.pop(dossier)
        await self._save()
        looked.more |= bool(looked.compared and len(self._moved) > looked.owed)
        return looked

    async def _scan(self, looked: Looked) -> None:
        tenant, name = self._subscriber.tenant, self._subscriber.name
        planned = self._planned = (await self._ledger.planned(tenant)).get(name, 0)
        if self.scanned is None:
            self.scanned = await self._checkpoints.get(self.reader, tenant)
            if self.scanned == 0 and self._subscriber.start == "now":
                # It was told nothing of what was before; what it does not show of that is no difference.
                self.scanned = planned
        if not self.full and self.scanned < planned:
            limit = min(WAITING_MAX - len(self._moved), planned - self.scanned)
            page = await self._store.read(tenant, after=self.scanned, limit=limit)
            last = {stored.dossier: stored.position for stored in page if stored.dossier is not None}
            for entry in (await self._store.entries(tenant, last)).values():
                # One that moved again is met again further on, one that was absorbed in its survivor.
                if entry.merged_into is None and entry.last_position == last[entry.dossier]:
                    self._moved.setdefault(entry.dossier, _Moved(entry.last_position, self._clock.now()))
            if page:  # none: the log was restored, and is behind what was planned
                self.scanned = page[-1].position
        looked.more = self.scanned < planned and not self.full

    async def _owed(self, dossiers: Sequence[UUID]) -> set[UUID]:
        return await self._ledger.open_dossiers(self._subscriber.tenant, self._subscriber.name, dossiers)

    def _let_go(self, still_owed: set[UUID]) -> None:
        before = self._clock.now() - LET_GO
        for dossier in still_owed:
            if self._moved[dossier].since < before:
                del self._moved[dossier]

    async def _compare(self, ready: Sequence[UUID], looked: Looked) -> set[UUID]:
        """Compare those that stand still; gives those whose last event is not even written down as owed yet."""
        tenant, name = self._subscriber.tenant, self._subscriber.name
        before = await expected(self._store, tenant, ready)
        # The log may be ahead of the ledger: nothing is open for such a dossier, and yet it was not told everything.
        ahead = {dossier for dossier, held in before.items() if held.entry.last_position > self._planned}
        ready = [dossier for dossier in ready if dossier not in ahead]
        before = {dossier: held for dossier, held in before.items() if dossier not in ahead}
        if not ready:
            return ahead
        asked = [
            (dossier, held.shown.get(name, ()))
            for dossier, held in before.items()
            if any(on != name for on in held.dossier.rests_on.values())
        ]
        shown = await self._portal.states(asked) if asked else {}
        # What moved or was owed while we asked may be shown already or not yet: neither says anything.
        entries = await self._store.entries(tenant, ready)
        unsteady = await self._owed(ready)
        for dossier in ready:
            entry = entries.get(dossier)
            held = before.get(dossier)
            if dossier in unsteady or (held and entry and entry.last_position != held.entry.last_position):
                continue
            looked.compared += 1
            differences: tuple[Difference, ...] = ()
            if held is not None and dossier in shown:
                state = held.dossier.state(held.shown)
                differences = compare(state, shown[dossier], rests_on=held.dossier.rests_on, system=name)
            if held is None or not differences:
                del self._moved[dossier]
            else:
                looked.findings.append(await self._find(held, differences))
        return ahead

    async def _find(self, held: Held, differences: tuple[Difference, ...]) -> Finding:
        tenant, name, dossier = self._subscriber.tenant, self._subscriber.name, held.entry.dossier
        digest = fingerprint(differences)
        # The same shown again after a repair was taken: another one would change nothing. A person must look.
        helpless = self._moved[dossier].repaired == digest
        finding = Finding(
            tenant=tenant,
            system=name,
            dossier=dossier,
            position=held.entry.last_position,
            found_at=self._clock.now(),
            differences=tuple(FieldDifference(field=d.field, expected=d.expected, shown=d.shown) for d in differences),
            repair=None if helpless else digest,
        )
        # Said before it is repaired: a difference that was mended and never shown would hide its cause.
        value = finding.model_dump_json().encode()
        await self._publisher.publish(FINDINGS.name, [Record(key=str(dossier).encode(), value=value, tenant=tenant)])
        if helpless:
            del self._moved[dossier]
            return finding
        position = held.entry.last_position
        await self._ledger.owe_repair(Owed(tenant, name, 0, dossier, position, repair=digest))
        self._moved[dossier].repaired = digest
        return finding

    async def _save(self) -> None:
        assert self.scanned is not None
        done = min((moved.position - 1 for moved in self._moved.values()), default=self.scanned)
        await self._checkpoints.advance(self.reader, self._subscriber.tenant, done)
