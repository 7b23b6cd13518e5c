"""What a tenant's reference facts come to: its agencies, procedures, calendars and submitted figures, with a digest
that is part of every report's identity.

Give it the tenant-level facts up to a position and it is what was known at that position.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Final, cast
from uuid import UUID

from contracts.dossier_events import type_of
from contracts.reference import (
    AgencyDeclared,
    AgencySucceeded,
    CalendarDeclared,
    FiguresSubmitted,
    ProcedureDeclared,
)
from services.domain.agencies.agency import Agency, Succeeded
from services.domain.agencies.build import agencies_of
from services.domain.agencies.dimension import Agencies
from services.domain.catalogue import Catalogue, Procedure, catalogue_of
from services.domain.dossier import Fact
from services.domain.identity import OPERATOR
from services.domain.validity import Finding
from services.domain.versions import REFERENCE_KEYS, holding

Key = tuple[str, ...]
"""What a statement is about: the act, the code, and what tells it from others about that code."""


AGENCY_TYPES: Final = frozenset(type_of(act) for act in ("agency_declared", "agency_succeeded", "retracted"))
"""Types of the tenant-level events that can bear on agencies, for who needs nothing else of a reference."""


@dataclass(frozen=True, slots=True)
class Submitted:
    """Figures as they were sent: one report of one form."""

    form: str
    key: str | None
    """What tells this report from others of the form, where it was loaded from a file."""
    submitted_at: datetime
    figures: FiguresSubmitted
    fact: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """Everything said about a tenant that gives its dossiers their meaning, beside who takes part."""

    agencies: Agencies
    catalogue: Catalogue
    calendars: Mapping[tuple[str, str], CalendarDeclared]
    """(name, version) → the calendar."""
    submitted: tuple[Submitted, ...]
    """By form, first day, last day and the time they were sent."""
    digests: Mapping[str, str]
    """`agencies`, `procedures`, `calendars`, `figures` → SHA-256 (hex) of the facts that hold, so that a report names
    those it rests on and is not made another one by the rest."""

    @property
    def digest(self) -> str:
        """SHA-256 (hex) over all of them."""
        return _digest([[part, self.digests[part]] for part in sorted(self.digests)])

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What contradicts itself; empty before an official figure may rest on it."""
        return (*self.agencies.findings, *self.catalogue.findings)


def reference_of(facts: Iterable[Fact]) -> Reference:
    """What these tenant-level facts come to, in whatever order they are given; those about connections are passed over.

    Under each key the latest statement holds: an operator's before any system's, then by time, then by the mark of
    change or else the time it was seen, then by id. What was retracted does not hold. Never raises: what contradicts
    itself is named in `findings`.
    """
    held = held_reference(facts)
    by_act: dict[str, list[Fact]] = {act: [] for act in REFERENCE_KEYS}
    for key in sorted(held):
        by_act[key[0]].append(held[key])
    agencies = agencies_of(
        (_agency(fact) for fact in by_act["agency_declared"]), (_succeeded(fact) for fact in by_act["agency_succeeded"])
    )
    calendars = [(fact.code, cast(CalendarDeclared, fact.claim)) for fact in by_act["calendar_declared"]]
    return Reference(
        agencies=agencies,
        catalogue=catalogue_of(_procedure(fact) for fact in by_act["procedure_declared"]),
        calendars={(name, calendar.version): calendar for name, calendar in calendars},
        submitted=tuple(_submitted(fact) for fact in by_act["figures_submitted"]),
        digests={
            "agencies": _digest(_ids([*by_act["agency_declared"], *by_act["agency_succeeded"]])),
            "procedures": _digest(_ids(by_act["procedure_declared"])),
            "calendars": _digest(_ids(by_act["calendar_declared"])),
            "figures": _digest(_ids(by_act["figures_submitted"])),
        },
    )


def held_reference(facts: Iterable[Fact]) -> dict[Key, Fact]:
    """Of each key the fact that holds."""
    about = [fact for fact in facts if fact.act in REFERENCE_KEYS or fact.act == "retracted"]
    standing, _ = holding(about, lambda fact: fact.system == OPERATOR)
    held: dict[Key, Fact] = {}
    for fact in standing:
        key = key_of_reference(fact)
        was = held.get(key)
        if was is None or _weight(fact) > _weight(was):
            held[key] = fact
    return held


def key_of_reference(fact: Fact) -> Key:
    """The key a reference fact speaks under."""
    return (fact.act, fact.code, *REFERENCE_KEYS[fact.act](fact))


def _weight(fact: Fact) -> tuple[bool, datetime, bool, datetime, UUID]:
    marked = fact.revision is not None
    return (fact.system == OPERATOR, fact.occurred_at, marked, fact.revision or fact.observed_at, fact.id)


def _agency(fact: Fact) -> Agency:
    said = cast(AgencyDeclared, fact.claim)
    return Agency(
        code=fact.code,
        title=said.title,
        level=said.level,
        parent=said.parent,
        valid_from=said.valid_from,
        valid_to=said.valid_to,
        fact=fact.id,
    )


def _succeeded(fact: Fact) -> Succeeded:
    said = cast(AgencySucceeded, fact.claim)
    return Succeeded(code=fact.code, kind=said.kind, to=said.to, on=said.on, fact=fact.id)


def _procedure(fact: Fact) -> Procedure:
    said = cast(ProcedureDeclared, fact.claim)
    return Procedure(
        code=fact.code,
        **{name: getattr(said, name) for name in ProcedureDeclared.model_fields},
        fact=fact.id,
    )


def _submitted(fact: Fact) -> Submitted:
    return Submitted(fact.code, fact.act_id, fact.occurred_at, cast(FiguresSubmitted, fact.claim), fact.id)


def _ids(facts: Iterable[Fact]) -> list[list[str]]:
    # An id contains its content's hash, and the order is that of the keys: the same facts, however they came, are the
    # same digest.
    return [[fact.act, fact.code, str(fact.id)] for fact in facts]


def _digest(document: object) -> str:
    return sha256(json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()).hexdigest()
