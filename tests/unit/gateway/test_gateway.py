"""The gateway over its own HTTP face: what is accepted, what is refused and how, and who may see what."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from contracts.observations import parse_observation
from contracts.topics import OBSERVATIONS
from services.event_store.memory import MemoryEventStore
from services.gateway.app import build
from services.keys.memory import MemoryKeys
from services.keys.port import Scope, new_key
from services.messaging.memory import MemoryBroker
from services.projections.dossiers import DOSSIERS
from services.projections.memory import MemoryReadModels
from services.projections.port import TableChanges
from services.projections.tables import DossierRow
from services.runtime.metrics import Metrics
from services.runtime.unavailable import DatabaseUnavailable
from tests.recorded import Log, dossier_id

NOW = datetime(2024, 6, 1, tzinfo=UTC)
ACCEPTED = {"code": "H99.10-240513-0007", "act": "accepted", "occurred_at": "2024-05-13T09:12:00+07:00", "data": {}}


class HeldClock:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.at = NOW

    def now(self) -> datetime:
        return self.at

    async def sleep(self, seconds_s: float) -> None:
        raise AssertionError(f"nothing here waits {seconds_s} s")


class Bench:
    """A gateway on memory adapters, and a client for it."""

    def __init__(self) -> None:
        self.clock = HeldClock()
        self.broker = MemoryBroker(self.clock)
        self.store = MemoryEventStore()
        self.models = MemoryReadModels()
        self.keys = MemoryKeys()
        self.stopping = asyncio.Event()
        self.metrics = Metrics()
        app = build(
            keys=self.keys,
            publisher=self.broker.publisher(),
            store=self.store,
            models=self.models,
            clock=self.clock,
            metrics=self.metrics,
            stopping=self.stopping,
        )
        self.client = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://gateway")

    async def key(
        self, scope: Scope = "write", *, tenant: str = "lang-son", system: str = "one-stop"
    ) -> dict[str, str]:
        key, token = new_key(tenant=tenant, system=system, scope=scope, now=NOW)
        await self.keys.add(key)
        return {"authorization": f"Bearer {token}"}

    async def say(self, body: object, *, headers: dict[str, str] | None = None) -> httpx.Response:
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        given = await self.key() if headers is None else headers
        return await self.client.post(
            "/v1/observations", content=content, headers={"content-type": "application/json"} | given
        )

    def said(self) -> list[bytes]:
        return [record.value for record in self.broker.records(OBSERVATIONS.name)]


@pytest.fixture
async def bench() -> AsyncIterator[Bench]:
    made = Bench()
    async with made.client:
        yield made


async def test_what_is_said_is_in_kafka_under_the_keys_tenant_and_system_before_the_answer(bench: Bench) -> None:
    answer = await bench.say(ACCEPTED)
    assert answer.status_code == 202
    [record] = bench.broker.records(OBSERVATIONS.name)
    observation = parse_observation(record.value)
    assert (observation.tenant, observation.system, observation.code) == ("lang-son", "one-stop", ACCEPTED["code"])
    assert observation.observed_at == NOW
    assert record.key == b"one-stop/H99.10-240513-0007"
    assert answer.json() == {"results": [{"index": 0, "id": str(observation.id), "status": "accepted"}]}


async def test_the_same_said_again_later_has_the_same_id(bench: Bench) -> None:
    first = await bench.say(ACCEPTED)
    bench.clock.at = NOW.replace(hour=5)
    again = await bench.say([ACCEPTED | {"occurred_at": "2024-05-13T02:12:00Z"}])
    assert first.json()["results"][0]["id"] == again.json()["results"][0]["id"]


async def test_a_batch_has_a_result_per_item_and_the_bad_one_says_what_to_do(bench: Bench) -> None:
    bad = {"code": "X", "act": "acepted", "occurred_at": "2024-05-13T09:12:00+07:00", "data": {}}
    answer = await bench.say([ACCEPTED, bad, ACCEPTED | {"code": "H99.10-240513-0008"}])
    assert answer.status_code == 207
    results = answer.json()["results"]
    assert [result["status"] for result in results] == ["accepted", "rejected", "accepted"]
    assert results[1]["error"] == {
        "field": "act",
        "value": "acepted",
        "what_to_do": "is no act we know; did you mean accepted?",
    }
    assert len(bench.said()) == 2


async def test_ndjson_is_an_item_a_line_and_a_broken_line_spoils_only_itself(bench: Bench) -> None:
    body = json.dumps(ACCEPTED).encode() + b'\n{"code": \n\n' + json.dumps(ACCEPTED | {"code": "B"}).encode()
    answer = await bench.say(body, headers=await bench.key() | {"content-type": "application/x-ndjson"})
    assert answer.status_code == 207
    assert [result["status"] for result in answer.json()["results"]] == ["accepted", "rejected", "accepted"]
    assert answer.json()["results"][1]["error"]["field"] == "(line)"


@pytest.mark.parametrize(
    ("change", "field", "words"),
    [
        ({"occurred_at": "0001-01-01T00:00:00Z"}, "occurred_at", "greater than or equal to 1900"),
        ({"occurred_at": "2024-05-13T09:12:00"}, "occurred_at", "timezone"),
        ({"occurred_at": "2024-05-13"}, "occurred_at", "date, time and zone"),
        ({"occurred_at": 1715566320}, "occurred_at", "date, time and zone"),
        ({"occurred_at": "1715566320"}, "occurred_at", "date, time and zone"),
        ({"occurred_at": None}, "occurred_at", "valid datetime"),
        ({"code": "A\x00B"}, "code", "match pattern"),
        ({"code": "x" * 200}, "code", "at most 128"),
        ({"code": None}, "code", "valid string"),
        ({"data": None}, "data", "must be an object"),
        ({"data": {"name": "A"}}, "data.name", "extra inputs are not permitted"),
        ({"data": {"due_at": "soon"}}, "data.due_at", "valid datetime"),
        ({"act": "status_reported", "data": {"status": 11, "raw": "?"}}, "data.status", "1, 2, 3"),
        ({"act": "restated"}, "act", "is no act we know"),
        ({"act": "system_disconnected"}, "act", "scope configure"),
        ({"cod": "A"}, "cod", "is no field; did you mean code?"),
    ],
)
async def test_a_bad_item_is_refused_by_field(bench: Bench, change: dict[str, Any], field: str, words: str) -> None:
    answer = await bench.say(ACCEPTED | change)
    assert answer.status_code == 400
    [result] = answer.json()["results"]
    assert result["error"]["field"] == field
    assert words in result["error"]["what_to_do"]
    assert bench.said() == []


@pytest.mark.parametrize("item", [1, "text", None, [ACCEPTED]])
async def test_an_item_that_is_no_object_is_refused(bench: Bench, item: object) -> None:
    answer = await bench.say([item])
    assert answer.status_code == 400
    assert answer.json()["results"][0]["error"]["field"] == "(item)"


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"", "not JSON"),
        (b"{", "not JSON"),
        (b"[" * 100_000, "recursion limit"),
        (b'{"code":"\xff"}', "not JSON"),
        (b"[]", "no item"),
        (b'{"data": NaN}', "not JSON"),
    ],
)
async def test_a_body_that_cannot_be_read_is_one_clear_error(bench: Bench, body: bytes, words: str) -> None:
    answer = await bench.say(body)
    assert answer.status_code == 400
    assert words in answer.json()["error"]


async def test_a_deep_value_inside_an_item_is_refused_alone(bench: Bench) -> None:
    deep: object = {}
    for _ in range(150):
        deep = {"a": deep}
    answer = await bench.say([ACCEPTED, ACCEPTED | {"data": deep}])
    assert answer.status_code == 207
    assert answer.json()["results"][1]["error"]["field"] == "data.a"


@pytest.mark.parametrize("announced", [True, False])
async def test_more_than_eight_megabytes_are_refused_whether_announced_or_not(bench: Bench, announced: bool) -> None:
    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(9):
            yield b" " * 1024 * 1024

    content: Any = b" " * (9 * 1024 * 1024) if announced else pieces()
    answer = await bench.client.post("/v1/observations", content=content, headers=await bench.key())
    assert answer.status_code == 413
    assert bench.said() == []


async def test_kafka_away_is_503_with_retry_after_and_never_a_yes(bench: Bench) -> None:
    bench.broker.set_available(False)
    answer = await bench.say([ACCEPTED])
    assert answer.status_code == 503
    assert int(answer.headers["retry-after"]) > 0
    bench.broker.set_available(True)
    assert (await bench.say([ACCEPTED])).status_code == 202


async def test_what_many_say_at_once_is_written_together_and_each_is_answered(bench: Bench) -> None:
    headers = await bench.key()
    answers = await asyncio.gather(*(bench.say(ACCEPTED | {"code": f"C{n}"}, headers=headers) for n in range(200)))
    assert [answer.status_code for answer in answers] == [202] * 200
    assert {parse_observation(value).code for value in bench.said()} == {f"C{n}" for n in range(200)}


async def test_without_a_good_key_nothing_is_said(bench: Bench) -> None:
    good = (await bench.key())["authorization"]
    for header in (None, "Bearer x", "Basic abc", good[:-1] + ("A" if good[-1] != "A" else "B")):
        headers = {} if header is None else {"authorization": header}
        answer = await bench.say(ACCEPTED, headers=headers)
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"] == "Bearer"
    assert bench.said() == []


async def test_a_revoked_key_is_refused_within_seconds(bench: Bench) -> None:
    headers = await bench.key()
    assert (await bench.say(ACCEPTED, headers=headers)).status_code == 202
    [key] = await bench.keys.list()
    assert await bench.keys.revoke(key.id, at=NOW)
    bench.clock.at = NOW.replace(second=6)
    assert (await bench.say(ACCEPTED, headers=headers)).status_code == 401


async def test_scopes_are_kept_apart(bench: Bench) -> None:
    assert (await bench.say(ACCEPTED, headers=await bench.key("read"))).status_code == 403
    for path in ("/v1/states", "/v1/events", "/v1/dossiers/one-stop/A"):
        assert (await bench.client.get(path, headers=await bench.key("write"))).status_code == 403
        assert (await bench.client.get(path)).status_code == 401


async def test_only_a_configuring_key_says_which_systems_take_part(bench: Bench) -> None:
    connected = {"code": "portal", "act": "system_connected", "data": {"kind": "provincial_portal"}}
    item = connected | {"occurred_at": "2024-01-01T00:00:00+07:00"}
    headers = await bench.key("configure", system="operator")
    assert (await bench.say(item, headers=headers)).status_code == 202
    assert (await bench.say(ACCEPTED, headers=headers)).status_code == 400
    [value] = bench.said()
    assert (parse_observation(value).system, parse_observation(value).code) == ("portal", "portal")


async def test_a_configuring_key_says_what_agencies_there_are_under_its_own_name(bench: Bench) -> None:
    data = {"title": "UBND huyện Mẫu", "level": "district", "valid_from": "2019-01-01"}
    item = {"code": "H99.10", "act": "agency_declared", "occurred_at": "2019-01-01T00:00:00+07:00", "data": data}
    assert (await bench.say(item, headers=await bench.key("write"))).status_code == 400
    headers = await bench.key("configure", system="operator")
    assert (await bench.say(item, headers=headers)).status_code == 202
    assert (await bench.say(item | {"data": data | {"valid_from": 20190101}}, headers=headers)).status_code == 400
    [value] = bench.said()
    assert (parse_observation(value).system, parse_observation(value).code) == ("operator", "H99.10")


@pytest.mark.parametrize(
    ("act", "code", "filed_under"),
    [("agency_declared", "H99.10", "operator"), ("system_connected", "portal", "portal")],
)
async def test_only_a_configuring_key_takes_back_what_holds_for_the_tenant(
    bench: Bench, act: str, code: str, filed_under: str
) -> None:
    data = {"act": act, "at": "2019-01-01T00:00:00+07:00"}
    item = {"code": code, "act": "retracted", "occurred_at": "2024-01-01T00:00:00+07:00", "data": data}
    assert (await bench.say(item, headers=await bench.key("write"))).status_code == 400
    assert (await bench.say(item, headers=await bench.key("configure", system="operator"))).status_code == 202
    [value] = bench.said()
    assert parse_observation(value).system == filed_under


async def test_a_known_key_is_let_in_while_the_database_is_away_and_an_unknown_one_is_told_to_wait(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    headers, stranger = await bench.key(), await bench.key()
    assert (await bench.say(ACCEPTED, headers=headers)).status_code == 202

    async def away(_: str) -> None:
        raise DatabaseUnavailable("PostgreSQL is away")

    monkeypatch.setattr(bench.keys, "find", away)
    bench.clock.at = NOW.replace(minute=1)
    assert (await bench.say(ACCEPTED, headers=headers)).status_code == 202
    answer = await bench.say(ACCEPTED, headers=stranger)
    assert (answer.status_code, "retry-after" in answer.headers) == (503, True)
    bench.clock.at = NOW.replace(minute=10)
    assert (await bench.say(ACCEPTED, headers=headers)).status_code == 503


async def test_events_come_in_order_after_a_position_of_the_callers_own_tenant(bench: Bench) -> None:
    log, foreign = Log(bench.store), Log(bench.store, tenant="cao-bang")
    for number in range(5):
        await log.add(f"d{number}", status=4)
    await foreign.add("theirs", status=4)
    answer = await bench.client.get("/v1/events?after=1&limit=3", headers=await bench.key("read"))
    lines = [json.loads(line) for line in answer.text.splitlines()]
    assert [line["position"] for line in lines] == [2, 3, 4]
    assert {line["source"] for line in lines} == {"/tenants/lang-son/systems/one-stop"}
    assert answer.headers["khop-generation"] == str(await bench.store.generation())
    assert answer.headers["khop-head"] == "5"
    wrong = await bench.client.get("/v1/events?after=-1", headers=await bench.key("read"))
    assert (wrong.status_code, wrong.json()["error"].partition(":")[0]) == (400, "after")


async def test_a_stream_that_follows_sends_what_comes_and_ends_when_the_gateway_stops(bench: Bench) -> None:
    log = Log(bench.store)
    await log.add("a", status=4)
    reading = asyncio.create_task(bench.client.get("/v1/events?follow=true", headers=await bench.key("read")))
    await asyncio.sleep(0)
    await log.add("b", status=4)
    bench.stopping.set()
    lines = (await reading).text.split()
    assert [json.loads(line)["position"] for line in lines] == [1, 2]


async def test_states_begin_with_their_position_and_leave_out_what_was_absorbed(bench: Bench) -> None:
    await bench.models.apply("dossiers", "lang-son", after=0, up_to=9, changes=[_rows(_row("a"), _row("b", into="a"))])
    await bench.models.apply("dossiers", "cao-bang", after=0, up_to=3, changes=[_rows(_row("theirs"))])
    answer = await bench.client.get("/v1/states", headers=await bench.key("read"))
    first, *states = [json.loads(line) for line in answer.text.splitlines()]
    assert first == {"position": 9, "generation": str(await bench.store.generation())}
    assert states == [
        {
            "dossier": str(dossier_id("a")),
            "position": 7,
            "state": {"status": 4, "clock": "running", "void": False, "codes": {"one-stop": ["A"]}},
        }
    ]


async def test_a_dossier_is_found_by_any_of_its_codes_with_its_history(bench: Bench) -> None:
    log = Log(bench.store)
    await log.add("a", code="H99/1", status=2)
    await log.add("other", status=4)
    await log.add("a", system="portal", code="P-1", status=4)
    headers = await bench.key("read")
    for path in ("/v1/dossiers/one-stop/H99/1", "/v1/dossiers/portal/P-1"):
        document = (await bench.client.get(path, headers=headers)).json()
        assert document["dossier"] == str(dossier_id("a"))
        assert document["position"] == 3
        assert document["state"]["status"] == 4
        assert [event["position"] for event in document["history"]] == [1, 3]
        assert document["judgements"] is None
    foreign = await bench.key("read", tenant="cao-bang")
    assert (await bench.client.get("/v1/dossiers/portal/P-1", headers=foreign)).status_code == 404


async def test_the_page_shows_every_route_and_needs_no_other_server(bench: Bench) -> None:
    page = (await bench.client.get("/docs")).text
    for route in ("/v1/observations", "/v1/states", "/v1/events", "/v1/dossiers/{system}/{code}"):
        assert f"<code>{route}</code>" in page
    assert "http" not in page.replace("openapi.json", "").partition("<h2>")[0]
    assert "<script" not in page


async def test_requests_are_counted_by_route_not_by_path(bench: Bench) -> None:
    await bench.client.get("/v1/dossiers/one-stop/secret-code", headers=await bench.key("read"))
    text = bench.metrics.text().decode()
    assert 'khop_request_seconds_count{route="/v1/dossiers/{system}/{code:path}",status="404"} 1.0' in text
    assert "secret-code" not in text


def _rows(*rows: DossierRow) -> TableChanges:
    return TableChanges(table=DOSSIERS, added=rows)


def _row(name: str, *, into: str | None = None) -> DossierRow:
    values: dict[str, Any] = dict.fromkeys(DossierRow._fields)
    values |= {"dossier": dossier_id(name), "position": 7, "least_system": "one-stop", "least_code": "A"}
    values |= {"codes": '{"one-stop": ["A"]}', "judgements": "[]", "status": 4, "clock": "running", "void": False}
    return DossierRow(**values | {"merged_into": None if into is None else dossier_id(into)})
