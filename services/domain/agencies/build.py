"""Makes the agency dimension out of what was declared, and names everything in it that cannot be meant."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from operator import attrgetter

from services.domain.agencies.agency import Agency, Succeeded
from services.domain.agencies.dimension import Agencies, Place
from services.domain.validity import Finding, Validities, first_cycle


def agencies_of(declared: Iterable[Agency], succeeded: Iterable[Succeeded]) -> Agencies:
    """The dimension these come to, in whatever order they are given.

    An agency ends on its `valid_to`, or where none was declared on the day of its succession. What contradicts itself
    is named in `findings`, and whoever it concerns is then not known rather than guessed.
    """
    stated = Validities(declared)
    findings: list[Finding] = []
    successions: dict[Place, Succeeded] = {}
    for one in sorted(succeeded, key=attrgetter("code", "on")):
        before = _ended_by(one, stated, successions, findings)
        if before is not None:
            successions[before.code, before.valid_from] = one
    ended = Validities(_end(agency, successions) for agency in stated)
    circle = _circle(stated, successions)
    findings += ended.findings()
    findings += circle
    findings += _successors_missing(ended, successions, {finding.fact for finding in circle})
    findings += _parents_wrong(ended)
    return Agencies(ended, successions, sorted(findings, key=attrgetter("code", "kind", "text")))


def _ended_by(
    one: Succeeded, stated: Validities[Agency], successions: Mapping[Place, Succeeded], findings: list[Finding]
) -> Agency | None:
    """The agency that a succession ends; None, and why, if there is none."""
    if (len(one.to) > 1) != (one.kind == "split_into"):
        needs = "several successors" if one.kind == "split_into" else "one successor"
        findings.append(Finding("count", one.code, one.fact, f"is {one.kind} {len(one.to)}, which needs {needs}"))
        return None
    if one.code not in stated.by_code:
        text = f"is succeeded on {one.on}, but nobody declared it"
        findings.append(Finding("unknown", one.code, one.fact, text, wanted=one.code))
        return None
    before = stated.begun(one.code, one.on - timedelta(days=1))
    if before is None:
        text = f"is succeeded on {one.on}, but declared from {stated.by_code[one.code][0].valid_from} on"
    elif before.valid_to is not None and before.valid_to != one.on:
        text = f"is succeeded on {one.on}, but declared until before {before.valid_to}; "
        text += "valid_to is the first day on which it no longer holds, and its successors begin on that day"
    elif (earlier := successions.get((before.code, before.valid_from))) is not None:
        text = f"is succeeded on {one.on}, but was succeeded on {earlier.on} already"
    else:
        return before
    findings.append(Finding("outside", one.code, one.fact, text))
    return None


def _end(agency: Agency, successions: Mapping[Place, Succeeded]) -> Agency:
    succession = successions.get((agency.code, agency.valid_from))
    return agency if succession is None or agency.valid_to is not None else replace(agency, valid_to=succession.on)


def _circle(stated: Validities[Agency], successions: Mapping[Place, Succeeded]) -> list[Finding]:
    graph: dict[Place, Sequence[Place]] = {}
    for place, one in successions.items():
        # By what was declared, before successions end anything: a circle would else hide behind the ends it makes.
        heirs = (stated.at(code, one.on) for code in one.to)
        graph[place] = [(heir.code, heir.valid_from) for heir in heirs if heir is not None]
    places = first_cycle(graph)[:-1]
    text = "is succeeded in a circle: " + ", ".join(
        f"{code} → {' + '.join(successions[code, since].to)} on {successions[code, since].on}" for code, since in places
    )
    return [Finding("cycle", code, successions[code, since].fact, text) for code, since in places]


def _successors_missing(
    ended: Validities[Agency], successions: Mapping[Place, Succeeded], in_circle: set[object]
) -> Iterator[Finding]:
    for one in successions.values():
        if one.fact in in_circle:
            continue
        for to in one.to:
            if to not in ended.by_code:
                yield Finding("unknown", one.code, one.fact, f"is {one.kind} {to}, which nobody declared", wanted=to)
            elif ended.at(to, one.on) is None:
                text = f"is {one.kind} {to} on {one.on}, but {to} is not in force on that day"
                yield Finding("not_in_force", one.code, one.fact, text)


def _parents_wrong(ended: Validities[Agency]) -> Iterator[Finding]:
    above: dict[Place, Sequence[Place]] = {}
    for agency in ended:
        if agency.parent is None:
            continue
        parent = ended.at(agency.parent, agency.valid_from)
        if parent is not None:
            above[agency.code, agency.valid_from] = [(parent.code, parent.valid_from)]
        elif agency.parent not in ended.by_code:
            text = f"belongs to {agency.parent}, which nobody declared"
            yield Finding("unknown", agency.code, agency.fact, text, wanted=agency.parent)
    circle = first_cycle(above)
    if circle:
        text = f"belongs to itself: {' → '.join(code for code, _ in circle)}"
        code, since = min(circle)
        yield Finding("cycle", code, next(one.fact for one in ended.by_code[code] if one.valid_from == since), text)
