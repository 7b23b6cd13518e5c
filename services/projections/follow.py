"""Follows a tenant's log event by event and keeps in mind what it knows of the dossiers it met lately; no I/O."""

from __future__ import annotations

import itertools
import sys
from collections import OrderedDict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final
from uuid import UUID

from contracts.claims import DossiersMerged, DossiersSplit
from contracts.dossier_events import DossierEvent
from services.domain.authority import Connections, connections_of
from services.domain.dossier import Dossier, Fact, fact_of_event
from services.domain.fold import extend, fold
from services.projections.known import Change, Known, least_of, row_names

TENANT_LEVEL: Final = "tenant"
"""Subject of an event that is about the tenant, not about one of its dossiers."""
_numbers = itertools.count(1)


class BrokenLog(Exception):
    """An event does not follow what is known of its dossier: a defect in the log or here, never passed over."""


@dataclass(frozen=True, slots=True)
class Followed:
    """A dossier kept in mind.

    `others` are facts recorded under its lineage that speak of codes another part holds since a split: a later link
    brings them back.
    """

    known: Known
    others: tuple[Fact, ...] = ()

    def facts(self) -> tuple[Fact, ...]:
        """Every fact of the lineage."""
        return self.known.folded.facts + self.others


class Mind:
    """The dossiers kept in mind over all tenants; what was not met for longest is forgotten first."""

    def __init__(self, *, facts_max: int) -> None:
        self._facts_max = facts_max
        self._facts = 0
        self._kept: OrderedDict[tuple[int, str], Followed] = OrderedDict()

    def get(self, key: tuple[int, str]) -> Followed | None:
        """What is kept under this key; using it keeps it longer."""
        kept = self._kept.get(key)
        if kept is not None:
            self._kept.move_to_end(key)
        return kept

    def put(self, key: tuple[int, str], followed: Followed) -> None:
        """Keep it, in the place of what was there."""
        was = self._kept.get(key)
        self._facts += _weight(followed) - (0 if was is None else _weight(was))
        self._kept[key] = followed

    def trim(self) -> None:
        """Forget until the bound holds. Not between preparing for a run of events and following it."""
        while self._facts > self._facts_max:
            _, forgotten = self._kept.popitem(last=False)
            self._facts -= _weight(forgotten)


def _weight(followed: Followed) -> int:
    return len(followed.known.folded.facts) + len(followed.others)


class Follower:
    """One tenant's log up to `position`: give it every event after that, in order."""

    def __init__(self, mind: Mind, *, configuration: Iterable[DossierEvent], position: int) -> None:
        """`configuration`: the tenant-level events up to `position`, in order."""
        # A follower that was given up leaves its dossiers behind under a number nobody asks for any more.
        self._number = next(_numbers)
        self._mind = mind
        self._configuration: list[DossierEvent] = []
        self._eras: list[Connections] = [connections_of(())]
        for event in configuration:
            self._configure(event)
        self.position = position

    def missing(self, events: Sequence[DossierEvent]) -> set[UUID]:
        """Dossiers that these events speak of, that were there before them and are not in mind."""
        asked: set[str] = set()
        born: set[str] = set()
        get, number = self._mind.get, self._number
        for event in events:
            subject, data = event.subject, event.data
            if event.previous is None:
                born.add(subject)
            elif subject not in born and subject not in asked and get((number, subject)) is None:
                asked.add(subject)
            if isinstance(data, DossiersMerged):
                partner = data.absorbed
            elif isinstance(data, DossiersSplit):
                partner = data.origin
            else:
                continue
            if partner != subject and partner not in born and get((number, partner)) is None:
                asked.add(partner)
        # A dossier whose first event comes later in these events was not there before them.
        return {UUID(one) for one in asked - born if one != TENANT_LEVEL}

    def learn(self, events: Iterable[DossierEvent], *, wanted: Collection[UUID]) -> None:
        """Bring dossiers to mind from every event of their lineages up to `position`, in order."""
        # What is known at a position is a function of the events up to it, so following them again, unseen, gives it.
        scratch = Follower(Mind(facts_max=0), configuration=(), position=0)
        scratch._eras = self._eras
        for event in events:
            while self._next_configured(len(scratch._configuration)) < event.position:
                scratch._configuration.append(self._configuration[len(scratch._configuration)])
            scratch._step(event)
        for dossier in wanted:
            followed = scratch._mind.get((scratch._number, str(dossier)))
            if followed is None:
                raise BrokenLog(f"dossier {dossier} has no event up to position {self.position}")
            self._mind.put((self._number, str(dossier)), followed)

    def follow(self, event: DossierEvent) -> Sequence[Change]:
        """Take the next event; gives the steps of the dossiers it moves. Raises BrokenLog."""
        if event.position != self.position + 1:
            raise BrokenLog(f"position {event.position} does not follow {self.position}")
        self.position = event.position
        if event.subject == TENANT_LEVEL:
            self._configure(event)
            return ()
        return self._step(event)

    def _configure(self, event: DossierEvent) -> None:
        self._configuration.append(event)
        facts = (fact_of_event(configured) for configured in self._configuration)
        self._eras.append(connections_of(fact for fact in facts if fact is not None))

    @property
    def _connections(self) -> Connections:
        return self._eras[len(self._configuration)]

    def _next_configured(self, done: int) -> int:
        return self._configuration[done].position if done < len(self._configuration) else sys.maxsize

    def _step(self, event: DossierEvent) -> Sequence[Change]:
        followed = self._mind.get((self._number, event.subject))
        before = None if followed is None else followed.known
        if event.previous != (None if before is None else before.position) or event.state is None:
            raise BrokenLog(
                f"position {event.position} says that its dossier {event.subject} was last at {event.previous}, "
                f"but here it was at {None if before is None else before.position}"
            )
        data = event.data
        if isinstance(data, DossiersMerged):
            return self._merge(event, data, followed)
        if isinstance(data, DossiersSplit):
            return self._split(event, data, followed)
        codes: Mapping[str, tuple[str, ...]] = event.state.codes
        fact = fact_of_event(event)
        if before is not None and followed is not None:
            if codes == before.codes:
                codes = before.codes
            if (
                fact is not None
                and codes is before.codes
                and before.configured == len(self._configuration)
                and fact.code in codes.get(fact.system, ())
            ):
                folded = extend(before.folded, fact, self._connections)
                return (self._keep(event, followed, codes, folded, followed.others),)
        facts = () if followed is None else followed.facts()
        return (self._keep(event, followed, codes, *self._fold(facts if fact is None else (*facts, fact), codes)),)

    # A merge or a split is announced to both dossiers, one position after the other. It takes effect for both at one
    # of them, so that a report as of the position between the two counts each dossier once.

    def _merge(self, event: DossierEvent, data: DossiersMerged, followed: Followed | None) -> Sequence[Change]:
        assert event.state is not None
        if followed is not None and event.subject == data.absorbed:
            return (self._note(event, followed),)
        absorbed = self._partner(event, data.absorbed)
        facts = {fact.id: fact for one in (followed, absorbed) if one is not None for fact in one.facts()}
        codes = event.state.codes
        gone = replace(absorbed.known, merged_into=UUID(event.subject), rows=(), codes={})
        self._mind.put((self._number, data.absorbed), replace(absorbed, known=gone))
        return (
            Change(event.position, absorbed.known, gone),
            self._keep(event, followed, codes, *self._fold(facts.values(), codes)),
        )

    def _split(self, event: DossierEvent, data: DossiersSplit, followed: Followed | None) -> Sequence[Change]:
        assert event.state is not None
        if followed is not None and event.subject == data.origin:
            return (self._note(event, followed),)
        origin = self._partner(event, data.origin)
        parted = self._keep(event, followed, event.state.codes, *self._fold(origin.facts(), event.state.codes))
        codes = _without(origin.known.codes, event.state.codes)
        folded, others = self._fold(origin.facts(), codes)
        least = least_of(codes)
        rows = row_names(
            origin.known, folded, least=least, position=event.position, first=len(parted.after.folded.segments)
        )
        left = replace(
            origin.known, codes=codes, least=least, folded=folded, configured=len(self._configuration), rows=rows
        )
        self._mind.put((self._number, data.origin), Followed(left, others))
        return (parted, Change(event.position, origin.known, left))

    def _keep(
        self,
        event: DossierEvent,
        followed: Followed | None,
        codes: Mapping[str, tuple[str, ...]],
        folded: Dossier,
        others: tuple[Fact, ...],
    ) -> Change:
        before = None if followed is None else followed.known
        same = before is not None and codes is before.codes
        least = before.least if same and before is not None else least_of(codes)
        after = Known(
            dossier=UUID(event.subject) if before is None else before.dossier,
            position=event.position,
            codes=codes,
            least=least,
            merged_into=None,
            folded=folded,
            configured=len(self._configuration),
            rows=row_names(before, folded, least=least, position=event.position),
        )
        self._mind.put((self._number, event.subject), Followed(after, others))
        return Change(event.position, before, after)

    def _note(self, event: DossierEvent, followed: Followed) -> Change:
        after = replace(followed.known, position=event.position)
        self._mind.put((self._number, event.subject), replace(followed, known=after))
        return Change(event.position, followed.known, after)

    def _fold(self, facts: Iterable[Fact], codes: Mapping[str, tuple[str, ...]]) -> tuple[Dossier, tuple[Fact, ...]]:
        mine: list[Fact] = []
        others: list[Fact] = []
        for fact in facts:
            (mine if fact.code in codes.get(fact.system, ()) else others).append(fact)
        return fold(mine, self._connections), tuple(others)

    def _partner(self, event: DossierEvent, dossier: str) -> Followed:
        partner = self._mind.get((self._number, dossier))
        if partner is None:
            raise BrokenLog(f"position {event.position} speaks of dossier {dossier}, which has no event before it")
        return partner


def _without(codes: Mapping[str, tuple[str, ...]], gone: Mapping[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    kept = {system: tuple(one for one in mine if one not in gone.get(system, ())) for system, mine in codes.items()}
    return {system: mine for system, mine in kept.items() if mine}
