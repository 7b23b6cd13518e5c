"""The gateway as one web application, made of its routes; everything it needs is given."""

from __future__ import annotations

import asyncio
from time import perf_counter

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.responses import HTMLResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from services.event_store.port import EventStore
from services.gateway import page, reading, writing
from services.gateway.access import Access
from services.gateway.caller import Callers
from services.gateway.collector import Collector
from services.gateway.problems import Stop, problem
from services.keys.port import Keys
from services.messaging.port import Publisher
from services.projections.port import ReadModels
from services.runtime.clock import Clock
from services.runtime.metrics import Metrics
from services.runtime.unavailable import DatabaseUnavailable


def build(
    *,
    keys: Keys,
    publisher: Publisher,
    store: EventStore,
    models: ReadModels,
    clock: Clock,
    metrics: Metrics,
    stopping: asyncio.Event,
) -> FastAPI:
    """The application; `stopping` ends the streams that follow."""
    app = FastAPI(title="Khớp", version="1", docs_url=None, redoc_url=None, description=page.INTRODUCTION)
    access = Access(Callers(keys, clock))
    app.include_router(writing.router(access=access, collector=Collector(publisher), clock=clock))
    app.include_router(reading.router(access=access, store=store, models=models, stopping=stopping))

    @app.get("/docs", include_in_schema=False)
    async def docs() -> Response:
        return HTMLResponse(page.render(app.openapi()))

    @app.exception_handler(Stop)
    async def stop(_: Request, error: Stop) -> Response:
        return error.response

    @app.exception_handler(DatabaseUnavailable)
    async def away(_: Request, error: DatabaseUnavailable) -> Response:
        return problem(503, f"the database is away: {error}", "ask again", retry_after_s=2)

    @app.exception_handler(RequestValidationError)
    async def wrong(_: Request, error: RequestValidationError) -> Response:
        first = error.errors()[0]
        return problem(400, f"{first['loc'][-1]}: {first['msg']}", "correct the request; /docs says what it takes")

    app.add_middleware(Counted, metrics=metrics)
    return app


class Counted:
    """Counts each request by route and status, and how long its answer took to begin."""

    def __init__(self, app: ASGIApp, *, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        since = perf_counter()

        async def counted(message: Message) -> None:
            if message["type"] == "http.response.start":
                # The pattern, not the path: a code in a label would be a series of its own for each dossier.
                route = getattr(scope.get("route"), "path", "none")
                self._metrics.request_s.labels(route, str(message["status"])).observe(perf_counter() - since)
            await send(message)

        await self._app(scope, receive, counted)
