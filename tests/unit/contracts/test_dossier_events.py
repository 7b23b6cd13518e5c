"""Stored event = wire event: CloudEvents that their own library reads, and that old and new versions of us read."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from cloudevents.core.formats.json import JSONFormat
from cloudevents.core.v1.event import CloudEvent
from pydantic import ValidationError
from pydantic_core import to_json

from contracts.dossier_events import EVENT_TYPES, encode
from contracts.published import EXAMPLES
from contracts.topics import partition_of
from contracts.upcasting import parse_event, parse_event_to_fold

EXAMPLE = EXAMPLES / "dossier.accepted.v1.json"


def stems() -> list[str]:
    return sorted(kind.removeprefix("vn.khop.") for kind in EVENT_TYPES)


@pytest.mark.parametrize("stem", stems())
def test_the_cloudevents_library_reads_every_event(stem: str) -> None:
    raw = (EXAMPLES / f"{stem}.json").read_bytes()
    theirs = JSONFormat().read(CloudEvent, raw)
    ours = parse_event(raw)
    assert theirs.get_specversion() == "1.0"
    assert theirs.get_id() == str(ours.id)
    assert theirs.get_source() == ours.source
    assert theirs.get_type() == ours.type
    assert theirs.get_subject() == ours.subject
    assert theirs.get_time() == ours.time
    assert theirs.get_data() == json.loads(raw)["data"]


@pytest.mark.parametrize("stem", stems())
def test_bytes_come_back_as_they_went(stem: str) -> None:
    raw = (EXAMPLES / f"{stem}.json").read_bytes()
    assert json.loads(encode(parse_event(raw))) == json.loads(raw)


def test_an_event_knows_its_act_tenant_and_system() -> None:
    event = parse_event(EXAMPLE.read_bytes())
    assert (event.act, event.tenant, event.system) == ("accepted", "lang-son", "one-stop")


def test_a_field_of_a_newer_version_is_passed_over() -> None:
    newer = json.loads(EXAMPLE.read_bytes())
    newer["data"]["desk"] = "3"
    newer["state"]["colour"] = "green"
    assert parse_event(to_json(newer)) == parse_event(EXAMPLE.read_bytes())


def lift(event: dict[str, Any]) -> dict[str, Any]:
    """A version 0 that only this test knows: it called the due date `promised`."""
    data = dict(event["data"])
    data["due_at"] = data.pop("promised")
    return event | {"type": "vn.khop.dossier.accepted.v1", "data": data}


def test_an_old_version_is_lifted_step_by_step() -> None:
    current = json.loads(EXAMPLE.read_bytes())
    old = json.loads(EXAMPLE.read_bytes()) | {"type": "vn.khop.dossier.accepted.v0"}
    old["data"]["promised"] = old["data"].pop("due_at")
    lifted = parse_event(to_json(old), {"vn.khop.dossier.accepted.v0": lift})
    assert json.loads(encode(lifted)) == current


def test_an_unknown_type_is_an_error_and_never_skipped() -> None:
    unknown = json.loads(EXAMPLE.read_bytes()) | {"type": "vn.khop.dossier.accepted.v9"}
    with pytest.raises(ValidationError):
        parse_event(to_json(unknown))


@pytest.mark.parametrize(
    ("tenant", "partition"),
    [("lang-son", 6), ("bac-giang", 8), ("quang-nam", 0)],
)
def test_the_partition_of_a_tenant_is_written_down(tenant: str, partition: int) -> None:
    # The CRC-32 of each name was read from the trailer that gzip writes.
    assert partition_of(tenant, 12) == partition


READ_TO_FOLD = {
    *("id", "source", "type", "subject", "time", "observedtime", "position", "previous", "code"),
    *("actid", "item", "actsequence", "revision", "data"),
}


@pytest.mark.parametrize("stem", stems())
def test_what_is_read_to_fold_is_a_part_of_the_whole_event(stem: str) -> None:
    raw = (EXAMPLES / f"{stem}.json").read_bytes()
    whole, part = parse_event(raw), parse_event_to_fold(raw)
    for name in READ_TO_FOLD | {"act", "tenant", "system"}:
        assert getattr(part, name) == getattr(whole, name), name
    assert whole.state is not None
    assert part.state is not None
    assert (part.state.codes, part.state.merged_into) == (whole.state.codes, whole.state.merged_into)


@pytest.mark.parametrize("name", sorted(READ_TO_FOLD))
def test_what_is_read_to_fold_is_held_to_the_same_contract(name: str) -> None:
    example = json.loads(EXAMPLE.read_bytes())
    broken: list[dict[str, Any]] = [example | {name: value} for value in ("", "\n", -1, [], {"status": 11})]
    for raw in map(to_json, [*broken, {key: value for key, value in example.items() if key != name}]):
        assert _refusal(parse_event, raw) == _refusal(parse_event_to_fold, raw)


def _refusal(parse: Callable[[bytes], object], raw: bytes) -> list[Any]:
    try:
        parse(raw)
    except ValidationError as error:
        return error.errors(include_url=False)
    return []
