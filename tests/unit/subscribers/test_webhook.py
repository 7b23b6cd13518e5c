"""A webhook says what every kind of answer means, and never counts silence as success."""

import hashlib
import hmac
import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest

from services.deliveries.port import Subscriber
from services.subscribers.kinds import UnknownKind, portal_of
from services.subscribers.port import NoReply, NotAnswered, Parcel, Portal, Request, Response, Unreachable
from services.subscribers.signature import verify
from services.subscribers.webhook import BadSettings, connect

NOW = datetime(2024, 5, 13, 9, 0, tzinfo=UTC)
SECRET = "a secret of enough characters"
SUBJECT, OTHER = str(UUID(int=1)), str(UUID(int=2))
BODY = b'{"specversion":"1.0","subject":"x","position":7,"state":{"codes":{}}}'


class HeldClock:
    """A clock that stands still."""

    def now(self) -> datetime:
        return NOW

    async def sleep(self, seconds_s: float) -> None:
        raise AssertionError(f"a webhook does not wait, least of all {seconds_s} s")


class Line:
    """Answers each request by a function and keeps the requests."""

    def __init__(self, answer: Callable[[Request], Response]) -> None:
        self._answer = answer
        self.requests: list[Request] = []

    async def send(self, request: Request, *, timeout_s: float) -> Response:
        assert timeout_s == 5
        self.requests.append(request)
        return self._answer(request)


def webhook(answer: Callable[[Request], Response], **settings: str) -> tuple[Portal, Line]:
    line = Line(answer)
    given = {"url": "http://portal/khop/", "secret": SECRET, **settings}
    return connect(settings=given, transport=line, clock=HeldClock()), line


def parcel(number: int, subject: str = SUBJECT, body: bytes = BODY, **more: str) -> Parcel:
    return Parcel(number=number, key=f"portal:{subject}:{number}", subject=subject, body=body, **more)


def answering(*results: Mapping[str, Any], status: int = 200) -> Callable[[Request], Response]:
    return lambda _: Response(status, json.dumps({"results": results}).encode())


def items(request: Request) -> list[dict[str, Any]]:
    document = json.loads(request.body)
    return document if isinstance(document, list) else [document]


def accept_all(request: Request) -> Response:
    return answering(*({"number": each["khopdelivery"], "outcome": "accepted"} for each in items(request)))(request)


async def test_a_batch_is_one_signed_request_of_the_stored_events_with_their_delivery_attributes() -> None:
    portal, line = webhook(accept_all)
    await portal.deliver([parcel(1), parcel(2, OTHER, repair="ab12", into=SUBJECT)])
    [request] = line.requests
    assert request.url == "http://portal/khop/cloudevents"
    assert request.headers["content-type"] == "application/cloudevents-batch+json"
    stored = json.loads(BODY)
    assert items(request) == [
        stored | {"khopdelivery": 1, "khopkey": f"portal:{SUBJECT}:1"},
        stored | {"khopdelivery": 2, "khopkey": f"portal:{OTHER}:2", "khoprepair": "ab12", "khopinto": SUBJECT},
    ]
    expected = hmac.new(SECRET.encode(), b"1715590800." + request.body, hashlib.sha256).hexdigest()
    assert request.headers["khop-timestamp"] == "1715590800"
    assert request.headers["khop-signature"] == f"v1={expected}"


async def test_single_mode_sends_one_event_with_its_key_in_the_headers() -> None:
    portal, line = webhook(accept_all, batch_max="1")
    answers = await portal.deliver([parcel(1), parcel(2, OTHER)])
    assert [answer.outcome for answer in answers] == ["accepted", "accepted"]
    assert [request.headers["content-type"] for request in line.requests] == ["application/cloudevents+json"] * 2
    assert line.requests[0].headers["khop-delivery"] == "1"
    assert line.requests[0].headers["khop-key"] == f"portal:{SUBJECT}:1"
    assert isinstance(json.loads(line.requests[0].body), dict)


async def test_each_item_has_its_own_outcome_and_one_left_out_is_unknown() -> None:
    portal, _ = webhook(
        answering(
            {"number": 3, "outcome": "skipped"},
            {"number": 1, "outcome": "accepted", "code": "P-1"},
            {"number": 2, "outcome": "rejected", "reason": "unknown_procedure"},
            {"number": 5, "outcome": "maybe"},
        )
    )
    answers = await portal.deliver([parcel(number, str(UUID(int=number))) for number in (1, 2, 3, 4, 5)])
    assert [(answer.outcome, answer.code) for answer in answers] == [
        ("accepted", "P-1"),
        ("rejected", None),
        ("postponed", None),
        ("unknown", None),
        ("unknown", None),
    ]
    assert answers[1].detail == "rejected: unknown_procedure"
    assert not any(answer.whole for answer in answers)


async def test_a_reason_that_could_be_prose_about_a_person_is_not_kept() -> None:
    portal, _ = webhook(answering({"number": 1, "outcome": "rejected", "reason": "Nguyễn Văn A, 12 Lê Lợi"}))
    [answer] = await portal.deliver([parcel(1)])
    assert answer.detail == "rejected: no reason word"


@pytest.mark.parametrize("code", ["", "x" * 129, "a\x00b", 12])
async def test_a_code_that_is_none_is_not_passed_on_but_the_delivery_stands(code: object) -> None:
    portal, _ = webhook(answering({"number": 1, "outcome": "accepted", "code": code}))
    [answer] = await portal.deliver([parcel(1)])
    assert (answer.outcome, answer.code) == ("accepted", None)
    assert "no code" in answer.detail


@pytest.mark.parametrize(
    ("response", "outcome"),
    [
        (Response(500, b""), "unknown"),
        (Response(502, b"<html>"), "unknown"),
        (Response(200, b"<html>ok</html>"), "unknown"),
        (Response(200, b'{"results": "all"}'), "unknown"),
        (Response(202, b'{"results": [{"number": 1, "outcome": "accepted"}]}'), "unknown"),
        (Response(302, b""), "unknown"),
        (Response(401, b""), "postponed"),
        (Response(404, b""), "postponed"),
        (Response(408, b""), "postponed"),
        (Response(429, b""), "postponed"),
    ],
)
async def test_an_answer_about_the_whole_request_blames_no_parcel(response: Response, outcome: str) -> None:
    portal, _ = webhook(lambda _: response)
    answers = await portal.deliver([parcel(1), parcel(2, OTHER)])
    assert [(answer.outcome, answer.whole) for answer in answers] == [(outcome, True)] * 2


@pytest.mark.parametrize(("fault", "outcome"), [(Unreachable("ConnectError"), "postponed"), (NoReply("x"), "unknown")])
async def test_not_sent_and_not_answered_are_different_things(fault: Exception, outcome: str) -> None:
    def answer(_: Request) -> Response:
        raise fault

    portal, _ = webhook(answer)
    [given] = await portal.deliver([parcel(1)])
    assert (given.outcome, given.whole) == (outcome, True)


@pytest.mark.parametrize(
    ("header", "wait_s"), [("7", 7.0), ("Mon, 13 May 2024 09:01:00 GMT", 60.0), ("soon", None), (None, None)]
)
async def test_retry_after_is_heeded_in_both_its_forms(header: str | None, wait_s: float | None) -> None:
    headers = {} if header is None else {"retry-after": header}
    portal, _ = webhook(lambda _: Response(429, b"", headers))
    [answer] = await portal.deliver([parcel(1)])
    assert answer.retry_after_s == wait_s


async def test_a_refused_batch_is_halved_until_the_one_that_displeases_is_found() -> None:
    bad = str(UUID(int=5))

    def answer(request: Request) -> Response:
        if any(each["khopkey"].startswith(f"portal:{bad}") for each in items(request)):
            return Response(422, b"")
        return accept_all(request)

    portal, line = webhook(answer)
    answers = await portal.deliver([parcel(number, str(UUID(int=number))) for number in range(8)])
    assert [answer.outcome for answer in answers] == ["accepted"] * 5 + ["rejected"] + ["accepted"] * 2
    assert [len(items(request)) for request in line.requests] == [8, 4, 4, 2, 1, 1, 2]


async def test_nothing_of_a_dossier_is_sent_behind_one_that_was_not_taken() -> None:
    def answer(request: Request) -> Response:
        return (
            Response(422, b"")
            if len(items(request)) > 1 or items(request)[0]["khopdelivery"] == 1
            else accept_all(request)
        )

    portal, line = webhook(answer)
    answers = await portal.deliver([parcel(1), parcel(2, OTHER), parcel(3, SUBJECT), parcel(4, OTHER)])
    assert [answer.outcome for answer in answers] == ["rejected", "accepted", "postponed", "accepted"]
    assert [[each["khopdelivery"] for each in items(request)] for request in line.requests] == [
        [1, 2, 3, 4],
        [1, 2],
        [1],
        [2],
        [4],
    ]


async def test_requests_stay_below_a_megabyte() -> None:
    portal, line = webhook(accept_all)
    big = b'{"pad":"' + b"x" * 400_000 + b'"}'
    await portal.deliver([parcel(number, str(uuid4()), big) for number in range(5)])
    assert [len(items(request)) for request in line.requests] == [2, 2, 1]
    assert all(len(request.body) < 1024 * 1024 for request in line.requests)


async def test_asking_tells_had_refused_and_absent_apart() -> None:
    answers = {
        "1": Response(200, b'{"outcome": "accepted", "code": "P-1"}'),
        "2": Response(200, b'{"outcome": "rejected", "reason": "closed"}'),
        "3": Response(404, b""),
        "4": Response(200, b'{"outcome": "absent"}'),
        "5": Response(500, b""),
        "6": Response(200, b"what?"),
    }
    portal, line = webhook(lambda request: answers[request.url.rpartition(":")[2]])
    given = [await portal.ask(parcel(number)) for number in range(1, 7)]
    assert [answer and (answer.outcome, answer.code) for answer in given] == [
        ("accepted", "P-1"),
        ("rejected", None),
        None,
        None,
        ("unknown", None),
        ("unknown", None),
    ]
    assert line.requests[0].method == "GET"
    assert line.requests[0].url == f"http://portal/khop/deliveries/portal:{SUBJECT}:1"
    sent = line.requests[0]
    assert verify(
        SECRET, b"", timestamp=sent.headers["khop-timestamp"], signature=sent.headers["khop-signature"], now=NOW
    )


async def test_nobody_there_to_ask_leaves_the_doubt() -> None:
    def answer(_: Request) -> Response:
        raise Unreachable("ConnectError")

    portal, _ = webhook(answer)
    given = await portal.ask(parcel(1))
    assert given is not None
    assert (given.outcome, given.detail) == ("unknown", "asked: no connection: ConnectError")


async def test_states_are_read_in_bulk_and_one_left_out_is_no_answer() -> None:
    shown = {"states": [{"dossier": SUBJECT, "state": {"status": 4}}, {"dossier": OTHER, "state": None}]}
    portal, line = webhook(lambda _: Response(200, json.dumps(shown).encode()))
    assert await portal.states([(UUID(SUBJECT), ["P-1"]), (UUID(OTHER), [])]) == {
        UUID(SUBJECT): {"status": 4},
        UUID(OTHER): None,
    }
    assert json.loads(line.requests[0].body) == {
        "items": [{"dossier": SUBJECT, "codes": ["P-1"]}, {"dossier": OTHER, "codes": []}]
    }
    with pytest.raises(NotAnswered, match="1 of 2 dossiers left out"):
        await portal.states([(UUID(SUBJECT), []), (UUID(int=9), [])])


@pytest.mark.parametrize("response", [Response(500, b""), Response(200, b"{}"), Response(200, b'{"states": 1}')])
async def test_states_that_cannot_be_read_are_no_states(response: Response) -> None:
    portal, _ = webhook(lambda _: response)
    with pytest.raises(NotAnswered):
        await portal.states([(UUID(SUBJECT), [])])


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"url": "portal.example"}, "url: 'portal.example'"),
        ({"secret": "short"}, "secret: too short"),
        ({"batch_max": "0"}, "batch_max: '0' is not a whole number from 1 to 1000"),
        ({"batch_max": "many"}, "batch_max: 'many'"),
        ({"timeout": "5"}, "timeout: a webhook has no such setting; it has .*timeout_s"),
    ],
)
def test_settings_that_cannot_be_used_are_named(settings: dict[str, str], words: str) -> None:
    with pytest.raises(BadSettings, match=words):
        webhook(accept_all, **settings)


def test_an_unknown_kind_says_which_there_are() -> None:
    subscriber = Subscriber(tenant="lang-son", name="portal", kind="fax", start="now", settings={})
    with pytest.raises(UnknownKind, match="kind: 'fax' is none of webhook"):
        portal_of(subscriber, transport=Line(accept_all), clock=HeldClock())


@pytest.mark.parametrize(
    ("timestamp", "signature_of", "valid"),
    [("1715590800", "1715590800", True), ("1715590499", "1715590499", False), ("1715590800", "1715590801", False)],
)
def test_a_signature_is_bound_to_its_time_and_grows_old(timestamp: str, signature_of: str, valid: bool) -> None:
    digest = hmac.new(SECRET.encode(), f"{signature_of}.body".encode(), hashlib.sha256).hexdigest()
    assert verify(SECRET, b"body", timestamp=timestamp, signature=f"v1={digest}", now=NOW) is valid
