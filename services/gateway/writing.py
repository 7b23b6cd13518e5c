"""`POST /v1/observations`: says yes only when Kafka said yes."""

from __future__ import annotations

import re
from typing import Any, Final

from fastapi import APIRouter, Request, Response
from pydantic_core import to_json

from contracts.observations import Observation, encode_observation
from services.gateway.access import Access
from services.gateway.collector import Collector, Overloaded
from services.gateway.items import BadBody, BadItem, observe, read_body
from services.gateway.models import Item, Problem, Results
from services.gateway.problems import problem
from services.messaging.port import BrokerUnavailable, Record
from services.runtime.clock import Clock

BODY_MAX: Final = 8 * 1024 * 1024
RECORD_MAX: Final = 900_000
"""A record is smaller than what the topic takes, headers and envelope included."""
LINES: Final = ("application/x-ndjson", "application/ndjson", "application/jsonl")
_TRACEPARENT: Final = re.compile(r"00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}")

_ITEM = Item.model_json_schema()
_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {"schema": {"oneOf": [_ITEM, {"type": "array", "items": _ITEM}]}},
            "application/x-ndjson": {"schema": _ITEM},
        },
    }
}


def router(*, access: Access, collector: Collector, clock: Clock) -> APIRouter:
    """The route."""
    routes = APIRouter(tags=["write"])

    @routes.post(
        "/v1/observations",
        status_code=202,
        openapi_extra=_BODY,
        responses={
            202: {"model": Results, "description": "All accepted"},
            207: {"model": Results, "description": "Some accepted, some rejected: see each"},
            400: {"model": Results, "description": "All rejected, or a body that cannot be read"},
            413: {"model": Problem, "description": "More than 8 MB; send in parts"},
            503: {"model": Problem, "description": "Not known to be written; send the same again after Retry-After"},
        },
    )
    async def say(request: Request) -> Response:
        """Say what happened to dossiers: one item, an array of items, or an item a line."""
        key = await access.require(request, "write", "configure")
        body = await _body(request)
        if body is None:
            return problem(413, "the body is larger than 8 MB", "send the items in several requests")
        content_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        try:
            items = read_body(body, lines=content_type in LINES)
        except BadBody as error:
            return problem(400, str(error), "send one item, an array of items, or NDJSON with its content type")
        if not items:
            return problem(400, "there is no item in the body", "send at least one")
        now, trace = clock.now(), _trace(request)
        results: list[dict[str, object]] = []
        records: list[Record] = []
        for index, item in enumerate(items):
            try:
                observation = observe(item, key=key, now=now, traceparent=trace)
                records.append(_record(observation))
            except BadItem as error:
                results.append({"index": index, "status": "rejected", "error": error.document()})
            else:
                results.append({"index": index, "id": str(observation.id), "status": "accepted"})
        try:
            if records:
                await collector.publish(records)
        except Overloaded:
            return problem(503, "too much is waiting to be written", "send the same again", retry_after_s=1)
        except BrokerUnavailable as error:
            return problem(503, f"not known to be written: {error}", "send the same again", retry_after_s=2)
        status = 202 if len(records) == len(items) else 207 if records else 400
        return Response(to_json({"results": results}), status_code=status, media_type="application/json")

    return routes


async def _body(request: Request) -> bytes | None:
    # Counted while it comes: the announced length is only what the caller says.
    if int(request.headers.get("content-length") or 0) > BODY_MAX:
        return None
    parts: list[bytes] = []
    size = 0
    async for part in request.stream():
        size += len(part)
        if size > BODY_MAX:
            return None
        parts.append(part)
    return b"".join(parts)


def _trace(request: Request) -> str | None:
    given = request.headers.get("traceparent")
    return given if given is not None and _TRACEPARENT.fullmatch(given) else None


def _record(observation: Observation) -> Record:
    value = encode_observation(observation)
    if len(value) > RECORD_MAX:
        raise BadItem("(item)", f"{len(value)} bytes", f"is larger than {RECORD_MAX} bytes")
    return Record(key=f"{observation.system}/{observation.code}".encode(), value=value, tenant=observation.tenant)
