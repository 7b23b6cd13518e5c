"""A subscriber over real HTTP that remembers what took effect, so that loss, doubling and disorder can be seen."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import uvicorn
from pydantic_core import from_json, to_json
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.simulation.portal import Memory


def _app(memories: Mapping[tuple[str, str], Memory]) -> Starlette:
    def memory(request: Request) -> Memory:
        return memories[request.path_params["tenant"], request.path_params["name"]]

    async def receive(request: Request) -> Response:
        said = from_json(await request.body())
        events: list[dict[str, Any]] = said if isinstance(said, list) else [said]
        results = []
        for event in events:
            memory(request).take(event["khopkey"], to_json(event), event.get("khoprepair"))
            results.append({"number": event["khopdelivery"], "outcome": "accepted"})
        return JSONResponse({"results": results})

    async def became(request: Request) -> Response:
        known = request.path_params["key"] in memory(request).taken
        return JSONResponse({"outcome": "accepted" if known else "absent"})

    async def states(request: Request) -> Response:
        asked = from_json(await request.body())["items"]
        shown = memory(request).shown
        found = [
            {"dossier": dossier, "state": _json(shown[dossier][1]) if dossier in shown else None}
            for dossier in (each["dossier"] for each in asked)
        ]
        return JSONResponse({"states": found})

    at = "/{tenant}/{name}"
    return Starlette(
        routes=[
            Route(f"{at}/cloudevents", receive, methods=["POST"]),
            Route(f"{at}/deliveries/{{key}}", became),
            Route(f"{at}/states", states, methods=["POST"]),
        ]
    )


def _json(state: Any) -> Any:
    return state.model_dump(mode="json", exclude={"codes", "clock", "returned_at", "merged_into"})


@asynccontextmanager
async def receiving(memories: Mapping[tuple[str, str], Memory]) -> AsyncIterator[str]:
    """Serve on a free port of this machine; gives the base address, to which `/tenant/name` is added."""
    listener = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(_app(memories), log_level="error", lifespan="off", access_log=False)
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        await serving
