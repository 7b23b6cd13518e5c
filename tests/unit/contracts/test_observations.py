"""An observation's id is its claim's key and content: repeating gives the same, changing gives another."""

import json
from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from uuid import uuid5

import pytest
from pydantic import ValidationError

from contracts.observations import NAMESPACE, Observation, make_observation, observation_id, parse_observation

AT = datetime(2024, 5, 13, 2, 12, tzinfo=UTC)


def observe(**changes: Any) -> Observation:
    said: dict[str, Any] = {
        "tenant": "lang-son",
        "system": "one-stop",
        "code": "H99.10-240513-0007",
        "act": "status_reported",
        "occurred_at": AT,
        "observed_at": AT,
        "data": {"status": 4, "raw": "processing"},
    }
    return make_observation(**(said | changes))


def test_the_id_is_pinned_for_ever() -> None:
    # An id that changes between versions would make every repetition a new fact. The value is the SHA-1 of the
    # namespace's bytes and the canonical JSON, taken with a command-line tool, with the version and variant bits set.
    assert str(observe().id) == "2d94bcc8-7319-5ce3-b65f-1fa60ed3d0ac"


@pytest.mark.parametrize("code", ["Hồ sơ 7", 'a"b', "a\\b", "a/b", "\x80\u2028", "😀", "<&>'"])
def test_the_id_is_uuid5_of_the_canonical_json(code: str) -> None:
    due = {"due_at": datetime(2024, 5, 20, 17, 0, tzinfo=timezone(timedelta(hours=7)))}
    said = observe(code=code, act="accepted", act_id="4711", sequence=7, data={"agency": code, **due})
    # As other languages would write it: keys sorted, no blanks, characters as they are, moments in UTC.
    content = ["lang-son", "one-stop", code, "accepted", "4711", "2024-05-13T02:12:00+00:00", None, 7, None]
    data = {"agency": code, "due_at": "2024-05-20T10:00:00+00:00"}
    text = json.dumps([*content, data], sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    assert said.id == uuid5(NAMESPACE, text)


def test_bookkeeping_is_no_part_of_the_id() -> None:
    trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
    assert observe(observed_at=AT + timedelta(days=1), traceparent=trace).id == observe().id


def test_the_same_moment_in_another_zone_is_the_same() -> None:
    assert observe(occurred_at=AT.astimezone(timezone(timedelta(hours=7)))).id == observe().id


@pytest.mark.parametrize(
    "change",
    [
        {"tenant": "bac-giang"},
        {"system": "portal"},
        {"code": "H99.10-240513-0008"},
        {"occurred_at": AT + timedelta(microseconds=1)},
        {"act_id": "1"},
        {"item": "1"},
        {"sequence": 1},
        {"revision": AT},
        {"data": {"status": 5, "raw": "processing"}},
        {"data": {"status": 4, "raw": "waiting"}},
        {"data": {"status": 4, "raw": "processing", "agency": "H99.10"}},
    ],
)
def test_any_other_key_or_content_is_another_id(change: dict[str, Any]) -> None:
    assert observe(**change).id != observe().id


def test_bytes_come_back_as_they_went() -> None:
    said = observe(act_id="7", sequence=3)
    assert parse_observation(said.model_dump_json(exclude_none=True).encode()) == said
    assert observation_id(said) == said.id


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"tenant": "Lạng Sơn"}, "tenant"),
        ({"code": "A\x00B"}, "code"),
        ({"code": ""}, "code"),
        ({"occurred_at": datetime(1, 1, 1, tzinfo=UTC)}, "occurred_at"),
        ({"occurred_at": datetime(2024, 5, 13)}, "occurred_at"),  # noqa: DTZ001 - a moment without a zone is the case
        ({"data": {"status": 11, "raw": "x"}}, "status"),
        ({"data": {"status": 4, "raw": "x", "channel": "fax"}}, "channel"),
        ({"data": {"status": 4, "raw": "x" * 201}}, "raw"),
    ],
)
def test_what_cannot_be_said_is_refused_by_name(change: dict[str, Any], where: str) -> None:
    with pytest.raises(ValidationError) as refused:
        observe(**change)
    assert where in {str(part) for error in refused.value.errors() for part in error["loc"]}


def test_an_announcement_cannot_be_observed() -> None:
    with pytest.raises(KeyError):
        observe(act="restated")
