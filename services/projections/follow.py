"""Follows a tenant's log event by event and keeps in mind what it knows of the dossiers it met lately; no I/O."""

from __future__ import annotations

import itertools
import sys
from collections import OrderedDict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final
from uuid import UUID

from contracts.claims import ACTS
from contracts.dossier_events import type_of
from contracts.events_to_fold import EventToFold
from services.domain.authority import Connections, bears_on_connections, connections_of
from services.domain.dossier import Dossier, Fact, fact_of_event
from services.domain.fold import extend, fold
from services.domain.papers import NO_PAPERS
from services.projections.known import Change, Known, least_of, paper_row_names, row_names

TENANT_LEVEL: Final = "tenant"
"""Subject of an event that is about the tenant, not about one of its dossiers."""
_numbers = itertools.count(1)


_REGROUPING: Final = frozenset(
    type_of(act) for act, (_, scope) in ACTS.items() if scope == "identity" or act in {"merged", "split", "retracted"}
)
"""Events after which a dossier may have other codes; a retraction may take back a link."""

Groups = Mapping[str, frozenset[str]]
"""Dossier → all dossiers under whose ids facts about the codes of any of them may be recorded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Needs:
    """What events need to be followed: dossiers that are `missing`, and the groups of those whose codes may change.

    `born` are those whose first event is among these: nothing is known of them before.
    """

    missing: frozenset[str]
    regrouped: frozenset[str]
    born: frozenset[str]


class BrokenLog(Exception):
    """An event does not follow what is known of its dossier: a defect in the log or here, never passed over."""


class Mind:
    """The dossiers kept in mind over all tenants; what was not met for longest is forgotten first."""

    def __init__(self, *, facts_max: int) -> None:
        self._facts_max = facts_max
        self._facts = 0
        self._kept: OrderedDict[tuple[int, str], Known] = OrderedDict()

    def get(self, key: tuple[int, str]) -> Known | None:
        """What is kept under this key; using it keeps it longer."""
        kept = self._kept.get(key)
        if kept is not None:
            self._kept.move_to_end(key)
        return kept

    def has(self, key: tuple[int, str]) -> bool:
        """Whether something is kept under this key, without using it."""
        return key in self._kept

    def put(self, key: tuple[int, str], known: Known, *, was: Known | None) -> None:
        """Keep it, in the place of what was there."""
        self._facts += known.folded.count + len(known.others)
        if was is not None:
            self._facts -= was.folded.count + len(was.others)
        self._kept[key] = known

    def trim(self) -> None:
        """Forget until the bound holds. Not between preparing for a run of events and following it."""
        while self._facts > self._facts_max:
            _, forgotten = self._kept.popitem(last=False)
            self._facts -= forgotten.folded.count + len(forgotten.others)


class Follower:
    """One tenant's log up to `position`: give it every event after that, in order."""

    def __init__(self, mind: Mind, *, configuration: Iterable[EventToFold], position: int, whole: bool = True) -> None:
        """`configuration`: the tenant-level events up to `position`, in order; those about who takes part suffice.

        Not `whole`: it is given only the events of some dossiers, of these all, and the tenant-level ones.
        """
        # A follower that was given up leaves its dossiers behind under a number nobody asks for any more.
        self._number = next(_numbers)
        self._mind = mind
        self._whole = whole
        self._configuration: list[EventToFold] = []
        self._eras: list[Connections] = [connections_of(())]
        self._nothing = fold((), self._eras[0])
        for event in configuration:
            self._configure(event)
        self.position = position
        self.groups: Groups = {}
        """Of the dossiers whose codes may change in the events to come."""

    def needs(self, events: Sequence[EventToFold]) -> Needs:
        """What must be brought to mind before these events can be followed."""
        missing: set[str] = set()
        regrouped: set[str] = set()
        born: set[str] = set()
        kept, number = self._mind.has, self._number
        for event in events:
            subject = event.subject
            if event.type in _REGROUPING:
                regrouped.add(subject)
            if event.previous is None:
                born.add(subject)
            elif subject not in born and subject not in missing and not kept((number, subject)):
                missing.add(subject)
        return Needs(
            missing=frozenset(missing - {TENANT_LEVEL}),
            regrouped=frozenset(regrouped - {TENANT_LEVEL}),
            born=frozenset(born),
        )

    def strangers(self, needs: Needs, groups: Groups) -> set[UUID]:
        """Which dossiers to bring to mind: those that are missing, and of the groups those that are not in mind."""
        asked = set(needs.missing)
        for subject in needs.regrouped:
            for one in groups.get(subject, ()):
                if one not in needs.born and not self._mind.has((self._number, one)):
                    asked.add(one)
        return {UUID(one) for one in asked}

    def learn(self, events: Iterable[EventToFold], *, groups: Groups, wanted: Collection[UUID]) -> None:
        """Bring dossiers to mind from every event of their groups up to `position`, in order.

        One that has no event by then is not born yet and stays unknown.
        """
        # What is known at a position is a function of the events up to it, so following them again, unseen, gives it.
        scratch = Follower(Mind(facts_max=0), configuration=(), position=0)
        scratch._eras = self._eras
        scratch.groups = groups
        for event in events:
            while self._next_configured(len(scratch._configuration)) < event.position:
                scratch._configuration.append(self._configuration[len(scratch._configuration)])
            scratch._step(event)
        for dossier in wanted:
            known = scratch._mind.get((scratch._number, str(dossier)))
            if known is not None:
                key = (self._number, str(dossier))
                self._mind.put(key, known, was=self._mind.get(key))

    def follow(self, event: EventToFold) -> Sequence[Change]:
        """Take the next event; gives the steps of the dossiers it moves. Raises BrokenLog."""
        if event.position <= self.position or (self._whole and event.position != self.position + 1):
            raise BrokenLog(f"position {event.position} does not follow {self.position}")
        self.position = event.position
        if event.subject == TENANT_LEVEL:
            self._configure(event)
            return ()
        return self._step(event)

    def pass_to(self, position: int) -> None:
        """Nothing that is to be followed here lies between the last event and this position. Raises BrokenLog."""
        if position < self.position or (self._whole and position != self.position):
            raise BrokenLog(f"position {position} is to be passed over after {self.position}")
        self.position = position

    def _configure(self, event: EventToFold) -> None:
        said = fact_of_event(event)
        if said is None or not bears_on_connections(said):
            return  # agencies, procedures, calendars: they come by the thousand and move no dossier
        self._configuration.append(event)
        facts = (fact_of_event(configured) for configured in self._configuration)
        self._eras.append(connections_of(fact for fact in facts if fact is not None))

    @property
    def _connections(self) -> Connections:
        return self._eras[len(self._configuration)]

    def _next_configured(self, done: int) -> int:
        return self._configuration[done].position if done < len(self._configuration) else sys.maxsize

    def _step(self, event: EventToFold) -> Sequence[Change]:
        known = self._mind.get((self._number, event.subject))
        if event.previous != (None if known is None else known.position) or event.state is None:
            raise BrokenLog(
                f"position {event.position} says that its dossier {event.subject} was last at {event.previous}, "
                f"but here it was at {None if known is None else known.position}"
            )
        if event.type in _REGROUPING:
            return self._regroup(event, known)
        fact = fact_of_event(event, utc=True)
        if known is None:
            codes: Mapping[str, tuple[str, ...]] = event.state.codes
            return (self._keep(event, None, codes, *self._fold((fact,) if fact else (), codes)),)
        if fact is not None and known.configured == len(self._configuration):
            folded, others = extend(known.folded, fact, self._connections), known.others
        else:
            folded, others = self._fold((*known.facts(), fact) if fact else known.facts(), known.codes)
        return (self._keep(event, known, known.codes, folded, others),)

    def _regroup(self, event: EventToFold, before: Known | None) -> Sequence[Change]:
        # A link or unlink moves codes from one dossier to another, and each of the two is told at a position of its
        # own. Here codes move when the dossier that takes them says so, and the one that gives them up moves at that
        # same position: a report as of any position between the two counts each code once.
        assert event.state is not None
        told = event.state.codes
        had = {} if before is None else before.codes
        taken = _without(told, had)
        group = [
            (one, kept)
            for one in self.groups.get(event.subject, ())
            if one != event.subject and (kept := self._mind.get((self._number, one))) is not None
        ]
        codes = _union(had, taken) if taken else had
        changes = [self._keep(event, before, codes, *self._regrouped(event, before, codes, group))]
        for one, giver in group:
            if _overlap(giver.codes, taken):
                first = sum(max(len(change.after.rows), len(change.after.paper_rows)) for change in changes)
                changes.append(self._give_up(event, one, giver, taken, first=first))
        return changes

    def _regrouped(
        self,
        event: EventToFold,
        known: Known | None,
        codes: Mapping[str, tuple[str, ...]],
        group: Sequence[tuple[str, Known]],
    ) -> tuple[Dossier, tuple[Fact, ...]]:
        fact = fact_of_event(event, utc=True)
        if known is not None and known.configured == len(self._configuration):
            if fact is None and codes is known.codes:
                return known.folded, known.others
            if fact is not None and not group and not known.others:
                return extend(known.folded, fact, self._connections), ()
        sources = (known, *(kept for _, kept in group))
        facts = {one.id: one for kept in sources if kept is not None for one in kept.facts()}
        if fact is not None:
            facts[fact.id] = fact
        return self._fold(facts.values(), codes)

    def _give_up(
        self, event: EventToFold, one: str, giver: Known, taken: Mapping[str, tuple[str, ...]], *, first: int
    ) -> Change:
        codes = _without(giver.codes, taken)
        # Most give up all they have, and then nothing of theirs is left to fold.
        folded, others = self._fold(giver.facts(), codes) if codes else (self._nothing, giver.facts())
        least = least_of(codes) if codes else giver.least
        after = replace(
            giver,
            codes=codes,
            least=least,
            merged_into=None if codes else UUID(event.subject),
            folded=folded,
            configured=len(self._configuration),
            rows=row_names(giver, folded, least=least, position=event.position, first=first) if codes else (),
            others=others,
            paper_rows=(
                paper_row_names(giver, folded, least=least, position=event.position, first=first) if codes else ()
            ),
        )
        self._mind.put((self._number, one), after, was=giver)
        return Change(event.position, giver, after)

    def _keep(
        self,
        event: EventToFold,
        before: Known | None,
        codes: Mapping[str, tuple[str, ...]],
        folded: Dossier,
        others: tuple[Fact, ...],
    ) -> Change:
        same = before is not None and (codes is before.codes or not codes)
        least = before.least if before is not None and same else least_of(codes)
        merged_into = None if event.state is None else event.state.merged_into
        after = Known(
            UUID(event.subject) if before is None else before.dossier,
            event.position,
            codes,
            least,
            merged_into,
            folded,
            len(self._configuration),
            () if not codes else row_names(before, folded, least=least, position=event.position),
            others,
            # Most dossiers have none: for them nothing more than this question is done.
            ()
            if folded.course.papers is NO_PAPERS or not codes
            else paper_row_names(before, folded, least=least, position=event.position),
        )
        self._mind.put((self._number, event.subject), after, was=before)
        return Change(event.position, before, after)

    def _fold(self, facts: Iterable[Fact], codes: Mapping[str, tuple[str, ...]]) -> tuple[Dossier, tuple[Fact, ...]]:
        mine: list[Fact] = []
        others: list[Fact] = []
        for fact in facts:
            (mine if fact.code in codes.get(fact.system, ()) else others).append(fact)
        return fold(mine, self._connections), tuple(others)


def groups_of(lineages: Iterable[Iterable[UUID]]) -> Groups:
    """Groups of dossiers out of their lineages; lineages that share a dossier are one group."""
    groups: dict[str, set[str]] = {}
    for lineage in lineages:
        group = {str(one) for one in lineage}
        for one in tuple(group):
            group |= groups.get(one, set())
        groups.update(dict.fromkeys(group, group))
    frozen = {id(group): frozenset(group) for group in groups.values()}
    return {one: frozen[id(group)] for one, group in groups.items()}


def _without(codes: Mapping[str, tuple[str, ...]], gone: Mapping[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    kept = {system: tuple(one for one in mine if one not in gone.get(system, ())) for system, mine in codes.items()}
    return {system: mine for system, mine in kept.items() if mine}


def _union(codes: Mapping[str, tuple[str, ...]], more: Mapping[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    systems = sorted({*codes, *more})
    return {system: tuple(sorted({*codes.get(system, ()), *more.get(system, ())})) for system in systems}


def _overlap(codes: Mapping[str, tuple[str, ...]], others: Mapping[str, tuple[str, ...]]) -> bool:
    return any(one in codes.get(system, ()) for system, several in others.items() for one in several)
