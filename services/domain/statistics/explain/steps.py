"""The steps from one way to another, one ingredient changed at a time, always in the same order."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Final, NamedTuple

from services.domain.statistics.definition import Bug, Definition, Words
from services.domain.statistics.document import Request
from services.domain.statistics.explain.reason import Kind, Reason, by_bug, by_input, by_rule, by_switch
from services.domain.statistics.explain.way import Way

_INPUTS: Final[tuple[tuple[str, Kind, Words], ...]] = (
    ("zone", "zone", Words("múi giờ", "the time zone")),
    ("due", "due", Words("cách so với ngày hẹn trả", "how due dates are compared")),
    ("mode", "agency", Words("đơn vị theo thời điểm", "agencies as they were or as they are")),
    ("agency", "agency", Words("đơn vị được đếm", "the agency that is counted")),
    ("calendar", "calendar", Words("lịch làm việc", "the working-time calendar")),
)


class Step(NamedTuple):
    """A way, and why it differs from the one before it."""

    reason: Reason
    way: Way


def steps(a: Way, b: Way) -> tuple[Step, ...]:
    """Every step from `a` to where only the position and its clock are not those of `b` yet.

    Definition first: the bugs of `a` are mended one by one, its rule becomes that of `b`, then the bugs of `b` come in;
    bugs that two versions of one definition share stay where they are.
    Then the period's edges, the zone, the due dates, the agency.
    """
    found: list[Step] = []
    way = a
    for step in (*_definition(a, b), *_inputs(a.request, b.request)):
        way = step(way)
        found.append(Step(step.reason, way))
    return tuple(found)


class _Change(NamedTuple):
    reason: Reason
    definition: Definition | None = None
    mended: frozenset[str] | None = None
    request: tuple[tuple[str, object], ...] = ()

    def __call__(self, way: Way) -> Way:
        changed = way.asking(**dict(self.request)) if self.request else way
        if self.definition is not None:
            changed = replace(changed, definition=self.definition)
        return changed if self.mended is None else replace(changed, mended=self.mended)


def _definition(a: Way, b: Way) -> Iterator[_Change]:
    one, other = a.definition, b.definition
    if one is other:
        yield from _switches(one, dict(a.question.switches), dict(b.question.switches))
        mended = a.mended
        for bug in one.known_bugs:
            if (bug.name in a.mended) != (bug.name in b.mended):
                mended ^= {bug.name}
                yield _Change(by_bug(one, bug), mended=mended)
        return
    returning, kept = b.bugs(), frozenset[Bug]()
    if one.name == other.name:
        # A newer version is held against the older as both are used: with the bugs that it still has.
        kept = frozenset(a.bugs()) & frozenset(returning)
        returning = tuple(bug for bug in returning if bug not in kept)
    mended = a.mended
    for bug in a.bugs():
        if bug in kept:
            continue
        mended |= {bug.name}
        yield _Change(by_bug(one, bug), mended=mended)
    mine, theirs = dict(a.question.switches), dict(b.question.switches)
    shared = theirs if one.name == other.name else {}
    yield from _switches(one, mine, mine | _plain(one, shared))
    mended = b.mended | {bug.name for bug in returning}
    plain = theirs | _plain(other, shared)
    yield _Change(by_rule(one, other), other, mended, (("switches", plain),))
    yield from _switches(other, plain, theirs)
    for bug in reversed(returning):
        mended -= {bug.name}
        yield _Change(by_bug(other, bug), mended=mended)


def _plain(definition: Definition, shared: Mapping[str, str]) -> dict[str, str]:
    # How the rule is read when it is put beside another. A switch under which a bug is there changes nothing but that
    # bug, and its default might let the bug in: it is no part of this.
    with_bugs = {bug.only[0] for bug in definition.known_bugs if bug.only is not None}
    plain = (switch for switch in definition.switches if switch.name not in with_bugs)
    return {
        switch.name: shared[switch.name] if shared.get(switch.name) in switch.values else switch.default
        for switch in plain
    }


def _switches(definition: Definition, one: dict[str, str], other: dict[str, str]) -> Iterator[_Change]:
    now = dict(one)
    for switch in definition.switches:
        if one.get(switch.name) != other.get(switch.name):
            now = now | {switch.name: other[switch.name]}
            reason = by_switch(switch, one[switch.name], other[switch.name])
            yield _Change(reason, request=(("switches", now),))


def _inputs(a: Request, b: Request) -> Iterator[_Change]:
    edges = [("first", Words("từ ngày", "from")), ("last", Words("đến hết ngày", "to the end of"))]
    if b.first > a.last:
        edges.reverse()  # else the period in between would end before it begins
    for name, title in edges:
        if getattr(a, name) != getattr(b, name):
            reason = by_input("period", name, title, getattr(a, name), getattr(b, name))
            yield _Change(reason, request=((name, getattr(b, name)),))
    for name, kind, title in _INPUTS:
        if getattr(a, name) != getattr(b, name):
            one, other = (getattr(each, name) or ("none" if kind == "calendar" else "all") for each in (a, b))
            reason = by_input(kind, name, title, one, other)
            yield _Change(reason, request=((name, getattr(b, name)),))
