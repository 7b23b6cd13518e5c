"""Which documents the contracts publish: one JSON Schema and one full example per act, event type, finding
and set of figures.

Both are generated, checked in and held equal to the models, so that a team in any language can read them and so
that a change to a contract is seen in review.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Final

from pydantic import BaseModel

from contracts.claims import ACTS
from contracts.dossier_events import EVENT_TYPES, DossierState, type_of
from contracts.findings import Finding
from contracts.observations import OBSERVATION_TYPES
from contracts.statistics import AgencyMonth
from contracts.topics import FINDINGS, STATISTICS, TopicSpec

ROOT: Final = Path(__file__).parent
SCHEMAS: Final = ROOT / "schemas"
EXAMPLES: Final = ROOT / "examples"

_AT: Final = datetime(2024, 5, 13, 2, 12, tzinfo=UTC)
_LATER: Final = datetime(2024, 5, 20, 10, 0, tzinfo=UTC)
_DOSSIER: Final = "77a7f2d1-90c5-5d8e-8a51-2f4f6c1f9a10"
_EVENT: Final = "9f0a6c1e-31f4-5c0e-9d6b-0b8a0c6c2f11"

_FILLED: Final[dict[str, Any]] = {
    "channel": "online",
    "agency": "H99.10",
    "receiving_agency": "H99.10.03",
    "procedure": "9.000123",
    "status": 4,
    "raw": "processing",
    "due_at": _LATER,
    "previous_due_at": datetime(2024, 5, 17, 10, 0, tzinfo=UTC),
    "reply_by": _LATER,
    "at": _AT,
    "round": "1",
    "reference": "PAY-0007",
    "reason": "incomplete",
    "legal_basis": "9.000123/2",
    "step": "appraisal",
    "unit": "H99.10/land",
    "by": "counter",
    "new_code": "H99.11-240513-0007",
    "previous_agency": "H99.09",
    "amount_vnd": 120000,
    "via": "national",
    "component": "TP-01",
    "reused": False,
    "result": "KQ.H99.000122",
    "document": "12/GP-H99",
    "digitally": True,
    "request": "RQ-1",
    "system": "portal",
    "code": "P-1187",
    "act": "accepted",
    "act_id": "4711",
    "item": "TP-01",
    "kind": "one_stop",
    "agencies": ("H99.10",),
    "cause": _EVENT,
    "survivor": _DOSSIER,
    "absorbed": _EVENT,
    "origin": _DOSSIER,
    "parted": _EVENT,
    "title": "UBND huyện Mẫu",
    "level": "district",
    "valid_from": date(2019, 1, 1),
    "valid_to": date(2025, 7, 1),
    "parent": "H99",
    "to": ("H99.31", "H99.32"),
    "on": date(2025, 7, 1),
    "field": "G99-GD10",
    "field_title": "Đất đai",
    "limit": 15,
    "paper_result": True,
    "fee": False,
    "components": 4,
    "online": "partial",
    "replaced_by": "9.000124",
    "version": "2024-1",
    "zone": "Asia/Ho_Chi_Minh",
    "years": (2024,),
    "seasons": (
        {
            "first_day": date(2024, 1, 1),
            "last_day": date(2024, 12, 31),
            "agency": "H99.10",
            "weekdays": {"monday": ({"opens": "07:00", "closes": "11:30"}, {"opens": "13:30", "closes": "17:00"})},
        },
    ),
    "rest_days": ({"date": date(2024, 4, 30), "title": "Ngày Chiến thắng", "agency": "H99.10"},),
    "make_up_days": ({"date": date(2024, 5, 4), "in_place_of": date(2024, 4, 29), "agency": "H99.10"},),
    "first_day": date(2024, 1, 1),
    "last_day": date(2024, 3, 31),
    "figures": {"3": 171_997, "G99-GD10/3": 120},
    "submitted_to": "bcqg",
}
"""One value per field name: every field of every claim is present in its example, so that none can vanish unseen."""

_FILLED_OF: Final[dict[str, dict[str, Any]]] = {
    "agency_succeeded": {"kind": "split_into"},
    "procedure_declared": {"unit": "working_day"},
}
"""The same for one act, where it means something else by the name than the others do."""

OTHERS: Final[dict[str, tuple[TopicSpec, type[BaseModel], dict[str, Any]]]] = {
    "finding.v1": (
        FINDINGS,
        Finding,
        {
            "tenant": "lang-son",
            "system": "portal",
            "dossier": _DOSSIER,
            "position": 88412,
            "found_at": _AT,
            "differences": (
                {"field": "status", "expected": 9, "shown": 4},
                {"field": "agency", "expected": "H99.10", "shown": "H99.09"},
                {"field": "void", "expected": False, "shown": True},
            ),
            "repair": "3f0c1a5be2d94e77",
        },
    ),
    "statistics.agency-month.v1": (
        STATISTICS,
        AgencyMonth,
        {
            "tenant": "lang-son",
            "agency": "H99.10",
            "month": "2024-05",
            "date": date(2024, 5, 13),
            "position": 88412,
            "definition": "II.06a",
            "version": 1,
            "zone": "Asia/Ho_Chi_Minh",
            "due": "day",
            "mode": "as_was",
            "figures": {"3": 412, "4": 391, "5": 12, "6": 9, "7": 207, "11": 205, "12": 201, "13": 4},
            "falls_due": 3,
        },
    ),
}
"""Contracts that are neither an observation nor an event: file stem → topic, model and a full example."""


def documents() -> dict[str, type[BaseModel]]:
    """File stem → model, for every contract that is published."""
    found: dict[str, type[BaseModel]] = {f"observation.{act}.v1": model for act, model in OBSERVATION_TYPES.items()}
    found.update({kind.removeprefix("vn.khop."): model for kind, model in EVENT_TYPES.items()})
    found.update({stem: model for stem, (_, model, _) in OTHERS.items()})
    return dict(sorted(found.items()))


def schema(model: type[BaseModel]) -> dict[str, Any]:
    """The JSON Schema (2020-12) of what is written."""
    return {"$schema": "https://json-schema.org/draft/2020-12/schema"} | model.model_json_schema(mode="serialization")


def example(stem: str) -> dict[str, Any]:
    """A full example: every field of the contract has a value."""
    if stem in OTHERS:
        _, model, filled = OTHERS[stem]
        return _shown(model, filled)
    scope_act = next(act for act in ACTS if stem in {f"observation.{act}.v1", type_of(act).removeprefix("vn.khop.")})
    claim = ACTS[scope_act][0]
    filled = _FILLED | _FILLED_OF.get(scope_act, {})
    data = {name: filled[name] for name in claim.model_fields}
    if stem.startswith("observation."):
        body = {
            "id": _EVENT,
            "tenant": "lang-son",
            "system": "one-stop",
            "code": "H99.10-240513-0007",
            "act": scope_act,
            "occurred_at": _AT,
            "observed_at": _AT,
            "act_id": "4711",
            "item": "TP-01",
            "sequence": 7,
            "revision": _LATER,
            "traceparent": "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
            "data": data,
        }
    else:
        body = {
            "id": _EVENT,
            "source": "/tenants/lang-son/systems/one-stop",
            "type": type_of(scope_act),
            "subject": _DOSSIER,
            "time": _AT,
            "recordedtime": _AT,
            "observedtime": _AT,
            "position": 88412,
            "previous": 88020,
            "code": "H99.10-240513-0007",
            "actid": "4711",
            "item": "TP-01",
            "actsequence": 7,
            "revision": _LATER,
            "traceparent": "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
            "data": data,
            "state": _state(),
            "changed": {"status": "one-stop", "clock": "one-stop"},
        }
    return _shown(documents()[stem], body)


def _shown(model: type[BaseModel], body: dict[str, Any]) -> dict[str, Any]:
    return model.model_validate(body).model_dump(mode="json", exclude_none=True)


def _state() -> DossierState:
    return DossierState(
        status=4,
        clock="running",
        submitted_at=_AT,
        accepted_at=_AT,
        due_at=_LATER,
        ended_at=_LATER,
        returned_at=_LATER,
        outcome="finished",
        channel="online",
        agency="H99.10",
        procedure="9.000123",
        codes={"one-stop": ("H99.10-240513-0007",), "portal": ("P-1187",)},
        merged_into=_EVENT,
    )
