"""The transport keeps its connections whatever happens to those who call it."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx

from services.subscribers.http import HttpTransport
from services.subscribers.port import Request

CONNECTIONS = 4
ANSWER = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}"


@asynccontextmanager
async def slow_server(may_answer: asyncio.Event, asked: asyncio.Semaphore) -> AsyncIterator[str]:
    """Reads requests, and answers them once it may."""

    serving: set[asyncio.Task[None]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        serving.add(task)
        try:
            while True:
                await reader.readuntil(b"\r\n\r\n")
                asked.release()
                await may_answer.wait()
                writer.write(ANSWER)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()
        finally:
            serving.discard(task)

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
        may_answer.set()
        if serving:  # they end when the client has closed its connections
            await asyncio.wait(serving)


async def test_a_cancelled_caller_does_not_cost_a_connection() -> None:
    may_answer, asked = asyncio.Event(), asyncio.Semaphore(0)
    transport = HttpTransport(connections_max=CONNECTIONS)
    async with slow_server(may_answer, asked) as url:
        try:
            request = Request("GET", url, {})
            for turns in range(12):  # cancelled at every moment at which the pool may be handing a connection over
                may_answer.clear()
                callers = [asyncio.create_task(transport.send(request, timeout_s=5)) for _ in range(3 * CONNECTIONS)]
                await asyncio.wait_for(asked.acquire(), 10)
                may_answer.set()
                for _ in range(turns):
                    await asyncio.sleep(0)
                for caller in callers:
                    caller.cancel()
                await asyncio.wait(callers)
            may_answer.set()
            answers = await asyncio.gather(*(transport.send(request, timeout_s=5) for _ in range(CONNECTIONS)))
            assert [answer.status for answer in answers] == [200] * CONNECTIONS
        finally:
            await transport.aclose()


async def test_what_was_sent_is_let_go_with_its_answer() -> None:
    may_answer, asked = asyncio.Event(), asyncio.Semaphore(0)
    may_answer.set()
    transport = HttpTransport()
    async with slow_server(may_answer, asked) as url:
        gc.collect()
        gc.disable()  # a megabyte each must not wait for a collector that counts objects
        try:
            for _ in range(20):
                await transport.send(Request("GET", url, {}), timeout_s=5)
            left = sum(isinstance(each, httpx.Response) for each in gc.get_objects())
        finally:
            gc.enable()
            await transport.aclose()
    assert left <= 1, f"{left} answers are still there"
