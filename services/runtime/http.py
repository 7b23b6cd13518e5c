"""The small HTTP face of every process: is it healthy, is it ready, what does it count, how far is it."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Iterator
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route
from starlette.types import ASGIApp

from services.runtime.health import Health
from services.runtime.metrics import Metrics
from services.runtime.settings import ProcessSettings, SettingsError


def face(settings: ProcessSettings, health: Health, metrics: Metrics) -> Starlette:
    """`/health/live`, `/health/ready` (503 with the reasons), `/metrics` and `/status`."""

    def verdict(reasons: list[str]) -> JSONResponse:
        return JSONResponse({"ok": not reasons, "reasons": reasons}, status_code=503 if reasons else 200)

    async def live(_: Request) -> Response:
        return verdict(health.red())

    async def ready(_: Request) -> Response:
        return verdict(health.unready())

    async def numbers(_: Request) -> Response:
        return Response(metrics.text(), media_type="text/plain; version=0.0.4; charset=utf-8")

    async def status(_: Request) -> Response:
        red, unready = health.red(), health.unready()
        document: dict[str, Any] = {
            "name": settings.name,
            "instance": settings.instance,
            "live": not red,
            "ready": not unready,
            "reasons": [*red, *(reason for reason in unready if reason not in red)],
            "lanes": health.lanes(),
        }
        return JSONResponse(document)

    return Starlette(
        routes=[
            Route("/health/live", live),
            Route("/health/ready", ready),
            Route("/metrics", numbers),
            Route("/status", status),
        ]
    )


class _Server(uvicorn.Server):
    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        # The process owns the signals: requests are drained first, and only then what they rely on is closed.
        yield


class HttpServer:
    """Serves the face, and a process's own application below it, until it is drained."""

    def __init__(self, settings: ProcessSettings, app: Starlette) -> None:
        self._app = app
        self._socket = _listen(settings.host, settings.port)
        self.port: int = self._socket.getsockname()[1]
        self._server = _Server(
            uvicorn.Config(
                app,
                http="httptools",
                log_config=None,
                access_log=False,
                lifespan="off",
                server_header=False,
                timeout_graceful_shutdown=int(settings.drain_timeout_s),
            )
        )
        self._task: asyncio.Task[None] | None = None

    def mount(self, app: ASGIApp) -> None:
        """Answer everything that is not the face's with this application. Its lifespan is not run: compose in main."""
        self._app.router.routes.append(Mount("/", app=app))

    def start(self) -> None:
        """Begin to serve."""
        self._task = asyncio.create_task(self._server.serve(sockets=[self._socket]), name="http")

    async def drain(self) -> None:
        """Take no more requests, finish those in flight, stop. Harmless when it is repeated."""
        self._server.should_exit = True
        if self._task is not None:
            await self._task
        self._socket.close()


def _listen(host: str, port: int) -> socket.socket:
    try:
        return socket.create_server((host, port), backlog=1024)
    except OSError as error:
        raise SettingsError(f"KHOP_PORT: cannot listen on {host}:{port}: {error.strerror}; choose another") from None
