"""The sandbox province over HTTP: two feeds to poll, three portals to deliver to, and what is right.

The hot path is `POST /{portal}/cloudevents`: one signature and one parse a request, plain dictionaries after it.
"""

from __future__ import annotations

import asyncio
import hmac
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from datetime import date
from hashlib import sha256
from itertools import islice
from random import Random
from typing import Any, Final

from pydantic_core import from_json
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from services.sandbox.faults import ReplyFaults
from services.sandbox.feeds import PAGE_MAX, OneStopFeed, PortalFeed
from services.sandbox.portals.receiver import Receiver
from services.sandbox.province import NAMES, Province, described

_OLDEST_S: Final = 300
_SHOWN_MAX: Final = 20


@dataclass(slots=True)
class Preparation:
    """How far the province is made; `province` is there when it is."""

    province: Province | None = None
    steps: dict[str, tuple[int, int]] = field(default_factory=dict)
    failed: str | None = None

    def report(self, step: str, done: int, total: int) -> None:
        """Note the progress of a step."""
        self.steps[step] = (done, total)


class _Mood:
    """When a portal is away, slow, or loses its reply."""

    def __init__(self, faults: ReplyFaults, *, seed: str, monotonic: Callable[[], float]) -> None:
        self._faults = faults
        self._draw = Random(seed)
        self._monotonic = monotonic
        self._requests = 0
        self._away_until: float | None = None

    def away(self) -> bool:
        self._requests += 1
        if not self._faults.outage_s or self._requests <= self._faults.outage_after:
            return False
        if self._away_until is None:
            self._away_until = self._monotonic() + self._faults.outage_s
        return self._monotonic() < self._away_until

    async def reply(self, document: dict[str, Any]) -> Response:
        if self._faults.slow_link_s:
            await asyncio.sleep(self._faults.slow_link_s)
        if self._draw.random() < self._faults.lost:
            return Response(status_code=502)  # taken, but the answer is lost on the way
        return JSONResponse(document)


def application(
    preparation: Preparation,
    *,
    secret: str,
    faults: dict[str, ReplyFaults],
    seed: int = 1,
    now: Callable[[], float] = time.time,
    monotonic: Callable[[], float] = time.monotonic,
) -> Starlette:
    """The sandbox as an ASGI application. It answers 503 until its province is made, but `/progress` always."""

    def made() -> Province:
        if preparation.province is None:
            raise _NotYet
        return preparation.province

    def signed(request: Request, body: bytes) -> bool:
        stamp, signature = request.headers.get("khop-timestamp", ""), request.headers.get("khop-signature", "")
        if not stamp.isascii() or not stamp.isdigit() or abs(now() - int(stamp)) > _OLDEST_S:
            return False
        wanted = hmac.new(secret.encode(), stamp.encode() + b"." + body, sha256).hexdigest()
        return hmac.compare_digest(f"v1={wanted}".encode(), signature.encode())

    def receiving(name: str) -> list[Route]:
        mood = _Mood(faults.get(name, ReplyFaults()), seed=f"mood/{name}/{seed}", monotonic=monotonic)

        def receiver() -> Receiver:
            return made().receivers[name]

        async def take(request: Request) -> Response:
            body = await request.body()
            if not signed(request, body):
                return JSONResponse({"error": "bad signature"}, status_code=401)
            if mood.away():
                return Response(status_code=503)
            try:
                events = from_json(body)
            except ValueError:
                return JSONResponse({"error": "not JSON"}, status_code=400)
            return await mood.reply({"results": receiver().take(events if isinstance(events, list) else [events])})

        async def known(request: Request) -> Response:
            if not signed(request, b""):
                return JSONResponse({"error": "bad signature"}, status_code=401)
            if mood.away():
                return Response(status_code=503)
            return JSONResponse(receiver().known(request.path_params["key"]))

        async def states(request: Request) -> Response:
            body = await request.body()
            if not signed(request, body):
                return JSONResponse({"error": "bad signature"}, status_code=401)
            if mood.away():
                return Response(status_code=503)
            held = receiver()
            return JSONResponse(
                {
                    "states": [
                        {"dossier": item["dossier"], "state": held.state(item["dossier"], item.get("codes", ()))}
                        for item in from_json(body)["items"]
                    ]
                }
            )

        async def counted(request: Request) -> Response:
            profile = made().history.profile
            first = request.query_params.get("from", profile.first_day.isoformat())
            last = request.query_params.get("to", profile.last_day.isoformat())
            try:
                days = date.fromisoformat(first), date.fromisoformat(last)
            except ValueError:
                return JSONResponse({"error": f"from={first!r}, to={last!r}: give YYYY-MM-DD"}, status_code=400)
            return JSONResponse(asdict(receiver().portal.count(*days)))

        return [
            Route(f"/{name}/cloudevents", take, methods=["POST"]),
            Route(f"/{name}/deliveries/{{key}}", known),
            Route(f"/{name}/states", states, methods=["POST"]),
            Route(f"/{name}/count", counted),
        ]

    def feeding(name: str, feed: Callable[[], OneStopFeed | PortalFeed]) -> Route:
        async def changes(request: Request) -> Response:
            try:
                after = int(request.query_params.get("after") or 0)
                limit = min(int(request.query_params.get("limit") or 500), PAGE_MAX)
            except ValueError:
                return JSONResponse({"error": "after and limit are whole numbers"}, status_code=400)
            rows = feed().page(after, limit)
            return JSONResponse({"next": after + len(rows), "newest": len(feed()), "rows": rows})

        return Route(f"/{name}/changes", changes)

    async def progress(_: Request) -> Response:
        return JSONResponse(
            {"ready": preparation.province is not None, "failed": preparation.failed, "steps": preparation.steps}
        )

    async def truth(_: Request) -> Response:
        return JSONResponse(described(made()))

    async def taken(_: Request) -> Response:
        return JSONResponse({name: receiver.taken for name, receiver in made().receivers.items()})

    async def differences(_: Request) -> Response:
        document = {}
        for name in NAMES:
            found = list(made().differences(name))
            document[name] = {"count": len(found), "first": [asdict(one) for one in islice(found, _SHOWN_MAX)]}
        return JSONResponse(document)

    async def not_yet(_: Request, error: Exception) -> Response:
        del error
        return JSONResponse(
            {"error": "the province is still being made"}, status_code=503, headers={"retry-after": "1"}
        )

    return Starlette(
        routes=[
            Route("/progress", progress),
            Route("/truth", truth),
            Route("/taken", taken),
            Route("/differences", differences),
            feeding("one-stop", lambda: made().one_stop),
            feeding("portal", lambda: made().portal),
            *(route for name in NAMES for route in receiving(name)),
        ],
        exception_handlers={_NotYet: not_yet},
    )


class _NotYet(Exception):
    """The province is not made yet."""
