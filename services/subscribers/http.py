"""The transport over real HTTP: keeps connections, follows no redirects, and tells "not sent" from "no answer"."""

from __future__ import annotations

import asyncio

import httpx

from services.subscribers.port import NoReply, Request, Response, Unreachable


class HttpTransport:
    """One pool of connections for all subscribers of a process; close it with `aclose`."""

    def __init__(self, *, connections_max: int = 100) -> None:
        self._client = httpx.AsyncClient(
            follow_redirects=False,
            trust_env=False,
            limits=httpx.Limits(max_connections=connections_max, max_keepalive_connections=connections_max),
        )
        self._under_way: set[asyncio.Task[httpx.Response]] = set()

    async def send(self, request: Request, *, timeout_s: float) -> Response:
        """Gives whatever answer came. Raises Unreachable when nothing left, NoReply when no answer came in time."""
        sending = asyncio.create_task(
            self._client.request(
                request.method,
                request.url,
                headers=dict(request.headers),
                content=request.body,
                timeout=httpx.Timeout(timeout_s, connect=min(timeout_s, 5.0)),
            )
        )
        self._under_way.add(sending)
        sending.add_done_callback(self._ended)
        try:
            # A caller that is cancelled must not cancel the request: the pool would never get that connection back,
            # and when all are gone nothing is ever sent again. The request ends by its own time-out.
            answer = await asyncio.shield(sending)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol) as error:
            raise Unreachable(type(error).__name__) from error
        except (httpx.TransportError, httpx.DecodingError) as error:
            raise NoReply(type(error).__name__) from error
        # An answer and its stream hold each other, and through them the megabyte that was sent. The collector counts
        # objects, not bytes: it would come by when thousands of these are there.
        answer.stream = httpx.ByteStream(b"")
        return Response(
            status=answer.status_code,
            body=answer.content,
            headers={name.lower(): value for name, value in answer.headers.items()},
        )

    def _ended(self, sending: asyncio.Task[httpx.Response]) -> None:
        self._under_way.discard(sending)
        if not sending.cancelled():
            sending.exception()  # looked at, also where nobody waits for it any more

    async def aclose(self) -> None:
        """Give the connections back."""
        await self._client.aclose()
