"""The engine alone: what it counts, when it refuses, and that it lets go of partitions it is losing."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

import pytest

from services.messaging.consume import SWEEP_EVERY_S, Intake, Interrupted, Limits, TooManyParked
from services.messaging.port import BatchHandler, Poisoned, Received, Transient
from services.parking.memory import MemoryParkingLot
from services.runtime.metrics import Metrics
from services.runtime.unavailable import DatabaseUnavailable


class HandClock:
    """A clock that sleeping moves."""

    def __init__(self) -> None:
        self.at = datetime(2024, 5, 13, tzinfo=UTC)
        self.slept: list[float] = []

    def now(self) -> datetime:
        return self.at

    async def sleep(self, seconds_s: float) -> None:
        self.slept.append(seconds_s)
        self.at += timedelta(seconds=seconds_s)
        await asyncio.sleep(0)


class Share:
    """All partitions, with what was committed."""

    def __init__(self) -> None:
        self.interrupted = asyncio.Event()
        self.commits: list[dict[tuple[str, int], int]] = []

    async def commit(self, offsets: Mapping[tuple[str, int], int]) -> None:
        self.commits.append(dict(offsets))


class Bench:
    """An engine with everything around it in reach."""

    def __init__(self, handler: BatchHandler, limits: Limits | None = None) -> None:
        self.clock = HandClock()
        self.parking = MemoryParkingLot()
        self.share = Share()
        self.troubles: list[str | None] = []
        self.intake = Intake(
            group="g",
            handler=handler,
            parking=self.parking,
            clock=self.clock,
            metrics=Metrics(),
            trouble=self.troubles.append,
            limits=limits or Limits(),
        )


def batch(first: int, last: int, *, partition: int = 0) -> list[Received]:
    return [Received("t", partition, n, None, str(n).encode(), 0) for n in range(first, last + 1)]


def poisoning(bad: set[int]) -> BatchHandler:
    async def handle(records: Sequence[Received]) -> Sequence[Poisoned]:
        return [Poisoned(record, "bad") for record in records if record.offset in bad]

    return handle


async def nothing(_: Sequence[Received]) -> Sequence[Poisoned]:
    return ()


async def test_one_commit_for_a_batch_that_spans_partitions() -> None:
    bench = Bench(nothing)
    await bench.intake.take([*batch(0, 4), *batch(7, 9, partition=2)], bench.share)
    assert bench.share.commits == [{("t", 0): 5, ("t", 2): 10}]


async def test_the_start_is_written_down_before_the_handler_is_called() -> None:
    counted: list[int] = []

    async def handle(records: Sequence[Received]) -> Sequence[Poisoned]:
        counted.append(await bench.parking.starts(topic="t", partition=0, group="g", first_offset=0, last_offset=4))
        return ()

    bench = Bench(handle)
    await bench.intake.take(batch(0, 4), bench.share)
    assert counted == [2]


async def test_a_batch_that_was_started_before_is_taken_record_by_record_with_a_commit_each() -> None:
    sizes: list[int] = []

    async def handle(records: Sequence[Received]) -> Sequence[Poisoned]:
        sizes.append(len(records))
        return ()

    bench = Bench(handle)
    await bench.parking.starts(topic="t", partition=0, group="g", first_offset=0, last_offset=1)
    await bench.intake.take([*batch(0, 3), *batch(0, 5, partition=1)], bench.share)
    assert sizes == [6, 1, 1, 1, 1]
    assert bench.share.commits == [{("t", 1): 6}, *({("t", 0): n} for n in range(1, 5))]


async def test_the_ratio_is_asked_once_enough_was_seen_and_good_batches_do_not_hide_a_fault_for_long() -> None:
    bench = Bench(poisoning(set(range(0, 1_000, 3))), Limits(parked_ratio_max=0.2, ratio_window=60))
    await bench.intake.take(batch(0, 29), bench.share)
    with pytest.raises(TooManyParked, match=r"20 of the last 60 records of t cannot be read by g; .* bad"):
        await bench.intake.take(batch(30, 59), bench.share)
    assert len(await bench.parking.list()) == 10
    assert bench.share.commits == [{("t", 0): 30}]


async def test_scattered_poison_below_the_ratio_never_stops_anything() -> None:
    bench = Bench(poisoning(set(range(0, 5_000, 10))), Limits(parked_ratio_max=0.2, ratio_window=60))
    for first in range(0, 5_000, 50):
        await bench.intake.take(batch(first, first + 49), bench.share)
    assert len(await bench.parking.list(limit=1_000)) == 500


async def test_a_row_of_poison_is_counted_across_batches_and_ended_by_one_good_record() -> None:
    limits = Limits(parked_in_a_row_max=6, ratio_window=10_000)
    fine = Bench(poisoning({0, 1, 2, 3, 5, 6, 7, 8}), limits)
    await fine.intake.take(batch(0, 4), fine.share)
    await fine.intake.take(batch(5, 9), fine.share)
    assert len(await fine.parking.list()) == 8
    systematic = Bench(poisoning(set(range(10))), limits)
    await systematic.intake.take(batch(0, 4), systematic.share)
    with pytest.raises(TooManyParked, match="7 records in a row"):
        await systematic.intake.take(batch(5, 9), systematic.share)


@pytest.mark.parametrize("error", [Transient("kafka is away"), DatabaseUnavailable("the database is away")])
async def test_waiting_grows_is_shown_and_ends_when_it_goes_on(error: Exception) -> None:
    failures = 8

    async def handle(_: Sequence[Received]) -> Sequence[Poisoned]:
        nonlocal failures
        failures -= 1
        if failures >= 0:
            raise error
        return ()

    bench = Bench(handle)
    await bench.intake.take(batch(0, 0), bench.share)
    assert bench.troubles == [f"{type(error).__name__}: {error}"] * 8 + [None]
    assert all(later > sooner for sooner, later in zip(bench.clock.slept[:5], bench.clock.slept[1:6], strict=True))
    assert max(bench.clock.slept) <= 10.0
    assert bench.share.commits == [{("t", 0): 1}]


async def test_partitions_that_are_being_lost_are_let_go_of_while_something_is_away() -> None:
    async def handle(_: Sequence[Received]) -> Sequence[Poisoned]:
        bench.share.interrupted.set()
        raise Transient("away")

    bench = Bench(handle)
    with pytest.raises(Interrupted):
        await bench.intake.take(batch(0, 4), bench.share)
    assert bench.share.commits == []


async def test_waiting_that_a_lost_partition_ends_is_no_trouble_any_more() -> None:
    async def handle(_: Sequence[Received]) -> Sequence[Poisoned]:
        if len(bench.clock.slept) == 2:
            bench.share.interrupted.set()
        raise Transient("away")

    bench = Bench(handle)
    with pytest.raises(Interrupted):
        await bench.intake.take(batch(0, 4), bench.share)
    assert bench.troubles == ["Transient: away"] * 2 + [None]


async def test_between_two_records_taken_singly_a_lost_partition_is_let_go_of() -> None:
    async def handle(records: Sequence[Received]) -> Sequence[Poisoned]:
        if records[0].offset == 1:
            bench.share.interrupted.set()
        return ()

    bench = Bench(handle)
    await bench.parking.starts(topic="t", partition=0, group="g", first_offset=0, last_offset=4)
    with pytest.raises(Interrupted):
        await bench.intake.take(batch(0, 4), bench.share)
    assert bench.share.commits == [{("t", 0): 1}, {("t", 0): 2}]


async def test_counts_of_what_is_done_are_forgotten_now_and_then() -> None:
    bench = Bench(nothing)
    await bench.intake.take(batch(0, 4), bench.share)
    await bench.clock.sleep(SWEEP_EVERY_S)
    await bench.intake.take(batch(5, 9), bench.share)
    for first in (0, 5):
        assert await bench.parking.starts(topic="t", partition=0, group="g", first_offset=first, last_offset=9) == 1


async def test_a_record_is_parked_with_its_reason_cut_to_a_bounded_length() -> None:
    async def handle(records: Sequence[Received]) -> Sequence[Poisoned]:
        return [Poisoned(records[0], "x" * 10_000)]

    bench = Bench(handle)
    await bench.intake.take(batch(3, 3), bench.share)
    (parked,) = await bench.parking.list()
    assert (parked.offset, parked.value, len(parked.reason)) == (3, b"3", 500)
