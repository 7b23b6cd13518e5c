"""Conclude from a dossier's facts: the same set of facts gives the same result, in whatever order they came (D4).

`fold` looks at all facts; `extend` adds one, without looking back where it is the last in order.
"""

from __future__ import annotations

from collections.abc import Iterable

from services.domain.ahead import foresaw, look_ahead
from services.domain.authority import Connections
from services.domain.course import Course
from services.domain.dossier import Dossier, Fact, Said, Segment
from services.domain.identity import is_about_identity
from services.domain.take import passes_by, take
from services.domain.timeline import go_on
from services.domain.versions import holding, order_of, same_act


def fold(facts: Iterable[Fact], connections: Connections) -> Dossier:
    """What all the facts about one dossier come to, given which systems took part when."""
    unique = {fact.id: fact for fact in facts}.values()

    def by_operator(fact: Fact) -> bool:
        return connections.at(fact.occurred_at).kinds.get(fact.system) == "operator"

    spoken = [fact for fact in unique if not is_about_identity(fact)]
    held, judged = holding(spoken, by_operator)
    held.sort(key=order_of)
    course = Course(connections)
    course.found = tuple(judged)
    course.retractions = any(fact.act == "retracted" for fact in spoken)
    look_ahead(course, held)
    segments: tuple[Segment, ...] = ()
    for fact in held:
        if take(course, fact, connections.at(fact.occurred_at)):
            segments = go_on(segments, course.segment(fact.occurred_at))
    return Dossier(Said(unique), len(unique), segments, course, held[-1] if held else None)


def extend(dossier: Dossier, fact: Fact, connections: Connections) -> Dossier:
    """The same as `fold` of all its facts and this one."""
    course, segments, last = dossier.course, dossier.segments, dossier.last
    if is_about_identity(fact) and course.connections is connections:
        if any(fact.id == known.id for known in dossier.facts):
            return dossier
        return Dossier(dossier.said.and_then(fact, count=dossier.count), dossier.count + 1, segments, course, last)
    if not _is_next(dossier, fact, connections):
        return fold((*dossier.facts, fact), connections)
    epoch = connections.at(fact.occurred_at)
    if not passes_by(course, fact, epoch):
        if not foresaw(course, fact, epoch):
            return fold((*dossier.facts, fact), connections)
        course = course.copy()
        if take(course, fact, epoch):
            segments = go_on(segments, course.segment(fact.occurred_at))
    return Dossier(dossier.said.and_then(fact, count=dossier.count), dossier.count + 1, segments, course, fact)


def _is_next(dossier: Dossier, fact: Fact, connections: Connections) -> bool:
    """Whether a fact comes after all that hold, and neither takes back nor says anew what one of them says."""
    course, last = dossier.course, dossier.last
    if course.connections is not connections or last is None or course.retractions or fact.act == "retracted":
        return False
    at, latest = fact.occurred_at, last.occurred_at
    if at <= latest and order_of(fact) <= order_of(last):
        return False
    # Another version of the same act has the same id of its source's, or, where that gives none, the same time.
    if fact.act_id is None:
        return at > latest or not same_act(fact, dossier.facts)
    return fact.act_id not in dossier.said.act_ids or not same_act(fact, dossier.facts)
