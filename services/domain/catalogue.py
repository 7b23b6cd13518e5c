"""The procedures (thủ tục hành chính) a tenant handles, as they were announced for each day."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from operator import attrgetter
from uuid import UUID

from contracts.codes import AgencyLevel, LimitUnit, OnlineLevel
from services.domain.validity import Finding, Validities, first_cycle


@dataclass(frozen=True, slots=True, kw_only=True)
class Procedure:
    """What one announcement says of a code from `valid_from` until before `valid_to`. None is "not known", never no."""

    code: str
    title: str
    field: str | None
    field_title: str | None
    level: AgencyLevel | None
    limit: int | None
    unit: LimitUnit | None
    paper_result: bool | None
    fee: bool | None
    components: int | None
    online: OnlineLevel | None
    valid_from: date
    valid_to: date | None
    replaced_by: str | None
    fact: UUID
    """The fact that declared it."""


class Catalogue:
    """Every procedure that was ever declared. Immutable; `findings` names what in it cannot be meant."""

    __slots__ = ("declared", "findings")

    def __init__(self, declared: Validities[Procedure], findings: Iterable[Finding] = ()) -> None:
        self.declared = declared
        self.findings = tuple(findings)

    def at(self, code: str, on: date) -> Procedure | None:
        """What was announced of a code for a day; None where nothing was."""
        return self.declared.at(code, on)

    def latest(self, code: str, on: date) -> Procedure | None:
        """The last announcement of a code that had begun by a day, though it may have ended: old dossiers keep the
        codes they were accepted under, and still have a field and a title."""
        return self.declared.begun(code, on)

    def current(self, code: str, on: date) -> Procedure | None:
        """What is announced on a day in the place of a code that was replaced; None where that is not known."""
        passed: set[tuple[str, date]] = set()
        found = self.declared.begun(code, on)
        while found is not None and found.valid_to is not None and found.valid_to <= on:
            place = (found.code, found.valid_from)
            if place in passed or found.replaced_by is None:
                return None
            passed.add(place)
            found = self.declared.at(found.replaced_by, found.valid_to)
        return found


def catalogue_of(declared: Iterable[Procedure]) -> Catalogue:
    """The catalogue these come to, in whatever order they are given."""
    stated = Validities(declared)
    findings = [*stated.findings(), *_incomplete(stated), *_replaced_wrongly(stated)]
    return Catalogue(stated, sorted(findings, key=attrgetter("code", "kind", "text")))


def _incomplete(stated: Validities[Procedure]) -> Iterator[Finding]:
    for one in stated:
        if (one.limit is None) != (one.unit is None):
            has, lacks = ("a limit", "unit") if one.unit is None else ("a unit", "limit")
            yield Finding("incomplete", one.code, one.fact, f"has {has} and no {lacks}: give both or neither")
        if one.replaced_by is not None and one.valid_to is None:
            text = f"is replaced by {one.replaced_by}, but has no valid_to: say from which day on"
            yield Finding("incomplete", one.code, one.fact, text)


def _replaced_wrongly(stated: Validities[Procedure]) -> Iterator[Finding]:
    follows: dict[tuple[str, date], Sequence[tuple[str, date]]] = {}
    for one in stated:
        if one.replaced_by is None or one.valid_to is None:
            continue
        heir = stated.at(one.replaced_by, one.valid_to)
        if heir is not None:
            follows[one.code, one.valid_from] = [(heir.code, heir.valid_from)]
        elif one.replaced_by not in stated.by_code:
            text = f"is replaced by {one.replaced_by}, which nobody declared"
            yield Finding("unknown", one.code, one.fact, text, wanted=one.replaced_by)
        else:
            text = f"is replaced by {one.replaced_by} on {one.valid_to}, but that is not in force on that day"
            yield Finding("not_in_force", one.code, one.fact, text)
    circle = first_cycle(follows)
    if circle:
        code, since = min(circle)
        fact = next(one.fact for one in stated.by_code[code] if one.valid_from == since)
        yield Finding("cycle", code, fact, f"replaces itself: {' → '.join(code for code, _ in circle)}")
