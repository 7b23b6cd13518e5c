"""The other side in memory: a portal that follows the receiving contract, with faults given by whoever tests."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

from pydantic_core import from_json, to_json

from services.runtime.clock import Clock
from services.subscribers.port import NoReply, Request, Response
from services.subscribers.signature import verify

Fault = Callable[[Request], Awaitable[Response | None]]
"""Called before a request is handled; may raise Unreachable or NoReply, or answer in the portal's place."""


async def no_fault(_: Request) -> Response | None:
    """Nothing goes wrong."""
    return None


@dataclass(slots=True)
class MemoryPortal:
    """Keeps, per subject, the state with the highest position, as every subscriber should; a Transport to itself.

    `received` is every event it took, in order, for a test to look at. `reject` says why an event is refused.
    """

    system: str
    secret: str
    clock: Clock
    gives_codes: bool = False
    before: Fault = no_fault
    after: Fault = no_fault
    """Called when the request was handled and before it is answered: a lost answer raises NoReply here."""
    reject: Callable[[dict[str, Any]], str | None] = lambda _: None
    received: list[dict[str, Any]] = field(default_factory=list)
    states: dict[str, dict[str, Any]] = field(default_factory=dict)
    positions: dict[str, int] = field(default_factory=dict)
    codes: dict[str, str] = field(default_factory=dict)
    answered: dict[str, dict[str, Any]] = field(default_factory=dict)
    requests: int = 0
    repeated: list[str] = field(default_factory=list)
    """Keys that were sent although they had been accepted: nobody asked first."""

    async def send(self, request: Request, *, timeout_s: float) -> Response:
        """Handle a request. Raises what the faults raise."""
        del timeout_s
        if (instead := await self.before(request)) is not None:
            return instead
        self.requests += 1
        if not verify(
            self.secret,
            request.body,
            timestamp=request.headers.get("khop-timestamp", ""),
            signature=request.headers.get("khop-signature", ""),
            now=self.clock.now(),
        ):
            return Response(401, b"")
        response = self._handle(request)
        return await self.after(request) or response

    def _handle(self, request: Request) -> Response:
        path = request.url.removeprefix("http://").partition("/")[2]
        if path.endswith("cloudevents"):
            document = from_json(request.body)
            events = document if isinstance(document, list) else [document]
            return _answer({"results": self._take(events)})
        if path.endswith("states"):
            asked = from_json(request.body)["items"]
            return _answer(
                {"states": [{"dossier": each["dossier"], "state": self.states.get(each["dossier"])} for each in asked]}
            )
        answer = self.answered.get(unquote(path.rpartition("/")[2]))
        return Response(404, b"") if answer is None else _answer(answer)

    def _take(self, events: list[dict[str, Any]]) -> list[dict[str, Any]]:
        results: list[dict[str, Any]] = []
        refused: set[str] = set()
        for event in events:
            subject, key = event["subject"], event["khopkey"]
            answer = self.answered.get(key)
            if answer is not None and answer["outcome"] == "accepted":
                self.repeated.append(key)
            if answer is None and subject in refused:
                answer = {"outcome": "skipped"}
            elif answer is None or answer["outcome"] == "rejected":
                answer = self.answered[key] = self._apply(event)
            if answer["outcome"] != "accepted":
                refused.add(subject)
            results.append({"number": event["khopdelivery"], **answer})
        return results

    def _apply(self, event: dict[str, Any]) -> dict[str, Any]:
        reason = self.reject(event)
        if reason is not None:
            return {"outcome": "rejected", "reason": reason}
        self.received.append(event)
        subject, position = event["subject"], event["position"]
        if position >= self.positions.get(subject, 0) and not (event.get("khopinto") and subject not in self.states):
            self.positions[subject], self.states[subject] = position, event["state"]
        own = event["state"].get("codes", {}).get(self.system, ())
        if own or not self.gives_codes:
            return {"outcome": "accepted"}
        code = self.codes.setdefault(subject, f"{self.system}-{len(self.codes) + 1}")
        return {"outcome": "accepted", "code": code}


def _answer(document: dict[str, Any]) -> Response:
    return Response(200, to_json(document))


def losing_answers(times: int) -> Fault:
    """A fault for `after`: the first so many answers are lost on their way back."""
    left = [times]

    async def lose(_: Request) -> Response | None:
        if left[0] > 0:
            left[0] -= 1
            raise NoReply("lost")
        return None

    return lose
