"""The published documents are those of the models, and a change that would break a reader is named."""

import json
from copy import deepcopy
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from contracts.check import incompatibilities, outdated
from contracts.claims import ACTS, Claim
from contracts.compatibility import breaks
from contracts.observations import OBSERVATION_TYPES
from contracts.published import EXAMPLES, ROOT, SCHEMAS, documents, schema

PERSONAL = ("name", "owner", "applicant", "phone", "email", "address", "identity_number", "birth", "note", "content")


def accepted() -> dict[str, Any]:
    document: dict[str, Any] = deepcopy(schema(OBSERVATION_TYPES["accepted"]))
    return document


def test_documents_are_current_and_nothing_is_broken() -> None:
    assert incompatibilities() == []
    assert outdated() == []
    assert {file.stem for file in SCHEMAS.glob("*.json")} == set(documents())


@pytest.mark.parametrize("stem", sorted(documents()))
def test_every_example_satisfies_its_schema(stem: str) -> None:
    written = json.loads((EXAMPLES / f"{stem}.json").read_text(encoding="utf-8"))
    Draft202012Validator(json.loads((SCHEMAS / f"{stem}.json").read_text(encoding="utf-8"))).validate(written)


@pytest.mark.parametrize(
    ("topic", "stem"),
    [
        ("khop.observations.v1", "observation.accepted.v1"),
        ("khop.dossier-events.v1", "dossier.accepted.v1"),
        ("khop.findings.v1", "finding.v1"),
        ("khop.statistics.v1", "statistics.agency-month.v1"),
    ],
)
def test_the_page_says_what_is_in_a_topic(topic: str, stem: str) -> None:
    page = (ROOT / "asyncapi.yaml").read_text(encoding="utf-8")
    of_topic = page.partition(f"\n  {topic}:\n")[2].partition("\n  khop.")[0]
    assert f"$ref: ./schemas/{stem}.json\n" in f"{of_topic}\n"


def test_every_canonical_act_has_a_contract() -> None:
    # The list of the one-stop regime's acts, written out here a second time on purpose.
    canonical = {
        "submitted",
        "acceptance_supplement_requested",
        "accepted",
        "refused",
        "forwarded",
        "step_completed",
        "supplement_requested",
        "supplement_received",
        "financial_obligation_requested",
        "financial_obligation_fulfilled",
        "suspended",
        "resumed",
        "due_date_changed",
        "withdrawal_requested",
        "withdrawn",
        "processing_stopped",
        "processing_finished",
        "result_returned",
        "result_recalled",
        "reopened",
        "voided",
        "recoded",
        "reassigned",
        "payment_confirmed",
        "status_reported",
        "linked",
        "unlinked",
        "retracted",
        "restated",
        "merged",
        "split",
        "component_digitised",
        "result_digitised",
        "document_signed",
        "identity_verified",
        "system_connected",
        "system_disconnected",
        "agency_declared",
        "agency_succeeded",
        "procedure_declared",
        "calendar_declared",
        "figures_submitted",
    }
    assert set(ACTS) == canonical


def test_no_contract_has_a_field_for_personal_data() -> None:
    for claim, _ in ACTS.values():
        for field in claim.model_fields:
            assert not any(word == field or field.endswith(f"_{word}") for word in PERSONAL), (claim, field)


def test_a_removed_field_is_named_with_what_to_do() -> None:
    new = accepted()
    del new["$defs"]["DossierAccepted"]["properties"]["due_at"]
    (sentence,) = breaks(accepted(), new)
    assert sentence.startswith("/data/due_at: the field is gone; keep it")


def test_a_newly_required_field_is_named() -> None:
    new = accepted()
    new["$defs"]["DossierAccepted"]["required"] = ["agency"]
    (sentence,) = breaks(accepted(), new)
    assert "/data/agency: it has become required" in sentence


@pytest.mark.parametrize(
    ("path", "value", "word"),
    [
        (("properties", "tenant", "maxLength"), 10, "maxLength became 10 (was 40)"),
        (("properties", "tenant", "pattern"), "^x$", "pattern became ^x$"),
        (("properties", "tenant", "type"), "integer", "the type string became integer"),
    ],
)
def test_a_narrowed_value_is_named(path: tuple[str, ...], value: object, word: str) -> None:
    new = accepted()
    place: Any = new
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    assert any(word in sentence for sentence in breaks(accepted(), new))


def test_a_lost_code_of_a_list_is_named() -> None:
    old = {"enum": ["direct", "online", "postal"]}
    assert "postal no longer allowed" in breaks(old, {"enum": ["direct", "online"]})[0]


def test_an_optional_field_and_a_wider_bound_are_welcome() -> None:
    new = accepted()
    new["$defs"]["DossierAccepted"]["properties"]["desk"] = {"type": "string"}
    new["properties"]["tenant"]["maxLength"] = 80
    assert breaks(accepted(), new) == []


def test_a_claim_refuses_an_unknown_key_by_name() -> None:
    with pytest.raises(ValueError, match="owner_name"):
        Claim.model_validate({"owner_name": "x"})
