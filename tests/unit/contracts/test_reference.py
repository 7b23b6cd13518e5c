"""Reference statements: whatever they may hold fits into one message, and nothing is read as what nobody meant."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from typing import Any

import pytest
from pydantic import ValidationError

from contracts.claims import ACTS
from contracts.codes import FORM_LEVEL, LEVEL_LABELS
from contracts.dossier_events import encode
from contracts.observations import encode_observation, make_observation
from services.domain.authority import Connections
from services.domain.batch import Batch
from services.domain.dossier import fact_of_observation
from services.messaging.kafka_publisher import BATCH_BYTES_MAX

WIDE = "\U0001f4c5"
"""A character of four bytes, the most that one takes."""
CODE, TITLE, LABEL = WIDE * 128, WIDE * 1_000, WIDE * 200
DAY = date(2024, 5, 13)
AT = datetime(2024, 5, 13, tzinfo=UTC)
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

FULL: dict[str, dict[str, Any]] = {
    "agency_declared": {"title": TITLE, "level": "department", "valid_from": DAY, "valid_to": DAY, "parent": CODE},
    "agency_succeeded": {"kind": "split_into", "to": [CODE] * 100, "on": DAY},
    "procedure_declared": {
        "title": TITLE,
        "field": CODE,
        "field_title": TITLE,
        "level": "department",
        "limit": 100_000,
        "unit": "calendar_day",
        "paper_result": False,
        "fee": False,
        "components": 1_000,
        "online": "information",
        "valid_from": DAY,
        "valid_to": DAY,
        "replaced_by": CODE,
    },
    "calendar_declared": {
        "version": CODE,
        "zone": "Z" * 64,
        "years": list(range(2000, 2020)),
        "seasons": [
            {
                "first_day": DAY,
                "last_day": DAY,
                "agency": CODE,
                "weekdays": dict.fromkeys(WEEKDAYS, [{"opens": "07:00", "closes": "11:30"}] * 4),
            }
        ]
        * 150,
        "rest_days": [{"date": DAY, "title": LABEL, "agency": CODE}] * 400,
        "make_up_days": [{"date": DAY, "in_place_of": DAY, "agency": CODE}] * 100,
    },
    "figures_submitted": {
        "version": CODE,
        "first_day": DAY,
        "last_day": DAY,
        "agency": CODE,
        "figures": {f"{number:064}": 10**15 for number in range(10_000)},
        "submitted_to": "b" * 40,
        "reference": CODE,
    },
}


def test_every_reference_act_is_measured_with_every_field() -> None:
    acts = {act for act, (claim, _) in ACTS.items() if claim.__module__ == "contracts.reference"}
    assert acts == set(FULL)
    assert all(set(FULL[act]) == set(ACTS[act][0].model_fields) for act in acts)


@pytest.mark.parametrize("act", sorted(FULL))
def test_a_statement_at_all_its_bounds_fits_into_one_message(act: str) -> None:
    observation = make_observation(
        tenant="t" * 40,
        system="s" * 40,
        code=CODE,
        act=act,
        occurred_at=AT,
        observed_at=AT,
        act_id=CODE,
        item=CODE,
        sequence=2**62,
        revision=AT,
        traceparent="0" * 55,
        data=FULL[act],
    )
    batch = Batch(tenant="t" * 40, last_position=2**62, recorded_at=AT, codes={}, held={}, connections=Connections())
    event = batch.record(
        None, fact_of_observation(observation), state=None, changed={}, previous=None, traceparent="0" * 55
    )
    # A producer takes less than the topics would; its batch has a head of its own, of less than a hundred bytes.
    assert len(encode_observation(observation)) < BATCH_BYTES_MAX - 1_000
    assert len(encode(event)) < BATCH_BYTES_MAX - 1_000


@pytest.mark.parametrize("many", ["seasons", "rest_days", "make_up_days", "years"])
def test_a_list_beyond_its_bound_is_refused(many: str) -> None:
    claim = ACTS["calendar_declared"][0]
    full = FULL["calendar_declared"]
    with pytest.raises(ValidationError, match=many):
        claim.model_validate(full | {many: [*full[many], full[many][0]]})


@pytest.mark.parametrize("day", [20240513, 1715558400.0, "13/05/2024", "2024-02-30", "1899-12-31", "2200-01-01", None])
def test_a_day_is_a_day(day: object) -> None:
    with pytest.raises(ValidationError, match="valid_from"):
        ACTS["agency_declared"][0].model_validate(FULL["agency_declared"] | {"valid_from": day})


@pytest.mark.parametrize("cell", ["", "a b", 'a"b', "a\\b", "ô/3", "x" * 65])
def test_a_cell_is_named_by_codes(cell: str) -> None:
    with pytest.raises(ValidationError, match="figures"):
        ACTS["figures_submitted"][0].model_validate(FULL["figures_submitted"] | {"figures": {cell: 1}})


def test_every_level_has_its_label_and_its_place_in_the_forms() -> None:
    schema = json.dumps(ACTS["agency_declared"][0].model_json_schema()["properties"]["level"]["enum"])
    assert json.loads(schema) == list(LEVEL_LABELS) == list(FORM_LEVEL)
    # A provincial department's dossiers stand in the forms' row of the province.
    assert FORM_LEVEL["department"] == "province"
