"""The one place that decides what becomes of fetched records: commit, try again, take one by one, park, or stop."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from itertools import groupby
from typing import Final, Protocol, TypeVar

from services.messaging.port import BatchHandler, Poison, Poisoned, Received, Transient
from services.parking.port import Parked, ParkingLot
from services.runtime.backoff import Backoff
from services.runtime.clock import Clock
from services.runtime.logging import logger
from services.runtime.metrics import Metrics
from services.runtime.unavailable import DatabaseUnavailable

AWAY = (Transient, DatabaseUnavailable)
"""The world's faults: waited out. Any other error is a defect: it ends the process, and is counted by its starts."""

REASON_CHARACTERS_MAX: Final = 500
SWEEP_EVERY_S: Final = 10.0

Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Where a fault stops being a record's and becomes systematic."""

    starts_max: int = 3
    """A record that was started alone this often without an end kills its process: it is parked unread."""
    parked_in_a_row_max: int = 50
    parked_ratio_max: float = 0.2
    """Of the last `ratio_window` records; not asked before that many were seen."""
    ratio_window: int = 500


class TooManyParked(Exception):
    """So many records cannot be read that the fault lies elsewhere: nothing more is set aside until a person looked."""


class _Guard:
    """Counts what cannot be read, and refuses before the batch that goes too far is parked or committed."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._in_a_row = 0
        self._batches: deque[tuple[int, int]] = deque()

    def require_few(self, records: Sequence[Received], poisoned: Sequence[Poisoned], *, group: str) -> None:
        bad = {(each.record.topic, each.record.partition, each.record.offset) for each in poisoned}
        in_a_row = self._in_a_row
        for record in records:
            in_a_row = in_a_row + 1 if (record.topic, record.partition, record.offset) in bad else 0
            if in_a_row > self._limits.parked_in_a_row_max:
                raise self._refusal(f"{in_a_row} records in a row", poisoned[-1], group)
        self._in_a_row = in_a_row
        self._batches.append((len(records), len(bad)))
        seen = sum(size for size, _ in self._batches)
        while seen - self._batches[0][0] >= self._limits.ratio_window:
            seen -= self._batches.popleft()[0]
        parked = sum(count for _, count in self._batches)
        if bad and seen >= self._limits.ratio_window and parked > seen * self._limits.parked_ratio_max:
            raise self._refusal(f"{parked} of the last {seen} records", poisoned[-1], group)

    def _refusal(self, what: str, last: Poisoned, group: str) -> TooManyParked:
        record = last.record
        return TooManyParked(
            f"{what} of {record.topic} cannot be read by {group}; at partition {record.partition}, offset "
            f"{record.offset}: {last.reason[:REASON_CHARACTERS_MAX]}. Stopped before any of this batch was set aside: "
            "correct what writes these records, or this version, then start again"
        )


class Interrupted(Exception):
    """The partitions are given up or the process stops while something is away: what is not committed comes again."""


class Session(Protocol):
    """What the engine needs of the consumer that fetched the records."""

    @property
    def interrupted(self) -> asyncio.Event:
        """Set while partitions are being given up, or for good when the consumer stops."""
        ...

    async def commit(self, offsets: Mapping[tuple[str, int], int]) -> None:
        """Say where to read on: (topic, partition) → offset of the next record. A lost partition is no error."""
        ...


@dataclass(slots=True, kw_only=True)
class Intake:
    """One group's way with fetched records. `trouble` is told why it waits, and None when it goes on."""

    group: str
    handler: BatchHandler
    parking: ParkingLot
    clock: Clock
    metrics: Metrics
    trouble: Callable[[str | None], None]
    limits: Limits = field(default_factory=Limits)
    _guard: _Guard = field(init=False)
    _unfinished: dict[tuple[str, int], int] = field(init=False, default_factory=dict)
    _swept_at: datetime = field(init=False)

    def __post_init__(self) -> None:
        self._guard = _Guard(self.limits)
        self._swept_at = self.clock.now()

    async def take(self, records: Sequence[Received], session: Session) -> None:
        """Do these records wholly and commit them, or raise.

        Starts are written down before anything is done. A batch that was started before without an end is taken
        record by record, so that the one that ends the process is found.

        Raises:
            Interrupted: nothing more is done; what was not committed is to be fetched again.
            TooManyParked: nothing of this batch is parked or committed.
        """
        whole: list[Received] = []
        singly: list[tuple[Received, int | None]] = []
        for _, run in groupby(records, key=lambda record: (record.topic, record.partition)):
            batch = list(run)
            starts = await self._start(batch, session)
            if starts == 1:
                whole += batch
            else:
                singly += [(record, starts if len(batch) == 1 else None) for record in batch]
        if whole:
            await self._settle(whole, await self._handle(whole, session), session)
        for record, known in singly:
            if session.interrupted.is_set():
                raise Interrupted("given up between two records")
            await self._take_alone(record, known, session)
        await self._forget_finished(session)

    async def _take_alone(self, record: Received, starts: int | None, session: Session) -> None:
        if starts is None:
            starts = await self._start([record], session)
        if starts > self.limits.starts_max:
            reason = f"this process ended {starts - 1} times while it handled this record alone"
            await self._settle([record], [Poisoned(record, reason)], session, attempts=starts - 1)
        else:
            await self._settle([record], await self._handle([record], session), session, attempts=starts)

    async def _start(self, batch: Sequence[Received], session: Session) -> int:
        first, last = batch[0], batch[-1]
        count = partial(
            self.parking.starts,
            topic=first.topic,
            partition=first.partition,
            group=self.group,
            first_offset=first.offset,
            last_offset=last.offset,
        )
        return await self._patiently(count, session)

    async def _handle(self, records: Sequence[Received], session: Session) -> Sequence[Poisoned]:
        try:
            with self.metrics.batch_s.labels(records[0].topic).time():
                return await self._patiently(partial(self.handler, records), session)
        except Poison as error:
            if len(records) == 1:
                return [Poisoned(records[0], str(error))]
        # The handler could not say which record it is: each alone then says it of itself.
        return [poisoned for record in records for poisoned in await self._handle([record], session)]

    async def _settle(
        self, records: Sequence[Received], poisoned: Sequence[Poisoned], session: Session, *, attempts: int = 1
    ) -> None:
        self._guard.require_few(records, poisoned, group=self.group)
        topic = records[0].topic
        if poisoned:
            parked = [self._parked(each, attempts) for each in poisoned]
            await self._patiently(partial(self.parking.park, parked), session)
            self.metrics.parked.labels(topic).inc(len(poisoned))
            for each in poisoned:
                where = f"{each.record.topic}/{each.record.partition}/{each.record.offset}"
                logger().warning("parked", group=self.group, record=where, reason=each.reason)
        offsets = {(record.topic, record.partition): record.offset + 1 for record in records}
        await session.commit(offsets)
        self._unfinished.update(offsets)
        self.metrics.handled.labels(topic, "done").inc(len(records) - len(poisoned))

    def _parked(self, poisoned: Poisoned, attempts: int) -> Parked:
        record = poisoned.record
        return Parked(
            id=0,
            topic=record.topic,
            partition=record.partition,
            offset=record.offset,
            group=self.group,
            key=record.key,
            value=record.value,
            reason=poisoned.reason[:REASON_CHARACTERS_MAX],
            attempts=attempts,
            parked_at=self.clock.now(),
            state="parked",
        )

    async def _forget_finished(self, session: Session) -> None:
        # A count below the committed offset is never asked for again: forgetting is housekeeping, done now and then.
        now = self.clock.now()
        if (now - self._swept_at).total_seconds() < SWEEP_EVERY_S:
            return
        for (topic, partition), offset in self._unfinished.items():
            forget = partial(
                self.parking.finished, topic=topic, partition=partition, group=self.group, up_to_offset=offset - 1
            )
            await self._patiently(forget, session)
        self._unfinished.clear()
        self._swept_at = now

    async def _patiently(self, call: Callable[[], Awaitable[Answer]], session: Session) -> Answer:
        """Repeat a call for as long as what it needs is away, with growing pauses."""
        backoff = Backoff()
        waited = False
        try:
            while True:
                try:
                    return await call()
                except AWAY as error:
                    if session.interrupted.is_set():
                        raise Interrupted(str(error)) from error
                    reason = f"{type(error).__name__}: {error}"
                    self.trouble(reason)
                    waited = True
                    self.metrics.retries.labels(self.group).inc()
                    logger().warning("waiting", group=self.group, reason=reason)
                    await self._pause(backoff.next_s(), session)
        finally:
            # However the waiting ended: records that went to another member are no trouble of this one any more.
            if waited:
                self.trouble(None)

    async def _pause(self, seconds_s: float, session: Session) -> None:
        pause = asyncio.ensure_future(self.clock.sleep(seconds_s))
        interrupted = asyncio.ensure_future(session.interrupted.wait())
        try:
            await asyncio.wait((pause, interrupted), return_when=asyncio.FIRST_COMPLETED)
        finally:
            pause.cancel()
            interrupted.cancel()
        if session.interrupted.is_set():
            raise Interrupted("stopped while waiting")
