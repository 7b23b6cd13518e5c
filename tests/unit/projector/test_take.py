"""The projector's step from records to read models: what it cannot read, what is not its log's, what never came."""

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from contracts.dossier_events import encode
from services.event_store.memory import MemoryEventStore
from services.event_store.memory_checkpoints import MemoryCheckpoints
from services.messaging.event_records import GENERATION_HEADER
from services.messaging.port import Received
from services.projections.keep import PROJECTIONS, Keeper
from services.projections.memory import MemoryReadModels
from services.projector.take import RELAY, Projector
from tests.unit.projections.made_log import T0, MadeLog

T = "lang-son"


class ClockByHand:
    """Sleeps end when the test says so."""

    def __init__(self) -> None:
        self.slept = asyncio.Event()
        self.go_on = asyncio.Event()

    def now(self) -> datetime:
        return datetime(2024, 1, 1, tzinfo=UTC)

    async def sleep(self, seconds_s: float) -> None:
        assert seconds_s > 0
        self.slept.set()
        await self.go_on.wait()
        self.go_on.clear()


class Stage:
    """A projector with a log behind it."""

    def __init__(self) -> None:
        self.log = MadeLog()
        self.log.connect(("one-stop", "one_stop"))
        for number in range(4):
            self.log.say("one-stop", f"A{number}", "accepted", T0 + timedelta(hours=number))
        self.clock = ClockByHand()
        self.store = MemoryEventStore()
        self.models = MemoryReadModels()
        self.checkpoints = MemoryCheckpoints(self.store)
        self.projector = Projector(
            keeper=Keeper(self.store, self.models),
            store=self.store,
            models=self.models,
            checkpoints=self.checkpoints,
            clock=self.clock,
        )

    async def record(self) -> None:
        async with self.store.writer(T) as writer:
            await writer.append(self.log.stored(), self.log.identity())

    async def records(self, *, generation: bytes | None = None) -> list[Received]:
        ours = str(await self.store.generation()).encode() if generation is None else generation
        return [
            Received("events", 0, event.position, None, encode(event), 0, ((GENERATION_HEADER, ours),))
            for event in self.log.events
        ]


@pytest.fixture
def stage() -> Stage:
    return Stage()


async def test_records_are_shown_up_to_the_last(stage: Stage) -> None:
    await stage.record()
    assert await stage.projector.take(await stage.records()) == []
    assert await stage.models.positions(T) == dict.fromkeys(PROJECTIONS, 5)
    row = await stage.models.find(T, "one-stop", "A3")
    assert row is not None
    assert row.accepted_at == T0 + timedelta(hours=3)


async def test_records_of_another_log_are_named_and_the_store_is_asked_once(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    await stage.record()
    asked: list[None] = []
    generation = stage.store.generation

    async def counted() -> UUID:
        asked.append(None)
        return await generation()

    records = await stage.records(generation=b"another")
    monkeypatch.setattr(stage.projector._records, "_ask", counted)
    poisoned = await stage.projector.take(records)
    assert [one.record for one in poisoned] == records
    assert len(asked) == 1


async def test_a_record_that_cannot_be_read_is_named_and_its_event_comes_from_the_log(stage: Stage) -> None:
    await stage.record()
    records = await stage.records()
    broken = Received("events", 0, 3, None, b"\x00\xff", 0, records[2].headers)
    bare = Received("events", 0, 4, None, records[3].value, 0, ())
    poisoned = await stage.projector.take([*records[:2], broken, bare, records[4]])
    assert [(one.record, one.reason.split(":")[0]) for one in poisoned] == [
        (broken, "no event"),
        (bare, "no header generation"),
    ]
    assert await stage.models.positions(T) == dict.fromkeys(PROJECTIONS, 5)
    assert await stage.models.find(T, "one-stop", "A1") is not None


async def test_events_of_another_generation_of_the_log_are_not_shown(stage: Stage) -> None:
    await stage.record()
    poisoned = await stage.projector.take(await stage.records(generation=b"5f0c3a34-64a5-5a5b-9d52-0f1b1c1b9f6e"))
    assert len(poisoned) == 5
    assert "an event of log generation 5f0c3a34-64a5-5a5b-9d52-0f1b1c1b9f6e; this log is" in poisoned[0].reason
    assert await stage.models.positions(T) == {}


async def test_what_is_published_but_never_came_is_fetched_after_two_looks(stage: Stage) -> None:
    await stage.record()
    await stage.checkpoints.advance(RELAY, T, 4)
    assert (await stage.projector.readings())[T].done == 0
    looking = asyncio.create_task(stage.projector.look())
    await stage.clock.slept.wait()
    assert await stage.models.positions(T) == {}, "it may be on its way by the topic"
    stage.clock.slept.clear()
    stage.clock.go_on.set()
    await stage.clock.slept.wait()
    looking.cancel()
    reading = (await stage.projector.readings())[T]
    assert reading.supply == 4
    assert reading.done >= 4
