"""Telling what a change of configuration changes: the same facts, another state, announced page by page of dossiers."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from uuid import UUID

from contracts.claims import Restated
from contracts.dossier_events import DossierEvent
from services.domain.authority import Connections
from services.domain.batch import Batch, changed_fields
from services.domain.decision import Decision, Entry, Held
from services.domain.dossier import Dossier, Judgement, Segment, fact_of_event
from services.domain.fold import fold
from services.domain.identity import announcement_id
from services.domain.papers import Papers


def restate(
    page: Iterable[Held],
    *,
    cause: DossierEvent,
    before: Connections,
    after: Connections,
    known: Collection[UUID],
    last_position: int,
    recorded_at: datetime,
) -> Decision:
    """One `restated` event for each dossier of a page whose timelines or judgements `cause` changed.

    `before`: what the tenant-level facts before the cause come to; `after`: all that are known now. `known`: ids that
    the log holds already, so that a page may be done again.
    """
    fact = fact_of_event(cause)
    assert fact is not None, "only a recorded fact is a cause"
    batch = Batch(
        tenant=cause.tenant,
        last_position=last_position,
        recorded_at=recorded_at,
        codes={},
        held={},
        connections=after,
    )
    for held in page:
        id_ = held.entry.dossier
        announcement = announcement_id(fact.id, id_, "restated")
        if announcement in known or not held.codes:
            continue
        old, new = fold(held.dossier.facts, before), fold(held.dossier.facts, after)
        changed = changed_fields(old, new, fact.system)
        if not changed and _concluded(old) == _concluded(new):
            continue
        previous = held.entry.last_position
        event = batch.announce(
            "restated",
            announcement,
            Restated(cause=str(fact.id)),
            fact,
            id_,
            state=new.state(held.shown),
            changed=changed,
            previous=previous,
            traceparent=cause.traceparent,
        )
        entry = Entry(id_, held.entry.lineage, event.position)
        batch.put(Held(entry, held.codes, held.shown, new, held.foreign))
    return batch.decision()


def _concluded(dossier: Dossier) -> tuple[tuple[Segment, ...], tuple[Judgement, ...], tuple[Papers, ...]]:
    return dossier.segments, dossier.judgements, dossier.papers
