"""Puts what many callers say at the same moment into one write to Kafka, so that each waits for one round trip."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Final

from contracts.topics import OBSERVATIONS
from services.messaging.port import BrokerUnavailable, Publisher, Record

WRITE_MAX: Final = 5_000
WAITING_MAX_BYTES: Final = 64 * 1024 * 1024
ANSWER_WITHIN_S: Final = 10.0
GATHER_S: Final = 0.003
"""Between two writes while there are callers: a write of five costs what a write of one does."""


class Overloaded(Exception):
    """More is waiting for Kafka than may wait; nothing of this request was taken."""


class Collector:
    """One write is under way at a time; what comes meanwhile goes with the next one."""

    def __init__(self, publisher: Publisher, *, answer_within_s: float = ANSWER_WITHIN_S) -> None:
        self._publisher = publisher
        self._answer_within_s = answer_within_s
        self._waiting: list[tuple[Sequence[Record], asyncio.Future[None]]] = []
        self._waiting_bytes = 0
        self._writer: asyncio.Task[None] | None = None

    async def publish(self, records: Sequence[Record]) -> None:
        """Return once all of these are acknowledged by every replica that must.

        Raises:
            BrokerUnavailable: it is unknown whether they were written; said again they are the same observations.
            Overloaded: certainly not written.
        """
        size = sum(len(record.value) for record in records)
        if self._waiting_bytes and self._waiting_bytes + size > WAITING_MAX_BYTES:
            raise Overloaded
        written: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((records, written))
        self._waiting_bytes += size
        if self._writer is None:
            self._writer = asyncio.create_task(self._write())
        try:
            async with asyncio.timeout(self._answer_within_s):
                await written
        except TimeoutError:
            raise BrokerUnavailable(f"no acknowledgement within {self._answer_within_s:g} s") from None

    async def _write(self) -> None:
        try:
            while self._waiting:
                taken: list[tuple[Sequence[Record], asyncio.Future[None]]] = []
                count = 0
                while self._waiting and (not taken or count + len(self._waiting[0][0]) <= WRITE_MAX):
                    taken.append(self._waiting.pop(0))
                    count += len(taken[-1][0])
                self._waiting_bytes -= sum(len(record.value) for records, _ in taken for record in records)
                await self._write_once(taken)
                await asyncio.sleep(GATHER_S)
        finally:
            self._writer = None

    async def _write_once(self, taken: Sequence[tuple[Sequence[Record], asyncio.Future[None]]]) -> None:
        try:
            await self._publisher.publish(OBSERVATIONS.name, [record for records, _ in taken for record in records])
        except Exception as error:  # noqa: BLE001 - each caller that waits for this write is given its error
            for _, written in taken:
                if not written.done():
                    written.set_exception(error)
        else:
            for _, written in taken:
                if not written.done():
                    written.set_result(None)
