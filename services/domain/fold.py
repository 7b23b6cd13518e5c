"""Conclude from a dossier's facts: the same set of facts gives the same result, in whatever order they came (D4).

`fold` looks at all facts; `extend` adds one, without looking back where it is the last in order.
"""

from __future__ import annotations

from collections.abc import Iterable

from services.domain.ahead import foresaw, look_ahead
from services.domain.authority import Connections
from services.domain.course import Course
from services.domain.dossier import Dossier, Fact, Segment
from services.domain.identity import is_about_identity
from services.domain.take import take
from services.domain.timeline import go_on
from services.domain.versions import holding, order_of, same_act


def fold(facts: Iterable[Fact], connections: Connections) -> Dossier:
    """What all the facts about one dossier come to, given which systems took part when."""
    unique = tuple({fact.id: fact for fact in facts}.values())

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
        if take(course, fact):
            segments = _shown(segments, course, fact)
    if held:
        course.last = order_of(held[-1])
    return Dossier(unique, segments, course)


def extend(dossier: Dossier, fact: Fact, connections: Connections) -> Dossier:
    """The same as `fold` of all its facts and this one."""
    course = dossier.course
    if is_about_identity(fact) and course.connections is connections:
        if any(fact.id == known.id for known in dossier.facts):
            return dossier
        return Dossier((*dossier.facts, fact), dossier.segments, course)
    order = order_of(fact)
    if (
        course.connections is not connections
        or course.last is None
        or course.retractions
        or fact.act == "retracted"
        or order <= course.last
        or not foresaw(course, fact)
        or same_act(fact, dossier.facts)
    ):
        return fold((*dossier.facts, fact), connections)
    course = course.copy()
    course.last = order
    segments = dossier.segments
    if take(course, fact):
        segments = _shown(segments, course, fact)
    return Dossier((*dossier.facts, fact), segments, course)


def _shown(segments: tuple[Segment, ...], course: Course, fact: Fact) -> tuple[Segment, ...]:
    return go_on(segments, course.segment(fact.occurred_at))
