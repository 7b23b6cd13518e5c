"""Procedures as announced for each day: a replaced code keeps its field and title for old dossiers."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from contracts.observations import Observation
from services.domain.catalogue import Catalogue
from services.domain.dossier import fact_of_observation
from services.domain.reference import reference_of
from tests.unit.domain.agencies.province import BEGIN, CHANGE, said

EVE = CHANGE - timedelta(days=1)
LATER = date(2026, 1, 1)


def procedure(code: str, since: date = BEGIN, until: date | None = None, **more: Any) -> Observation:
    return said(
        "procedure_declared", code, **{"title": f"Thủ tục {code}", "valid_from": since, "valid_to": until} | more
    )


def catalogue(*observations: Observation) -> Catalogue:
    return reference_of(fact_of_observation(one) for one in observations).catalogue


def test_a_code_is_what_was_announced_for_the_day() -> None:
    found = catalogue(
        procedure("9.1", until=CHANGE, limit=10, unit="hour"), procedure("9.1", CHANGE, limit=8, unit="hour")
    )
    assert found.findings == ()
    limits = [one.limit for day in (BEGIN, EVE, CHANGE, LATER) if (one := found.at("9.1", day)) is not None]
    assert limits == [10, 10, 8, 8]
    assert found.at("9.1", BEGIN - timedelta(days=1)) is None
    assert found.at("9.2", BEGIN) is None


def test_a_replaced_code_keeps_its_title_and_leads_to_the_one_in_its_place() -> None:
    found = catalogue(
        procedure("9.1", until=CHANGE, replaced_by="9.2", field="G99-GD10"),
        procedure("9.2", CHANGE, LATER, replaced_by="9.3"),
        procedure("9.3", LATER),
    )
    assert found.findings == ()
    assert found.at("9.1", CHANGE) is None
    latest = found.latest("9.1", LATER)
    assert latest is not None
    assert (latest.title, latest.field) == ("Thủ tục 9.1", "G99-GD10")
    assert [one.code for day in (EVE, CHANGE, LATER) if (one := found.current("9.1", day)) is not None] == [
        "9.1",
        "9.2",
        "9.3",
    ]


def test_an_abolished_code_leads_nowhere() -> None:
    found = catalogue(procedure("9.1", until=CHANGE))
    assert found.findings == ()
    assert found.current("9.1", CHANGE) is None


@pytest.mark.parametrize(
    ("said", "kind", "text"),
    [
        ([procedure("9.1"), procedure("9.1", CHANGE)], "overlap", "both hold on 2025-07-01"),
        ([procedure("9.1", CHANGE, BEGIN)], "reversed", "is valid from 2025-07-01"),
        ([procedure("9.1", limit=5)], "incomplete", "has a limit and no unit"),
        ([procedure("9.1", unit="hour")], "incomplete", "has a unit and no limit"),
        ([procedure("9.1", replaced_by="9.2"), procedure("9.2")], "incomplete", "has no valid_to"),
        ([procedure("9.1", until=CHANGE, replaced_by="9.2")], "unknown", "by 9.2, which nobody declared"),
        (
            [procedure("9.1", until=CHANGE, replaced_by="9.2"), procedure("9.2", LATER)],
            "not_in_force",
            "is replaced by 9.2 on 2025-07-01, but that is not in force on that day",
        ),
        (
            [procedure("9.1", until=CHANGE, replaced_by="9.2"), procedure("9.2", until=LATER, replaced_by="9.1")],
            "not_in_force",
            "is replaced by 9.1 on 2026-01-01, but that is not in force on that day",
        ),
    ],
)
def test_what_cannot_be_meant_is_named(said: list[Observation], kind: str, text: str) -> None:
    findings = catalogue(*said).findings
    assert [one.kind for one in findings] == [kind]
    assert text in findings[0].text
