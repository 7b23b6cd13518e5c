"""The sandbox over HTTP: signatures, feeds, counts, and portals that are away or lose their reply."""

from __future__ import annotations

import hmac
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

import httpx
import pytest

from services.sandbox.app import Preparation, application
from services.sandbox.faults import ReplyFaults, SourceFaults
from services.sandbox.history import Dossier
from services.sandbox.profiles import PROFILES
from services.sandbox.province import NAMES, Province, described, prepare, truly

SECRET = "a secret of the sandbox"
NOW = 1_720_000_000


@pytest.fixture(scope="module")
def province() -> Province:
    return prepare(PROFILES["langson-2024-h1"], scale=400, seed=1, sources=SourceFaults(), progress=lambda *_: None)


class Time:
    """A monotonic clock that a test moves."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
async def client(province: Province, time: Time) -> AsyncIterator[httpx.AsyncClient]:
    faults = {"national": ReplyFaults(outage_s=5, outage_after=1), "ioc": ReplyFaults(lost=1.0)}
    app = application(Preparation(province), secret=SECRET, faults=faults, now=lambda: NOW, monotonic=time)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://sandbox") as client:
        yield client


def signed(body: bytes, *, at: int = NOW, secret: str = SECRET) -> dict[str, str]:
    digest = hmac.new(secret.encode(), f"{at}.".encode() + body, sha256).hexdigest()
    return {"khop-timestamp": str(at), "khop-signature": f"v1={digest}"}


def body(*positions: int) -> bytes:
    events: list[dict[str, Any]] = [
        {
            "subject": "d-1",
            "position": position,
            "khopdelivery": position,
            "khopkey": f"x:d-1:{position}",
            "state": {"status": 2, "channel": "direct", "codes": {"one-stop": ["H99.10-240301-0001"]}},
        }
        for position in positions
    ]
    return json.dumps(events).encode()


async def test_a_signed_batch_is_taken_item_by_item(client: httpx.AsyncClient) -> None:
    content = body(1, 2)
    answer = await client.post("/portal/cloudevents", content=content, headers=signed(content))
    outcomes = [(result["number"], result["outcome"]) for result in answer.json()["results"]]
    assert outcomes == [(1, "accepted"), (2, "accepted")]


@pytest.mark.parametrize(
    "headers",
    [{}, signed(body(1), secret="another secret!!!"), signed(body(1), at=NOW - 301), signed(body(2))],
    ids=["unsigned", "another secret", "older than five minutes", "another body"],
)
async def test_what_is_not_rightly_signed_is_refused(client: httpx.AsyncClient, headers: dict[str, str]) -> None:
    answer = await client.post("/portal/cloudevents", content=body(1), headers=headers)
    assert answer.status_code == 401


async def test_what_is_no_json_is_refused(client: httpx.AsyncClient) -> None:
    answer = await client.post("/portal/cloudevents", content=b"{", headers=signed(b"{"))
    assert answer.status_code == 400


async def test_a_portal_is_away_for_its_outage_and_then_takes_again(client: httpx.AsyncClient, time: Time) -> None:
    content = body(1)

    async def status() -> int:
        return (await client.post("/national/cloudevents", content=content, headers=signed(content))).status_code

    statuses = [await status(), await status()]
    time.now = 4.9
    statuses.append(await status())
    time.now = 5.0
    statuses.append(await status())
    assert statuses == [200, 503, 503, 200]


async def test_a_lost_reply_was_taken_and_can_be_asked_about(client: httpx.AsyncClient) -> None:
    content = body(8)
    lost = await client.post("/ioc/cloudevents", content=content, headers=signed(content))
    asked = await client.get("/ioc/deliveries/ioc:d-1:8", headers=signed(b""))
    assert (lost.status_code, asked.json()) == (502, {"outcome": "accepted"})


async def test_every_reply_of_a_slow_portal_waits_and_no_other_portals_does(
    province: Province, monkeypatch: pytest.MonkeyPatch
) -> None:
    waited: list[float] = []

    async def sleep(seconds_s: float) -> None:
        waited.append(seconds_s)

    monkeypatch.setattr("services.sandbox.app.asyncio.sleep", sleep)
    app = application(
        Preparation(province), secret=SECRET, faults={"ioc": ReplyFaults(slow_link_s=30.0)}, now=lambda: NOW
    )
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://sandbox") as client:
        statuses = [
            (await client.post(f"/{name}/cloudevents", content=content, headers=signed(content))).status_code
            for name in ("portal", "ioc", "national", "ioc")
            for content in [body(9)]
        ]
    assert statuses == [200] * 4
    assert waited == [30.0, 30.0]


@pytest.mark.parametrize("share", [0.0, 0.5, 1.0])
async def test_which_replies_are_lost_follows_from_the_seed(province: Province, share: float) -> None:
    async def lost(seed: int) -> list[bool]:
        faults = {"portal": ReplyFaults(lost=share)}
        app = application(Preparation(province), secret=SECRET, faults=faults, seed=seed, now=lambda: NOW)
        content = body(1)
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://sandbox") as client:
            answers = [
                await client.post("/portal/cloudevents", content=content, headers=signed(content)) for _ in range(40)
            ]
        return [answer.status_code == 502 for answer in answers]

    assert await lost(1) == await lost(1)
    if share in {0.0, 1.0}:
        assert set(await lost(1)) == {share == 1.0}
    else:
        assert await lost(1) != await lost(2)


async def test_feeds_are_read_page_by_page(client: httpx.AsyncClient, province: Province) -> None:
    cursor, rows = 0, 0
    while page := (await client.get(f"/one-stop/changes?after={cursor}&limit=1000")).json():
        rows += len(page["rows"])
        if page["next"] == cursor:
            break
        cursor = page["next"]
    assert rows == page["newest"] == len(province.one_stop)


@pytest.mark.parametrize("path", ["/one-stop/changes?after=x", "/portal/count?from=2024-13-01", "/ioc/count?to=today"])
async def test_a_wrong_question_gets_a_clear_answer(client: httpx.AsyncClient, path: str) -> None:
    answer = await client.get(path)
    assert answer.status_code == 400
    assert "error" in answer.json()


async def test_the_truth_is_told_with_the_world_before(client: httpx.AsyncClient, province: Province) -> None:
    told = (await client.get("/truth")).json()
    assert told == json.loads(json.dumps(described(province)))
    assert told["truth"]["received_online"] == 420
    assert told["wrong_before"] > 0
    assert all(told["before"][name]["wrong"] > 0 for name in NAMES)


async def test_until_the_province_is_made_only_progress_answers() -> None:
    preparation = Preparation()
    preparation.report("truth", 1, 2)
    app = application(preparation, secret=SECRET, faults={})
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://sandbox") as client:
        assert (await client.get("/truth")).status_code == 503
        progress = (await client.get("/progress")).json()
    assert progress == {"ready": False, "failed": None, "steps": {"truth": [1, 2]}}


def test_portals_that_were_told_everything_show_no_difference(province: Province) -> None:
    fresh = prepare(PROFILES["langson-2024-h1"], scale=400, seed=1, sources=SourceFaults(), progress=lambda *_: None)
    channels = {1: "direct", 2: "online", 3: "postal"}
    for name in NAMES:
        assert next(fresh.differences(name)).fields
        for dossier in fresh.history:
            codes = {"one-stop": [dossier.code]} | ({"portal": [dossier.portal_code]} if dossier.portal_code else {})
            fresh.receivers[name].take([told(dossier, codes, channels)])
        assert list(fresh.differences(name)) == []
        assert fresh.counts(name) == fresh.truth.portal


def told(dossier: Dossier, codes: dict[str, list[str]], channels: dict[int, str]) -> dict[str, Any]:
    row = truly(dossier)

    def moment(at: int) -> str | None:
        return datetime.fromtimestamp(at, UTC).isoformat() if at else None

    state = {
        "status": row.status,
        "channel": channels[row.channel],
        "accepted_at": moment(row.accepted),
        "due_at": moment(row.due),
        "ended_at": moment(row.ended),
        "void": row.void,
        "codes": codes,
    }
    return {"subject": str(dossier.number), "position": 1, "khopdelivery": 1, "khopkey": "k", "state": state}
