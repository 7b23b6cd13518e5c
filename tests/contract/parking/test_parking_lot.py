"""What every parking lot promises: nothing is set aside twice, starts are counted, only what is settled is erased."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
import pytest_asyncio

from services.parking.memory import MemoryParkingLot
from services.parking.port import Parked, ParkingLot
from services.parking.postgres import PostgresParkingLot
from services.runtime.postgres import open_pool

NOW = datetime(2024, 5, 13, 2, 0, tzinfo=UTC)
LONG_AFTER = datetime.now(UTC) + timedelta(days=1)


@pytest.fixture
def memory() -> ParkingLot:
    return MemoryParkingLot()


@pytest_asyncio.fixture
async def postgres(postgres_dsn: str) -> AsyncIterator[ParkingLot]:
    async with open_pool(postgres_dsn, name="test") as pool:
        yield PostgresParkingLot(pool)


@pytest.fixture(params=["memory", "postgres"])
def lot(request: pytest.FixtureRequest) -> ParkingLot:
    found: ParkingLot = request.getfixturevalue(request.param)
    return found


def record(offset: int, *, group: str = "recorder", value: bytes = b"\x00\xff", tenant: str | None = None) -> Parked:
    return Parked(
        id=0,
        topic="khop.observations.v1",
        partition=3,
        offset=offset,
        group=group,
        key=None if offset % 2 else b"k",
        value=value,
        reason="not JSON",
        attempts=1,
        parked_at=NOW,
        state="parked",
        tenant=tenant,
    )


async def start(lot: ParkingLot, first: int, last: int, *, partition: int = 0, group: str = "recorder") -> int:
    return await lot.starts(topic="t", partition=partition, group=group, first_offset=first, last_offset=last)


async def test_what_is_parked_comes_back_as_it_was(lot: ParkingLot) -> None:
    await lot.park([])
    await lot.park([record(7, tenant="lang-son"), record(8)])
    kept = await lot.list()
    assert [(each.offset, each.key, each.value, each.tenant) for each in kept] == [
        (7, None, b"\x00\xff", "lang-son"),
        (8, b"k", b"\x00\xff", None),
    ]
    assert (kept[0].reason, kept[0].parked_at, kept[0].state, kept[0].attempts) == ("not JSON", NOW, "parked", 1)
    assert await lot.get(kept[1].id) == kept[1]
    assert await lot.get(10**9) is None


async def test_the_same_record_is_set_aside_once(lot: ParkingLot) -> None:
    await lot.park([record(7)])
    await lot.park([record(7), record(8), record(7, group="projector")])
    assert sorted((each.group, each.offset) for each in await lot.list()) == [
        ("projector", 7),
        ("recorder", 7),
        ("recorder", 8),
    ]
    assert await lot.counts() == {"recorder": 2, "projector": 1}


async def test_another_record_at_the_same_place_of_a_topic_made_anew_is_kept(lot: ParkingLot) -> None:
    await lot.park([record(7)])
    await lot.park([record(7, value=b"another")])
    assert [each.value for each in await lot.list()] == [b"\x00\xff", b"another"]


async def test_a_record_is_settled_once(lot: ParkingLot) -> None:
    await lot.park([record(7), record(8)])
    first, second = await lot.list()
    assert await lot.settle(first.id, "dropped", "test data")
    assert not await lot.settle(first.id, "redriven", "changed my mind")
    assert not await lot.settle(10**9, "dropped", "none there")
    assert [each.id for each in await lot.list()] == [second.id]
    assert [(each.id, each.state) for each in await lot.list(state=None)] == [
        (first.id, "dropped"),
        (second.id, "parked"),
    ]
    assert [each.id for each in await lot.list(state="dropped")] == [first.id]
    assert await lot.counts() == {"recorder": 1}
    await lot.park([record(7)])
    assert await lot.counts() == {"recorder": 1}


async def test_lists_are_bounded_oldest_first(lot: ParkingLot) -> None:
    await lot.park([record(offset) for offset in range(5)])
    assert [each.offset for each in await lot.list(limit=2)] == [0, 1]


async def test_only_what_was_settled_is_erased(lot: ParkingLot) -> None:
    await lot.park([record(7), record(8), record(9)])
    first, second, _ = await lot.list()
    await lot.settle(first.id, "redriven", "corrected")
    assert await lot.purge(NOW) == 0
    assert await lot.purge(LONG_AFTER) == 1
    assert [each.offset for each in await lot.list(state=None)] == [8, 9]
    await lot.park([record(10)])
    assert len({each.id for each in await lot.list()} | {second.id}) == 3


async def test_starts_are_counted_per_batch(lot: ParkingLot) -> None:
    assert await start(lot, 10, 19) == 1
    assert await start(lot, 10, 19) == 2
    assert await start(lot, 10, 25) == 3  # fetched again, it has grown
    assert await start(lot, 11, 19) == 1
    assert await start(lot, 10, 19, partition=1) == 1
    assert await start(lot, 10, 19, group="projector") == 1


async def test_a_record_taken_alone_has_a_count_of_its_own(lot: ParkingLot) -> None:
    assert await start(lot, 10, 19) == 1
    assert await start(lot, 10, 10) == 1
    assert await start(lot, 10, 10) == 2
    assert await start(lot, 10, 19) == 2


async def test_what_is_finished_is_forgotten(lot: ParkingLot) -> None:
    for first in (0, 10, 20):
        await start(lot, first, first + 9)
    await start(lot, 0, 9, partition=1)
    await lot.finished(topic="t", partition=0, group="recorder", up_to_offset=19)
    assert await start(lot, 10, 19) == 1
    assert await start(lot, 20, 29) == 2
    assert await start(lot, 0, 9, partition=1) == 2
