"""What every consumer does with what it fetched: one test a line of the table of outcomes, on every broker."""

import asyncio
from collections.abc import Callable, Sequence
from contextvars import ContextVar, copy_context
from typing import Any

import pytest

from services.messaging.consume import Limits, TooManyParked
from services.messaging.port import Poison, Poisoned, Received, Record, Transient
from tests.contract.messaging.harness import Broker, Reading
from tests.waiting import until

Read = Callable[..., Reading]


def records(tenant: str, count: int, *, start: int = 0) -> list[Record]:
    return [Record(f"k{n}".encode(), f"{tenant} {n}".encode(), tenant) for n in range(start, start + count)]


async def test_done_is_committed_and_not_given_again(broker: Broker, read: Read) -> None:
    await broker.publisher.publish(broker.topic, records("lang-son", 10))
    first = read()
    await until(lambda: len(first.values) == 10)
    await until(lambda: _sum(broker, 10))
    await first.stop()
    await broker.publisher.publish(broker.topic, records("lang-son", 1, start=10))
    second = read()
    await until(lambda: second.values)
    assert second.values == [b"lang-son 10"]


async def test_a_new_group_begins_at_the_oldest_record(broker: Broker, read: Read) -> None:
    await broker.write(b"old")
    reading = read()
    await until(lambda: reading.values == [b"old"])


async def test_order_is_kept_within_a_tenant_through_single_sends_and_pages(broker: Broker, read: Read) -> None:
    await broker.publisher.publish(broker.topic, records("lang-son", 3))
    await broker.publisher.publish(broker.topic, records("lang-son", 200, start=3))
    await broker.publisher.publish(broker.topic, records("lang-son", 2, start=203))
    reading = read()
    await until(lambda: len(reading.values) == 205)
    assert reading.values == [f"lang-son {n}".encode() for n in range(205)]


@pytest.mark.parametrize(
    "headers",
    [[("generation", None)], [("trace", b"\xff\xfe")], [("a", b"1"), ("a", None)]],
    ids=["null header", "header that is not UTF-8", "the same header twice"],
)
async def test_headers_of_any_kind_come_through_as_bytes(
    broker: Broker, read: Read, headers: list[tuple[str, bytes | None]]
) -> None:
    await broker.write(b"before")
    await broker.write(b"odd", headers)
    await broker.write(b"after")
    reading = read()
    await until(lambda: len(reading.values) == 3)
    assert reading.values == [b"before", b"odd", b"after"]
    assert [record.headers for batch in reading.batches for record in batch][1] == tuple(headers)


async def test_a_timer_set_while_a_batch_is_handled_does_not_keep_the_batch(broker: Broker, read: Read) -> None:
    # A timer keeps the context it was set in: only what was there before the reader began may be in it.
    before = dict(copy_context())
    seen: list[dict[ContextVar[Any], Any]] = []

    async def handle(_: Sequence[Received]) -> Sequence[Poisoned]:
        seen.append(dict(copy_context()))
        return ()

    await broker.write(b"x")
    read(handle)
    await until(lambda: seen)
    assert seen == [before]


async def test_a_record_without_a_value_is_given_as_no_bytes(broker: Broker, read: Read) -> None:
    await broker.write(None)
    reading = read()
    await until(lambda: reading.values == [b""])


async def test_what_cannot_be_read_is_parked_whole_and_the_rest_goes_on(broker: Broker, read: Read) -> None:
    async def handle(batch: Sequence[Received]) -> Sequence[Poisoned]:
        return [Poisoned(record, "not ours") for record in batch if record.value == b"\x00garbage"]

    for value in (b"one", b"\x00garbage", b"two"):
        await broker.write(value)
    reading = read(handle)
    await until(lambda: _committed(broker, 3))
    assert reading.values == [b"one", b"\x00garbage", b"two"]
    (parked,) = await broker.parking.list()
    assert (parked.value, parked.reason, parked.topic, parked.partition, parked.offset, parked.attempts) == (
        *(b"\x00garbage", "not ours", broker.topic, 0, 1, 1),
    )


async def test_a_handler_that_cannot_name_the_record_is_given_each_alone(broker: Broker, read: Read) -> None:
    async def handle(batch: Sequence[Received]) -> Sequence[Poisoned]:
        if any(record.value == b"bad" for record in batch):
            raise Poison("no such dossier")
        return ()

    for value in (b"one", b"bad", b"two"):
        await broker.write(value)
    read(handle)
    await until(lambda: _committed(broker, 3))
    assert [(parked.value, parked.reason) for parked in await broker.parking.list()] == [(b"bad", "no such dossier")]


async def test_a_dependency_that_is_away_is_waited_for_with_nothing_committed(broker: Broker, read: Read) -> None:
    away = True
    seen_while_away: list[tuple[dict[int, int], list[str]]] = []

    async def handle(_: Sequence[Received]) -> Sequence[Poisoned]:
        if away:
            seen_while_away.append((await broker.committed(), broker.health.unready()))
            raise Transient("the database is away")
        return ()

    await broker.write(b"one")
    reading = read(handle)
    await until(lambda: len(seen_while_away) >= 3)
    committed, reasons = seen_while_away[-1]
    assert committed == {}
    assert any("Transient: the database is away" in reason for reason in reasons)
    away = False
    await until(lambda: _committed(broker, 1))
    assert set(reading.values) == {b"one"}
    assert not any("Transient" in reason for reason in broker.health.unready())
    assert await broker.parking.list() == []


async def test_a_defect_ends_the_run_with_nothing_committed(broker: Broker, read: Read) -> None:
    async def handle(_: Sequence[Received]) -> Sequence[Poisoned]:
        raise ZeroDivisionError("a defect")

    await broker.write(b"one")
    reading = read(handle)
    await until(reading.task.done)
    with pytest.raises(ZeroDivisionError):
        await reading.task
    assert await broker.committed() == {}
    assert len(reading.batches) == 1


async def test_a_record_that_kills_the_process_is_found_and_parked_alone(broker: Broker, read: Read) -> None:
    class Killed(BaseException):
        """Stands for the end of the process."""

    async def handle(batch: Sequence[Received]) -> Sequence[Poisoned]:
        if any(record.value == b"killer" for record in batch):
            raise Killed
        return ()

    for value in (b"one", b"two", b"killer", b"three"):
        await broker.write(value)
    lives = 0
    while not await _committed(broker, 4):
        lives += 1
        assert lives < 12, "the record was never found"
        reading = read(handle)
        await until(lambda reading=reading: _either(reading, broker, 4))  # type: ignore[misc]
        if reading.task.done():
            with pytest.raises(Killed):
                await reading.task
        else:
            await reading.stop()
    assert [(parked.value, parked.attempts) for parked in await broker.parking.list()] == [(b"killer", 3)]


async def test_a_systematic_fault_stops_before_anything_more_is_parked(broker: Broker, read: Read) -> None:
    async def handle(batch: Sequence[Received]) -> Sequence[Poisoned]:
        return [Poisoned(record, "unknown act") for record in batch]

    for number in range(12):
        await broker.write(str(number).encode())
    reading = read(handle, limits=Limits(parked_in_a_row_max=5), batch_max=4)
    await until(reading.task.done)
    with pytest.raises(TooManyParked, match=r"6 records in a row .* unknown act"):
        await reading.task
    committed = (await broker.committed()).get(0, 0)
    assert [parked.offset for parked in await broker.parking.list()] == list(range(committed))
    assert committed <= 5


async def test_a_graceful_stop_finishes_the_batch_in_hand_and_commits_it(broker: Broker, read: Read) -> None:
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def handle(_: Sequence[Received]) -> Sequence[Poisoned]:
        begun.set()
        await go_on.wait()
        return ()

    await broker.write(b"one")
    reading = read(handle)
    await begun.wait()
    stopping = asyncio.ensure_future(reading.stop())
    await asyncio.sleep(0)
    assert not reading.task.done()
    go_on.set()
    await stopping
    assert await _committed(broker, 1)


async def test_a_stop_while_something_is_away_ends_at_once_and_commits_nothing(broker: Broker, read: Read) -> None:
    tried = asyncio.Event()

    async def handle(_: Sequence[Received]) -> Sequence[Poisoned]:
        tried.set()
        raise Transient("away")

    await broker.write(b"one")
    reading = read(handle)
    await tried.wait()
    async with asyncio.timeout(8):
        await reading.stop()
    assert await broker.committed() == {}


async def test_two_members_share_the_partitions_and_miss_nothing(broker: Broker, read: Read) -> None:
    names = ["lang-son", "ha-noi", "da-nang", "can-tho", "hue"]
    one, two = read(), read()
    sent = set()
    for turn in range(10):
        for name in names:
            share = records(name, 3, start=3 * turn)
            sent |= {record.value for record in share}
            await broker.publisher.publish(broker.topic, share)
    await until(lambda: set(one.values) | set(two.values) == sent)
    await until(lambda: _sum(broker, len(sent)))


async def test_a_member_that_leaves_is_replaced_from_what_it_committed(broker: Broker, read: Read) -> None:
    await broker.publisher.publish(broker.topic, records("lang-son", 5))
    one = read()
    await until(lambda: _sum(broker, 5))
    two = read()
    await one.stop()
    await broker.publisher.publish(broker.topic, records("lang-son", 5, start=5))
    await until(lambda: _sum(broker, 10))
    assert set(two.values) >= {f"lang-son {n}".encode() for n in range(5, 10)} - set(one.values)
    assert [value for value in two.values if value not in one.values] == sorted(
        value for value in two.values if value not in one.values
    )


async def _committed(broker: Broker, offset: int) -> bool:
    return (await broker.committed()).get(0) == offset


async def _sum(broker: Broker, records: int) -> bool:
    return sum((await broker.committed()).values()) == records


async def _either(reading: Reading, broker: Broker, offset: int) -> bool:
    return reading.task.done() or await _committed(broker, offset)
