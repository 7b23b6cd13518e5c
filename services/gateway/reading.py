"""What a key of scope read may see of its own tenant: all states as of one position, the events, one dossier."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator, AsyncIterator
from typing import Annotated, Final

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import StreamingResponse
from pydantic_core import from_json, to_json

from contracts.upcasting import parse_event
from services.event_store.port import EventStore
from services.gateway.access import Access
from services.gateway.models import DossierDocument, Problem
from services.gateway.problems import problem
from services.projections.port import ReadModels

NDJSON: Final = "application/x-ndjson"
PAGE: Final = 1_000
LOOK_S: Final = 0.2
SIGN_OF_LIFE_S: Final = 15.0
"""A stream that follows sends an empty line this often, so that both sides notice a dead connection."""


def router(*, access: Access, store: EventStore, models: ReadModels, stopping: asyncio.Event) -> APIRouter:
    """The routes."""
    routes = APIRouter(tags=["read"])

    @routes.get("/v1/states", responses={200: {"content": {NDJSON: {}}}, 503: {"model": Problem}})
    async def states(request: Request) -> Response:
        """Every living dossier's state as of one position: first a line that names it, then a dossier a line.

        Then read `GET /v1/events?after=<position>` or the topic, and skip positions up to it.
        """
        key = await access.require(request, "read")
        generation = await store.generation()

        async def lines() -> AsyncGenerator[bytes]:
            async with models.states(key.tenant) as (position, rows):
                yield to_json({"position": position, "generation": str(generation)}) + b"\n"
                async for row in rows:
                    state = row.state().model_dump(mode="json", exclude_none=True)
                    yield to_json({"dossier": str(row.dossier), "position": row.position, "state": state}) + b"\n"

        return StreamingResponse(await _begun(lines()), media_type=NDJSON)

    @routes.get("/v1/events", responses={200: {"content": {NDJSON: {}}}, 503: {"model": Problem}})
    async def events(
        request: Request,
        after: Annotated[int, Query(ge=0, lt=2**63, description="Position you have; 0 for all")] = 0,
        limit: Annotated[int, Query(ge=1, le=1_000_000, description="At most so many events")] = 10_000,
        *,
        follow: Annotated[bool, Query(description="Stay, and send what comes; empty lines are signs of life")] = False,
    ) -> Response:
        """The tenant's events after a position, in order and without a gap, as they were published."""
        key = await access.require(request, "read")
        generation, head = await store.generation(), await store.head(key.tenant)

        async def lines() -> AsyncIterator[bytes]:
            position, left, quiet_s = after, limit, 0.0
            while left:
                page = await store.read(key.tenant, after=position, limit=min(PAGE, left))
                if page:
                    position, left, quiet_s = page[-1].position, left - len(page), 0.0
                    yield b"".join(event.body + b"\n" for event in page)
                elif not follow or stopping.is_set():
                    return
                else:
                    await _pause(stopping)
                    quiet_s += LOOK_S
                    if quiet_s >= SIGN_OF_LIFE_S:
                        quiet_s = 0.0
                        yield b"\n"

        headers = {"khop-generation": str(generation), "khop-head": str(head)}
        return StreamingResponse(lines(), media_type=NDJSON, headers=headers)

    @routes.get(
        "/v1/dossiers/{system}/{code:path}", response_model=DossierDocument, responses={404: {"model": Problem}}
    )
    async def dossier(request: Request, system: str, code: str) -> Response:
        """One dossier by any of its codes: its state, what is remarked on it, and every event."""
        key = await access.require(request, "read")
        entry = await store.find(key.tenant, system, code)
        if entry is None:
            return problem(404, f"no dossier of {system} has the code {code}", "check the system's name and the code")
        stored = await store.events_of(key.tenant, entry.lineage)
        latest = next(event for event in reversed(stored) if event.dossier == entry.dossier)
        state = parse_event(latest.body).state
        codes = {(name, each) for name, own in ({} if state is None else state.codes).items() for each in own}
        # A dossier that was part of another one for a while finds its own facts among the other's events, by code.
        history = [
            document
            for event in stored
            if _said_of(document := from_json(event.body)) in codes or event.dossier == entry.dossier
        ]
        row = await models.find(key.tenant, system, code)
        document = {
            "dossier": str(entry.dossier),
            "position": latest.position,
            "state": None if state is None else state.model_dump(mode="json", exclude_none=True),
            "judgements": from_json(row.judgements) if row is not None and row.position >= latest.position else None,
            "history": history,
        }
        return Response(to_json(document), media_type="application/json")

    return routes


def _said_of(event: dict[str, str]) -> tuple[str, str]:
    return event["source"].rpartition("/")[2], event["code"]


async def _begun(lines: AsyncGenerator[bytes]) -> AsyncIterator[bytes]:
    """The same lines, the first of them read already: what cannot begin is still answered with its own status."""
    first = await anext(lines)

    async def all_of_them() -> AsyncIterator[bytes]:
        try:
            yield first
            async for line in lines:
                yield line
        finally:
            await lines.aclose()

    return all_of_them()


async def _pause(stopping: asyncio.Event) -> None:
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(LOOK_S):
            await stopping.wait()
