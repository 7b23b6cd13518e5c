"""The recorder's planner for one tenant: which observations are new facts, and all that recording them changes.

It makes every choice, so that writing them down is left with none. It refuses nothing that it was given: an odd claim
is a fact with a judgement.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import cast
from uuid import UUID

from contracts.claims import ACTS, Retracted
from contracts.events_to_fold import EventToFold
from contracts.observations import Observation
from services.domain.authority import Connections, bears_on_connections, connections_of, is_tenant_level
from services.domain.batch import Batch, changed_fields
from services.domain.decision import Decision, Entry, Held
from services.domain.dossier import CodeKey, Fact, fact_of_event, fact_of_observation
from services.domain.fold import extend, fold
from services.domain.identity import IDENTITY_ACTS, dossier_id, ends_named, is_about_identity, other_end
from services.domain.regroup import regroup


def touched(observations: Iterable[Observation]) -> set[CodeKey]:
    """The codes whose dossiers must be at hand before these observations are decided."""
    codes: set[CodeKey] = set()
    for observation in observations:
        scope = ACTS[observation.act][1]
        if scope == "tenant":
            continue
        codes.add((observation.system, observation.code))
        if scope == "identity":
            end = other_end(fact_of_observation(observation))
            assert end is not None
            codes.add(end)
    return codes


def reached(
    observations: Iterable[Observation],
    codes: Mapping[CodeKey, UUID],
    held: Mapping[UUID, Held],
    asked: Collection[CodeKey],
) -> set[CodeKey]:
    """Further codes that must be at hand, because links among these observations may join or part their dossiers.

    `asked` are the codes that were looked up so far. Look these up too and ask again, until there are none; mostly
    there are none at once.
    """
    ids = {
        codes[code]
        for observation in observations
        if _bears_on_identity(observation)
        for code in touched((observation,))
        if code in codes
    }
    more: set[CodeKey] = set()
    waiting = list(ids)
    while waiting:
        one = held[waiting.pop()]
        for end in ends_named((*one.dossier.facts, *one.foreign)):
            if end in one.codes:
                continue
            if end not in asked:
                more.add(end)
            elif end in codes and codes[end] not in ids:
                ids.add(codes[end])
                waiting.append(codes[end])
    return more


def _bears_on_identity(observation: Observation) -> bool:
    act = observation.act
    return act in IDENTITY_ACTS or (act == "retracted" and cast(Retracted, observation.data).act in IDENTITY_ACTS)


def hold(entry: Entry, events: Iterable[EventToFold], connections: Connections) -> Held:
    """A dossier as it stands, from the stored events of its lineage in any order."""
    subject = str(entry.dossier)
    facts: list[Fact] = []
    latest: EventToFold | None = None
    for event in events:
        if event.subject == subject and (latest is None or event.position > latest.position):
            latest = event
        fact = fact_of_event(event)
        if fact is not None:
            facts.append(fact)
    shown: dict[str, tuple[str, ...]] = {}
    if latest is not None and latest.state is not None and entry.merged_into is None:
        shown = latest.state.codes
    codes = frozenset((system, code) for system, several in shown.items() for code in several)
    own = [fact for fact in facts if fact.key in codes]
    foreign = tuple(fact for fact in facts if fact.key not in codes and is_about_identity(fact))
    return Held(entry, codes, shown, fold(own, connections), foreign)


def decide(
    observations: Sequence[Observation],
    *,
    tenant: str,
    known: Collection[UUID],
    last_position: int,
    recorded_at: datetime,
    codes: Mapping[CodeKey, UUID],
    held: Mapping[UUID, Held],
    connections: Connections,
) -> Decision:
    """What recording these observations, in this order, comes to.

    `known`: ids that the log holds already. `codes` and `held`: the dossier of every code of `touched` and `reached`
    that has one, and those dossiers. `recorded_at` must not be earlier than that of the last event.
    """
    batch = Batch(
        tenant=tenant,
        last_position=last_position,
        recorded_at=recorded_at,
        codes=codes,
        held=held,
        connections=connections,
    )
    # By number: hashing a UUID is a call into Python code.
    seen = {one.int for one in known}
    for observation in observations:
        number = observation.id.int
        if number in seen:
            continue
        seen.add(number)
        fact = fact_of_observation(observation)
        if is_tenant_level(fact):
            _tenant_level(batch, fact, observation.traceparent)
        elif is_about_identity(fact):
            regroup(batch, fact, observation.traceparent)
        else:
            _plain(batch, fact, observation.traceparent)
    return batch.decision()


def _tenant_level(batch: Batch, fact: Fact, traceparent: str | None) -> None:
    before = batch.connections
    if bears_on_connections(fact):
        batch.connections = connections_of((*before.facts, fact))
    event = batch.record(None, fact, state=None, changed={}, previous=None, traceparent=traceparent)
    if batch.connections != before:
        batch.restate.append(event)


def _plain(batch: Batch, fact: Fact, traceparent: str | None) -> None:
    held = batch.home_of(fact.key)
    position = batch.position + 1
    if held is None:
        after = _first_heard_of(batch, fact, position)
        batch.enter(after)
        changed = changed_fields(None, after.dossier, fact.system)
        changed["codes"] = fact.system
        previous = None
    else:
        entry = held.entry
        dossier = extend(held.dossier, fact, batch.connections)
        after = Held(Entry(entry.dossier, entry.lineage, position), held.codes, held.shown, dossier, held.foreign)
        changed = changed_fields(held.dossier, dossier, fact.system)
        batch.put(after)
        previous = entry.last_position
    batch.record(
        after.entry.dossier,
        fact,
        state=after.dossier.state(after.shown),
        changed=changed,
        previous=previous,
        traceparent=traceparent,
    )


def _first_heard_of(batch: Batch, fact: Fact, position: int) -> Held:
    key = fact.key
    id_ = dossier_id(batch.tenant, key)
    lineage: tuple[UUID, ...] = (id_,)
    foreign: tuple[Fact, ...] = ()
    named_before = batch.words_about(key)
    if named_before is not None:
        # Somebody said what it is not before it spoke: those words must be found from here too.
        lineage = (id_, *named_before.entry.lineage)
        words = (*named_before.dossier.facts, *named_before.foreign)
        foreign = tuple(word for word in words if is_about_identity(word))
    batch.assign(key, id_)
    shown: dict[str, tuple[str, ...]] = {fact.system: (fact.code,)}
    return Held(Entry(id_, lineage, position), frozenset({key}), shown, fold((fact,), batch.connections), foreign)
