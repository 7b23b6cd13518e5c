"""Recording: known ids dropped, what is remembered never differs from the log, no clock reorders what was learnt."""

import asyncio
import json
import random
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from uuid import UUID

import pytest

from contracts.observations import Observation, encode_observation
from services.event_store.memory import MemoryEventStore, MemoryTenantWriter
from services.event_store.port import LostTenant, StoreUnavailable
from services.messaging.port import Transient
from tests.builders import TENANT, connecting, observation
from tests.unit.recorder.recording import (
    NOON,
    HandClock,
    bodies_of,
    log_of,
    received,
    recorded,
    recorder,
    story,
    wire,
)


def cut(told: Sequence[Observation], seed: int) -> list[list[Observation]]:
    """The same observations in the same order, in batches of chance sizes."""
    chance = random.Random(seed)
    batches: list[list[Observation]] = []
    rest = list(told)
    while rest:
        size = chance.randint(1, 9)
        batches.append(rest[:size])
        rest = rest[size:]
    return batches


async def test_an_observation_becomes_the_next_event_with_its_claim_and_the_state_after_it() -> None:
    accepted = observation("one-stop", "accepted", "13/5 09:12", code="H99-0007", due_at="20/5 09:12", agency="H99.10")
    store = await recorded([[connecting("one-stop", "one_stop"), accepted]])
    document = json.loads((await bodies_of(store))[1])
    assert {key: document[key] for key in ("id", "source", "type", "time", "recordedtime", "position", "code")} == {
        "id": str(accepted.id),
        "source": "/tenants/lang-son/systems/one-stop",
        "type": "vn.khop.dossier.accepted.v1",
        "time": "2024-05-13T09:12:00+07:00",
        "recordedtime": "2024-06-01T05:00:00Z",
        "position": 2,
        "code": "H99-0007",
    }
    assert document["data"] == {"agency": "H99.10", "due_at": "2024-05-20T09:12:00+07:00"}
    assert document["state"]["status"] == 2
    assert document["state"]["codes"] == {"one-stop": ["H99-0007"]}
    assert document["changed"]["status"] == "one-stop"


async def test_a_batch_that_comes_again_records_nothing() -> None:
    told = story()
    store = await recorded([told, told[:7], told])
    assert [event.position for event in await log_of(store)] == list(range(1, len(await log_of(store)) + 1))
    assert await bodies_of(store) == await bodies_of(await recorded([told]))


@pytest.mark.parametrize("seed", range(12))
async def test_the_log_is_the_same_however_it_is_cut_and_however_little_is_remembered(seed: int) -> None:
    told = story()
    whole = await bodies_of(await recorded([[each] for each in told]))
    assert await bodies_of(await recorded(cut(told, seed), dossiers_max=1_000)) == whole
    assert await bodies_of(await recorded(cut(told, seed + 100), dossiers_max=2)) == whole


@pytest.mark.parametrize("seed", range(6))
async def test_twins_that_take_turns_write_the_log_that_one_would_have_written(seed: int) -> None:
    told = story()
    store = MemoryEventStore()
    twins = [recorder(store), recorder(store)]
    chance = random.Random(seed)
    for batch in cut(told, seed):
        for each in chance.sample(twins, chance.randint(1, 2)):  # now and then both are given the same batch
            assert await each.handle(wire(batch)) == []
    assert await bodies_of(store) == await bodies_of(await recorded([[each] for each in told]))


async def test_two_recorders_at_the_same_moment_record_everything_once() -> None:
    told = story()
    store = MemoryEventStore()
    twins = [recorder(store), recorder(store)]
    for batch in cut(told, 1):
        await asyncio.gather(*(each.handle(wire(batch)) for each in twins))
    assert await bodies_of(store) == await bodies_of(await recorded([[each] for each in told]))


async def test_tenants_of_one_batch_are_recorded_each_in_its_own_log() -> None:
    store = MemoryEventStore()
    told = [
        observation("one-stop", "accepted", "13/5 09:00", tenant=tenant, code=f"H99-{number}")
        for number in range(3)
        for tenant in ("lang-son", "ha-noi", "da-nang", "hue", "can-tho")
    ]
    assert await recorder(store).handle(wire(told)) == []
    assert await store.heads() == {"can-tho": 3, "da-nang": 3, "ha-noi": 3, "hue": 3, "lang-son": 3}


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (b"\x00\xffgarbage", "record: Invalid JSON"),
        (b"", "record: Invalid JSON"),
        (b"[" * 100_000, "record: Invalid JSON"),
        (b'{"act": "no_such_act"}', "record: Input tag 'no_such_act'"),
        (b'{"act": "accepted", "tenant": "Nguyen Van A"}', "accepted.id: Field required (and"),
    ],
    ids=["garbage", "nothing", "deep", "unknown act", "fields"],
)
async def test_what_is_no_observation_is_named_and_the_others_are_recorded(value: bytes, reason: str) -> None:
    store = MemoryEventStore()
    good = [encode_observation(observation("one-stop", "accepted", f"13/5 09:0{n}", code=f"H99-{n}")) for n in range(2)]
    poisoned = await recorder(store).handle(received([good[0], value, good[1]]))
    assert [(each.record.offset, each.reason[: len(reason)]) for each in poisoned] == [(1, reason)]
    assert "Nguyen" not in poisoned[0].reason
    assert await store.head(TENANT) == 2


async def test_an_id_that_is_not_its_contents_is_refused() -> None:
    forged = observation("one-stop", "accepted", "13/5 09:00").model_copy(update={"id": UUID(int=7)})
    store = MemoryEventStore()
    (poisoned,) = await recorder(store).handle(wire([forged]))
    assert poisoned.reason.startswith("id: is not the one its content gives")
    assert await store.heads() == {}


async def test_recorded_time_never_falls_when_the_clock_is_set_back() -> None:
    store, clock = MemoryEventStore(), HandClock()
    one = recorder(store, clock=clock)
    for number, moved in enumerate([0, 60, -3_600, 0]):
        clock.at += timedelta(seconds=moved)
        await one.handle(wire([observation("one-stop", "accepted", "13/5 09:00", code=f"H99-{number}")]))
    times = [event.recordedtime for event in await log_of(store)]
    assert times == [NOON, NOON + timedelta(seconds=60), NOON + timedelta(seconds=60), NOON + timedelta(seconds=60)]


class Failing(MemoryEventStore):
    """A store that raises on its way out of a transaction, before or after it is written."""

    def __init__(self) -> None:
        super().__init__()
        self.fail: Exception | None = None
        self.written_all_the_same = False

    @asynccontextmanager
    async def writer(self, tenant: str) -> AsyncIterator[MemoryTenantWriter]:
        error, self.fail = self.fail, None
        async with super().writer(tenant) as writer:
            yield writer
            if error is not None and not self.written_all_the_same:
                raise error
        if error is not None:
            raise error


@pytest.mark.parametrize("written", [False, True], ids=["lost", "written, the answer lost"])
async def test_a_commit_of_unknown_outcome_is_repeated_without_harm(written: bool) -> None:
    told = story()
    store = Failing()
    store.written_all_the_same = written
    one = recorder(store)
    for batch in cut(told, 3):
        store.fail = StoreUnavailable("the connection was lost")
        with pytest.raises(StoreUnavailable):
            await one.handle(wire(batch))
        assert await one.handle(wire(batch)) == []
    assert await bodies_of(store) == await bodies_of(await recorded([[each] for each in told]))


async def test_what_was_kept_of_a_lost_commit_is_forgotten_though_another_brings_the_log_as_far() -> None:
    lost, others, next_ = (
        observation("one-stop", "accepted", at, code=code)
        for at, code in (("13/5 09:00", "H99-0001"), ("13/5 09:30", "H99-0002"), ("13/5 10:00", "H99-0001"))
    )
    store = Failing()
    mine, other = recorder(store), recorder(store)
    await mine.handle(wire([connecting("one-stop", "one_stop")]))
    store.fail = StoreUnavailable("the connection was lost")
    with pytest.raises(StoreUnavailable):
        await mine.handle(wire([lost]))
    for each, said in ((other, others), (mine, next_)):
        assert await each.handle(wire([said])) == []
    assert await bodies_of(store) == await bodies_of(
        await recorded([[connecting("one-stop", "one_stop")], [others, next_]])
    )


async def test_a_tenant_that_was_lost_meanwhile_is_a_reason_to_try_again() -> None:
    store = Failing()
    store.fail = LostTenant("slept too long")
    with pytest.raises(Transient, match="slept too long"):
        await recorder(store).handle(wire(story()))
    assert await store.heads() == {}
