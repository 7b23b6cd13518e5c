"""A subscriber that is called: CloudEvents over HTTP, one or many a request, an outcome per item.

The receiving side's contract is the README beside this file; what each answer means is decided here and nowhere else.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import quote
from uuid import UUID

from pydantic_core import from_json, to_json

from services.deliveries.port import Outcome
from services.runtime.clock import Clock
from services.subscribers.port import (
    Answer,
    NoReply,
    NotAnswered,
    Parcel,
    Portal,
    Request,
    Response,
    Transport,
    Unreachable,
)
from services.subscribers.signature import signed_headers

SINGLE = "application/cloudevents+json"
BATCH = "application/cloudevents-batch+json"
BODY_MAX = 1024 * 1024
SETTINGS = frozenset({"url", "secret", "batch_max", "requests_max", "timeout_s", "rejections_max"})
NOT_TAKEN = frozenset({401, 403, 404, 408, 425, 429})
"""A key, an address or the load is wrong, not a parcel. It was not taken, so there is nothing to ask about."""
_CODE = re.compile(r"[^\x00-\x1f\x7f]{1,128}")


class BadSettings(ValueError):
    """A subscriber's setting cannot be used; says which, its value, and what it must be."""


def connect(*, settings: Mapping[str, str], transport: Transport, clock: Clock) -> Portal:
    """A webhook from its settings: `url`, `secret`, and optionally `batch_max`, `requests_max`, `timeout_s`,
    `rejections_max`. Raises BadSettings."""
    url, secret = settings.get("url", ""), settings.get("secret", "")
    if not re.fullmatch(r"https?://[^\s?#]+", url):
        raise BadSettings(f"url: {url!r} is not an http(s) address without query; give the receiver's base address")
    if len(secret) < 16:
        raise BadSettings("secret: too short; give at least 16 characters, known to you and the receiver alone")
    if unknown := settings.keys() - SETTINGS:
        raise BadSettings(f"{min(unknown)}: a webhook has no such setting; it has {', '.join(sorted(SETTINGS))}")
    return Webhook(
        url=url.rstrip("/"),
        secret=secret,
        transport=transport,
        clock=clock,
        batch_max=_whole(settings, "batch_max", 500, largest=1000),
        requests_max=_whole(settings, "requests_max", 4, largest=64),
        timeout_s=float(_whole(settings, "timeout_s", 5, largest=120)),
        rejections_max=_whole(settings, "rejections_max", 5, largest=1000),
    )


def _whole(settings: Mapping[str, str], name: str, default: int, *, largest: int) -> int:
    text = settings.get(name, str(default))
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= largest:
        raise BadSettings(f"{name}: {text!r} is not a whole number from 1 to {largest}")
    return int(text)


class Webhook:
    """One address that is called. Batched when `batch_max` is more than 1."""

    def __init__(
        self,
        *,
        url: str,
        secret: str,
        transport: Transport,
        clock: Clock,
        batch_max: int,
        requests_max: int,
        timeout_s: float,
        rejections_max: int,
    ) -> None:
        self.batch_max = batch_max
        self.requests_max = requests_max
        self.timeout_s = timeout_s
        self.rejections_max = rejections_max
        self._url = url
        self._secret = secret
        self._transport = transport
        self._clock = clock

    async def deliver(self, parcels: Sequence[Parcel]) -> list[Answer]:
        """Send in as few requests as the bounds allow, one after another, so that order per dossier holds."""
        answers: list[Answer] = []
        blocked: set[str] = set()
        for page in self._pages(parcels):
            answers += await self._deliver_page(page, blocked)
        return answers

    def _pages(self, parcels: Sequence[Parcel]) -> list[list[Parcel]]:
        pages: list[list[Parcel]] = []
        size = 0
        for parcel in parcels:
            if not pages or len(pages[-1]) == self.batch_max or size + len(parcel.body) > BODY_MAX:
                pages.append([])
                size = 0
            pages[-1].append(parcel)
            size += len(parcel.body) + 200
        return pages

    async def _deliver_page(self, page: Sequence[Parcel], blocked: set[str]) -> list[Answer]:
        sent = [parcel for parcel in page if parcel.subject not in blocked]
        answers = {answer.number: answer for answer in await self._deliver_request(sent, blocked)} if sent else {}
        return [
            answers.get(parcel.number) or Answer(parcel.number, "postponed", "follows one that was not taken")
            for parcel in page
        ]

    async def _deliver_request(self, page: Sequence[Parcel], blocked: set[str]) -> list[Answer]:
        response, failure = await self._call("POST", "/cloudevents", *self._encode(page))
        if response is not None and 400 <= response.status < 500 and response.status not in NOT_TAKEN and len(page) > 1:
            # One item (or the size) displeases: halves find which, and the others are not held up by it.
            middle = len(page) // 2
            return [
                *(await self._deliver_page(page[:middle], blocked)),
                *(await self._deliver_page(page[middle:], blocked)),
            ]
        answers = failure(page) if response is None else self._read(page, response)
        blocked.update(
            parcel.subject for parcel, answer in zip(page, answers, strict=True) if answer.outcome != "accepted"
        )
        return answers

    def _encode(self, page: Sequence[Parcel]) -> tuple[bytes, dict[str, str]]:
        if self.batch_max == 1:
            parcel = page[0]
            headers = {"content-type": SINGLE, "khop-delivery": str(parcel.number), "khop-key": parcel.key}
            return _with_delivery(parcel), headers
        return b"[" + b",".join(_with_delivery(parcel) for parcel in page) + b"]", {"content-type": BATCH}

    def _read(self, page: Sequence[Parcel], response: Response) -> list[Answer]:
        status = response.status
        if status in NOT_TAKEN:
            wait_s = _retry_after_s(response.headers.get("retry-after"), now=self._clock.now())
            return [Answer(p.number, "postponed", f"HTTP {status}", retry_after_s=wait_s, whole=True) for p in page]
        if 400 <= status < 500:
            return [Answer(p.number, "rejected", f"HTTP {status}") for p in page]
        results = _results(response.body) if status == 200 else None
        if results is None:
            return [Answer(p.number, "unknown", f"HTTP {status}, not an answer we know", whole=True) for p in page]
        return [_outcome(p.number, results.get(p.number)) for p in page]

    async def ask(self, parcel: Parcel) -> Answer | None:
        """What became of an earlier try under this key; None if the other side never had it."""
        response, failure = await self._call("GET", f"/deliveries/{quote(parcel.key, safe=':')}", b"", {})
        if response is None:
            # Also when nobody listens: what became of the earlier try is as unknown as before.
            return Answer(parcel.number, "unknown", f"asked: {failure.detail}", whole=True)
        if response.status == 404:
            return None
        document = _object(response.body) if response.status == 200 else None
        if document is not None and document.get("outcome") == "absent":
            return None
        if document is None:
            return Answer(parcel.number, "unknown", f"asked: HTTP {response.status}", whole=True)
        return _outcome(parcel.number, document)

    async def states(self, asked: Sequence[tuple[UUID, Sequence[str]]]) -> dict[UUID, dict[str, Any] | None]:
        """What it shows of these dossiers. Raises NotAnswered, also when it leaves one of them out."""
        body = to_json({"items": [{"dossier": str(dossier), "codes": list(codes)} for dossier, codes in asked]})
        response, _ = await self._call("POST", "/states", body, {"content-type": "application/json"})
        document = _object(response.body) if response is not None and response.status == 200 else None
        if document is None or not isinstance(document.get("states"), list):
            raise NotAnswered("no answer" if response is None else f"HTTP {response.status}, no states in it")
        shown: dict[str, Any] = {
            str(item.get("dossier")): item["state"]
            for item in document["states"]
            if isinstance(item, dict) and (item.get("state", "") is None or isinstance(item.get("state"), dict))
        }
        missing = [str(dossier) for dossier, _ in asked if str(dossier) not in shown]
        if missing:
            raise NotAnswered(f"states: {len(missing)} of {len(asked)} dossiers left out, the first is {missing[0]}")
        return {dossier: shown[str(dossier)] for dossier, _ in asked}

    async def _call(
        self, method: str, path: str, body: bytes, headers: dict[str, str]
    ) -> tuple[Response | None, _Failure]:
        request = Request(
            method,
            self._url + path,
            headers | {"accept": "application/json"} | signed_headers(self._secret, body, now=self._clock.now()),
            body,
        )
        try:
            return await self._transport.send(request, timeout_s=self.timeout_s), _Failure("postponed", "")
        except Unreachable as error:
            return None, _Failure("postponed", f"no connection: {error}")
        except NoReply as error:
            return None, _Failure("unknown", f"no answer: {error}")


class _Failure:
    """The same fate for every parcel of a request that got no answer."""

    def __init__(self, outcome: Outcome, detail: str) -> None:
        self._outcome = outcome
        self.detail = detail

    def __call__(self, page: Sequence[Parcel]) -> list[Answer]:
        return [Answer(parcel.number, self._outcome, self.detail, whole=True) for parcel in page]


def _with_delivery(parcel: Parcel) -> bytes:
    # Spliced in, not parsed and written again: what the subscriber gets is the stored event to the byte.
    extra: dict[str, object] = {"khopdelivery": parcel.number, "khopkey": parcel.key}
    if parcel.repair is not None:
        extra["khoprepair"] = parcel.repair
    if parcel.into is not None:
        extra["khopinto"] = parcel.into
    return parcel.body.rstrip()[:-1] + b"," + to_json(extra)[1:]


def _object(body: bytes) -> dict[str, Any] | None:
    try:
        document = from_json(body)
    except ValueError:
        return None
    return document if isinstance(document, dict) else None


def _results(body: bytes) -> dict[int, dict[str, Any]] | None:
    document = _object(body)
    if document is None or not isinstance(document.get("results"), list):
        return None
    return {
        item["number"]: item
        for item in document["results"]
        if isinstance(item, dict) and isinstance(item.get("number"), int)
    }


def _outcome(number: int, item: dict[str, Any] | None) -> Answer:
    if item is None:
        return Answer(number, "unknown", "left out of the answer")
    match item.get("outcome"):
        case "accepted":
            code = item.get("code")
            if code is None or (isinstance(code, str) and _CODE.fullmatch(code)):
                return Answer(number, "accepted", "accepted", code=code)
            return Answer(number, "accepted", "accepted; the code it gave is no code of 1 to 128 printable characters")
        case "rejected":
            return Answer(number, "rejected", f"rejected: {_word(item.get('reason'))}")
        case "skipped":
            return Answer(number, "postponed", "skipped by the receiver")
        case other:
            return Answer(number, "unknown", f"outcome {_word(other)} is not one we know")


def _word(value: object) -> str:
    """A receiver's own word, cut to what a word may be: prose could hold a person's name."""
    return value if isinstance(value, str) and re.fullmatch(r"[A-Za-z0-9_.:-]{1,60}", value) else "no reason word"


def _retry_after_s(value: str | None, *, now: datetime) -> float | None:
    if value is None:
        return None
    if value.isascii() and value.isdigit():
        return float(value)
    try:
        moment = parsedate_to_datetime(value)
    except ValueError:
        return None
    return max(0.0, ((moment if moment.tzinfo else moment.replace(tzinfo=UTC)) - now).total_seconds())
