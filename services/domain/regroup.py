"""Recording a link, an unlink, a recoding or the retraction of one: which dossiers join, which part, who is told (D6).

The dossier that has the least code goes on. Every dossier that words on links tie to this one, in force or not, is
looked at again, so that it makes no difference whether the links or the facts came first.
"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from contracts.claims import DossiersMerged, DossiersSplit, Restated
from contracts.frozen import Frozen
from services.domain.batch import Batch, changed_fields
from services.domain.decision import Entry, Held
from services.domain.dossier import CodeKey, Fact, codes_by_system
from services.domain.fold import extend, fold
from services.domain.identity import (
    announcement_id,
    components,
    dossier_id,
    ends_named,
    is_about_identity,
    other_end,
    parted_id,
)


@dataclass(frozen=True, slots=True)
class _Part:
    """One dossier as it will be."""

    id: UUID
    codes: frozenset[CodeKey]
    heirs: tuple[Held, ...]
    """The dossiers that go on in it because it has their least code; the first keeps its id."""
    sources: tuple[Held, ...]
    """All dossiers that its codes came from."""


def regroup(batch: Batch, fact: Fact, traceparent: str | None) -> None:
    """Record a fact about identity and all that follows from it."""
    tied = _tied(batch, fact)
    words = {word.id: word for held in tied for word in (*held.dossier.facts, *held.foreign) if is_about_identity(word)}
    words[fact.id] = fact
    living = [held for held in tied if held.codes]
    ours = frozenset({fact.key}).union(*(held.codes for held in living))
    spoken = {fact.key}.union(one.key for held in living for one in held.dossier.facts)
    # A code that was only ever named by others is no dossier of its own once nothing links it any more.
    groups = [codes for codes in components(ours, words.values()) if not codes.isdisjoint(spoken & ours)]
    going_on = _going_on(living, groups)
    parts = [_part(batch.tenant, codes, living, going_on, fact) for codes in groups]
    own = next(part for part in parts if fact.key in part.codes)
    _rearrange(batch, parts, tied, fact, words)
    placed = frozenset().union(*groups)
    end = other_end(fact)
    for code in ours if end is None else {*ours, end}:
        if batch.found(code) is None or (code in ours and code not in placed):
            # Nobody spoke for it (yet): what was said of it is found under the dossier of who said it.
            batch.assign(code, own.id)
    _Telling(batch, fact, traceparent, own).tell(parts)


def _tied(batch: Batch, fact: Fact) -> list[Held]:
    found: dict[UUID, Held] = {}
    end = other_end(fact)
    waiting = [fact.key] if end is None else [fact.key, end]
    while waiting:
        held = batch.words_about(waiting.pop())
        if held is None or held.entry.dossier in found:
            continue
        found[held.entry.dossier] = held
        named = ends_named((*held.dossier.facts, *held.foreign))
        waiting.extend(code for code in named if code not in held.codes)
    return list(found.values())


def _going_on(living: list[Held], groups: list[frozenset[CodeKey]]) -> dict[UUID, CodeKey]:
    """Dossier → the least of its codes that is in any group: where that code goes, the dossier goes on."""
    kept: frozenset[CodeKey] = frozenset().union(*groups)
    return {held.entry.dossier: min(held.codes & kept) for held in living}


def _part(
    tenant: str, codes: frozenset[CodeKey], living: list[Held], going_on: dict[UUID, CodeKey], fact: Fact
) -> _Part:
    sources = tuple(held for held in living if not held.codes.isdisjoint(codes))
    heirs = tuple(
        sorted(
            (held for held in sources if going_on[held.entry.dossier] in codes),
            key=lambda held: going_on[held.entry.dossier],
        )
    )
    if heirs:
        id_ = heirs[0].entry.dossier
    elif sources:
        id_ = parted_id(fact.id, min(codes))
    else:
        id_ = dossier_id(tenant, fact.key)
    return _Part(id_, codes, heirs, sources)


def _rearrange(batch: Batch, parts: list[_Part], tied: list[Held], fact: Fact, words: dict[UUID, Fact]) -> None:
    facts = {one.id: one for held in tied for one in held.dossier.facts}
    facts[fact.id] = fact
    inherited = [id_ for held in tied for id_ in held.entry.lineage]
    lineage = tuple(dict.fromkeys((*inherited, *(part.id for part in parts))))
    for part in parts:
        first = part.heirs[0] if part.heirs else None
        if first is not None and part.sources == (first,) and part.codes >= first.codes:
            dossier = extend(first.dossier, fact, batch.connections) if fact.key in part.codes else first.dossier
        else:
            dossier = fold([one for one in facts.values() if one.key in part.codes], batch.connections)
        foreign = tuple(word for word in words.values() if word.key not in part.codes)
        entry = Entry(part.id, lineage, 0 if first is None else first.entry.last_position)
        held = Held(entry, part.codes, codes_by_system(part.codes), dossier, foreign)
        batch.enter(held)
        for code in part.codes:
            batch.assign(code, part.id)
        for absorbed in part.heirs[1:]:
            last = Entry(absorbed.entry.dossier, lineage, absorbed.entry.last_position, part.id)
            batch.enter(Held(last, frozenset(), {}, dossier, tuple(words.values())))
            batch.absorbed.add(last.dossier)


class _Telling:
    """Appends the fact itself, then one announcement for every other dossier that it made, joined or parted."""

    def __init__(self, batch: Batch, fact: Fact, traceparent: str | None, own: _Part) -> None:
        self._batch = batch
        self._fact = fact
        self._traceparent = traceparent
        self._own = own
        self._told: set[tuple[UUID, str]] = set()
        self._told_of: set[UUID] = set()

    def tell(self, parts: list[_Part]) -> None:
        """The order: the fact, who was absorbed and by whom, who parted and from whom."""
        batch, own, cause = self._batch, self._own, str(self._fact.id)
        changed = self._differences(own)
        held, previous = self._advance(own.id)
        batch.record(
            own.id,
            self._fact,
            state=held.dossier.state(held.shown),
            changed=changed,
            previous=previous,
            traceparent=self._traceparent,
        )
        for part in parts:
            for absorbed in part.heirs[1:]:
                id_ = absorbed.entry.dossier
                merged = DossiersMerged(survivor=str(part.id), absorbed=str(id_), cause=cause)
                self._announce("merged", merged, id_, {"merged_into": self._fact.system})
                self._announce("merged", merged, part.id, self._news_for(part))
        at_home = {held.entry.dossier: part for part in parts for held in part.heirs[:1]}
        for part in parts:
            if part.heirs or not part.sources:
                continue
            origin = next((held for held in part.sources if min(part.codes) in held.codes), part.sources[0])
            id_ = origin.entry.dossier
            split = DossiersSplit(origin=str(id_), parted=str(part.id), cause=cause)
            if id_ in at_home:
                self._announce("split", split, id_, self._news_for(at_home[id_]))
            self._announce("split", split, part.id, self._news_for(part))
        for part in parts:
            # A code went from one dossier to another, or nothing links it any more: no merge, no split, yet news.
            if part is not own and part.id not in self._told_of and part.codes != part.heirs[0].codes:
                self._announce("restated", Restated(cause=cause), part.id, self._news_for(part))

    def _news_for(self, part: _Part) -> dict[str, str]:
        # The fact's own event has told its own dossier already.
        return {} if part is self._own else self._differences(part)

    def _announce(self, act: str, claim: Frozen, id_: UUID, changed: dict[str, str]) -> None:
        if (id_, act) in self._told:
            return
        self._told.add((id_, act))
        self._told_of.add(id_)
        held, previous = self._advance(id_)
        self._batch.announce(
            act,
            announcement_id(self._fact.id, id_, act),
            claim,
            self._fact,
            id_,
            state=held.dossier.state(held.shown, held.entry.merged_into),
            changed=changed,
            previous=previous,
            traceparent=self._traceparent,
        )

    def _advance(self, id_: UUID) -> tuple[Held, int]:
        held = self._batch.held(id_)
        entry = held.entry
        moved = Entry(id_, entry.lineage, self._batch.position + 1, entry.merged_into)
        self._batch.put(Held(moved, held.codes, held.shown, held.dossier, held.foreign))
        return held, entry.last_position

    def _differences(self, part: _Part) -> dict[str, str]:
        after, system = self._batch.held(part.id).dossier, self._fact.system
        changed = {} if part.sources else changed_fields(None, after, system)
        for source in part.sources:
            # From any dossier its codes came from: a link alone may bring a system the other's status.
            changed.update(changed_fields(source.dossier, after, system))
        if [source.codes for source in part.sources] != [part.codes]:
            changed["codes"] = system
        return changed
