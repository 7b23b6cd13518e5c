"""Whether statements can be meant beside what the log holds already: asked before anything is sent."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from contracts.reference import CalendarDeclared, FiguresSubmitted
from services.domain.dossier import Fact, fact_of_observation
from services.domain.identity import OPERATOR
from services.domain.reference import Reference, reference_of
from services.domain.validity import Finding
from services.domain.working_time.check import problems
from services.domain.working_time.declared import declaration_of
from services.sources.nearest import nearest
from services.sources.row import Said, Unsaid


def contradictions(stated: Sequence[Said | Unsaid], in_log: Iterable[Fact]) -> list[str]:
    """What these statements would make wrong, one sentence each with its place in the files.

    What was wrong in the log before and is left as it was is none of theirs.
    """
    known = list(in_log)
    taken_back = {(one.act, one.code, one.act_id) for one in stated if isinstance(one, Unsaid)}
    loaded = {(fact.act, fact.code, fact.act_id) for fact in known if fact.system == OPERATOR}
    missing = [
        f"{one.locator}: nothing was loaded of {one.code} under the key {one.act_id!r}; "
        f"{nearest(one.act_id, _keys_of(one, known))} See `khop reference show`"
        for one in stated
        if isinstance(one, Unsaid) and (one.act, one.code, one.act_id) not in loaded
    ]
    kept = [fact for fact in known if (fact.act, fact.code, fact.act_id) not in taken_back]
    places = {one.observation.id: one.locator for one in stated if isinstance(one, Said)}
    now = reference_of([*kept, *_as_if_said_now(stated)])
    before = set(reference_of(known).findings)
    return [*missing, *_calendars(stated), *_figures(stated, now)] + [
        _sentence(one, places.get(one.fact), now) for one in now.findings if one not in before
    ]


def _calendars(stated: Iterable[Said | Unsaid]) -> Iterator[str]:
    for one in stated:
        if isinstance(one, Said) and isinstance(one.observation.data, CalendarDeclared):
            declared = declaration_of(one.observation.code, one.observation.data)
            yield from (
                f"{one.locator}: {declared.name} {declared.version}: {problem}" for problem in problems(declared)
            )


def _figures(stated: Iterable[Said | Unsaid], now: Reference) -> Iterator[str]:
    declared = now.agencies.declared.by_code
    for one in stated:
        if not (isinstance(one, Said) and isinstance(one.observation.data, FiguresSubmitted)):
            continue
        said, sent_at = one.observation.data, one.observation.occurred_at
        if said.last_day < said.first_day:
            yield f"{one.locator}: last_day: {said.last_day} lies before first_day {said.first_day}"
        if sent_at > one.observation.observed_at:
            yield f"{one.locator}: submitted_at: {sent_at.isoformat()} lies in the future"
        # Where no agency is declared at all, nobody can say which code is mistyped.
        if said.agency is not None and declared and said.agency not in declared:
            yield f"{one.locator}: agency: nobody declared {said.agency!r}; {nearest(said.agency, declared)}"


def _as_if_said_now(stated: Iterable[Said | Unsaid]) -> Iterator[Fact]:
    for one in stated:
        if isinstance(one, Said):
            fact = fact_of_observation(one.observation)
            # What differs from what was said before is published as a revision, and then holds over it.
            yield fact._replace(revision=fact.observed_at)


def _keys_of(one: Unsaid, known: Iterable[Fact]) -> list[str]:
    return [fact.act_id for fact in known if (fact.act, fact.code) == (one.act, one.code) and fact.act_id is not None]


def _sentence(finding: Finding, place: str | None, now: Reference) -> str:
    # What a new statement makes wrong may be an old one: then that one is to be loaded again, mended.
    hint = ""
    if finding.wanted is not None:
        hint = f"; {nearest(finding.wanted, {*now.agencies.declared.by_code, *now.catalogue.declared.by_code})}"
    return f"{place or 'in the log'}: {finding.code} {finding.text}{hint}"
