"""Posts over kept connections with next to no work of its own, so that who is measured has the processor."""

from __future__ import annotations

import asyncio
from collections import deque
from types import TracebackType
from typing import Self

from tests.bench.stage import Stuck


class Poster:
    """A pool of HTTP/1.1 connections to one path; a post takes whichever is free, and opens another if none is."""

    def __init__(self, *, port: int, path: str, token: str) -> None:
        self._port = port
        self._head = (
            f"POST {path} HTTP/1.1\r\nhost: 127.0.0.1:{port}\r\nauthorization: Bearer {token}\r\n"
            "content-type: application/json\r\ncontent-length: "
        ).encode()
        # The one that is free for longest goes next, so that none is idle until the gateway closes it.
        self._free: deque[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = deque()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for _, writer in self._free:
            writer.close()

    async def post(self, body: bytes) -> None:
        """Return when it is answered with 202. Raises Stuck on any other answer."""
        reader, writer = self._free.popleft() if self._free else await asyncio.open_connection("127.0.0.1", self._port)
        writer.write(self._head + str(len(body)).encode() + b"\r\n\r\n" + body)
        head = await reader.readuntil(b"\r\n\r\n")
        length = next(
            int(line.partition(b":")[2]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length")
        )
        answer = await reader.readexactly(length)
        if not head.startswith(b"HTTP/1.1 202"):
            raise Stuck(f"the gateway said {head.splitlines()[0].decode()}: {answer[:300].decode(errors='replace')}")
        self._free.append((reader, writer))
