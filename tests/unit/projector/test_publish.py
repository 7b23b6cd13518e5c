"""Publishing figures: when they change, when a day begins, again after an outage or a crash, and by one of two."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from contracts.statistics import AgencyMonth
from contracts.topics import STATISTICS, partition_of
from services.event_store.memory import MemoryEventStore
from services.event_store.memory_checkpoints import MemoryCheckpoints
from services.messaging.event_records import GENERATION_HEADER
from services.messaging.memory import MemoryBroker
from services.messaging.port import BrokerUnavailable
from services.projections.keep import Keeper
from services.projections.memory import MemoryReadModels
from services.projector.publish import LOOK_EVERY_S, TAKE_OVER_EVERY_S, MonthsToDate
from services.runtime.health import Reading
from tests.simulation.virtual_time import START, VirtualClock, run
from tests.unit.projections.made_log import MadeLog

T = "lang-son"
MIDNIGHT = datetime(2024, 5, 13, 17, 0, tzinfo=UTC)
"""With which 14 May begins in Viet Nam."""


class Stage:
    """A log, its read models and a broker; the clock begins ten seconds before a local midnight."""

    def __init__(self, *, begins: datetime = MIDNIGHT - timedelta(seconds=10)) -> None:
        self.log = MadeLog()
        self.log.connect(("one-stop", "one_stop"))
        self.store = MemoryEventStore()
        self.models = MemoryReadModels()
        self.checkpoints = MemoryCheckpoints(self.store)
        self.clock = VirtualClock(skew=begins - START)
        self.broker = MemoryBroker(self.clock, partitions=STATISTICS.partitions)
        self.keeper = Keeper(self.store, self.models)
        self.read = 0

    def says(self, code: str, act: str, at: datetime, **data: Any) -> None:
        self.log.say("one-stop", code, act, at, data)

    async def shown(self) -> None:
        """Bring the read models level with what was said."""
        async with self.store.writer(T) as writer:
            await writer.append(self.log.stored()[writer.last_position :], self.log.identity())
        await self.keeper.catch_up(T, up_to=len(self.log.events))

    def months(self, instance: str = "one") -> MonthsToDate:
        return MonthsToDate(
            store=self.store,
            models=self.models,
            checkpoints=self.checkpoints,
            publisher=self.broker.publisher(),
            clock=self.clock,
            instance=instance,
        )

    def news(self) -> list[AgencyMonth]:
        """What was published since this was asked for last."""
        records = self.broker.records(STATISTICS.name)
        fresh, self.read = records[self.read :], len(records)
        assert {record.partition for record in fresh} <= {partition_of(T, STATISTICS.partitions)}
        figures = [AgencyMonth.model_validate_json(record.value) for record in fresh]
        assert [record.key for record in fresh] == [f"{T}/{one.agency or ''}".encode() for one in figures]
        return figures


@asynccontextmanager
async def running(months: MonthsToDate) -> AsyncIterator[asyncio.Task[None]]:
    task = asyncio.create_task(months.run())
    try:
        yield task
    finally:
        task.cancel()
        await asyncio.wait((task,))


def on_virtual_time(test: Callable[[], Coroutine[Any, Any, None]]) -> Callable[[], None]:
    def timed() -> None:
        run(test())

    timed.__name__ = test.__name__
    return timed


def seen(figures: list[AgencyMonth]) -> list[tuple[str | None, date, int, dict[str, int]]]:
    return [
        (one.agency, one.date, one.position, {key: figure for key, figure in one.figures.items() if figure})
        for one in figures
    ]


def two_offices(stage: Stage) -> None:
    """One dossier each: due on 14 May at the first, without a due date at nobody's. Positions 2 and 3."""
    at = MIDNIGHT - timedelta(days=3)
    stage.says("A1", "accepted", at, agency="H99.1", channel="online", due_at=MIDNIGHT + timedelta(hours=9))
    stage.says("A2", "accepted", at, channel="direct")


NOBODYS = {"3": 1, "5": 1, "11": 1, "in_hand_no_due_date": 1}


@on_virtual_time
async def test_all_is_published_at_first_and_then_what_changes() -> None:
    stage = Stage()
    two_offices(stage)
    await stage.shown()
    async with running(stage.months()):
        await asyncio.sleep(LOOK_EVERY_S / 2)
        day = date(2024, 5, 13)
        assert seen(stage.news()) == [
            (None, day, 3, NOBODYS),
            ("H99.1", day, 3, {"3": 1, "4": 1, "11": 1, "12": 1}),
        ]
        stage.says("A3", "accepted", MIDNIGHT - timedelta(hours=1), agency="H99.2", channel="postal")
        stage.says("A2", "step_completed", MIDNIGHT - timedelta(hours=1), step="read")
        await stage.shown()
        await asyncio.sleep(LOOK_EVERY_S)
        assert seen(stage.news()) == [("H99.2", day, 5, NOBODYS)]
        stage.says("A3", "reassigned", MIDNIGHT - timedelta(minutes=1), agency="H99.1")
        await stage.shown()
        await asyncio.sleep(LOOK_EVERY_S)
        assert seen(stage.news()) == [
            ("H99.1", day, 6, {"3": 2, "4": 1, "5": 1, "11": 2, "12": 1, "in_hand_no_due_date": 1}),
            ("H99.2", day, 6, {}),
        ]


@on_virtual_time
async def test_at_midnight_every_agency_is_published_though_nothing_was_said() -> None:
    stage = Stage()
    two_offices(stage)
    await stage.shown()
    async with running(stage.months()):
        await asyncio.sleep(9)
        assert {one.date for one in stage.news()} == {date(2024, 5, 13)}
        await asyncio.sleep(1 + LOOK_EVERY_S)
        day = date(2024, 5, 14)
        figures = stage.news()
        # The dossier of the first office is due today: overdue once the day has ended, which `falls_due` tells apart.
        assert seen(figures) == [(None, day, 3, NOBODYS), ("H99.1", day, 3, {"3": 1, "4": 1, "11": 1, "13": 1})]
        assert [one.falls_due for one in figures] == [0, 1]
        await asyncio.sleep(24 * 3600)
        figures = stage.news()
        assert seen(figures)[1] == ("H99.1", date(2024, 5, 15), 3, {"3": 1, "4": 1, "11": 1, "13": 1})
        assert [one.falls_due for one in figures] == [0, 0]


@on_virtual_time
async def test_with_the_month_what_was_received_becomes_carried_over() -> None:
    stage = Stage(begins=datetime(2024, 5, 31, 16, 59, 55, tzinfo=UTC))
    two_offices(stage)
    await stage.shown()
    async with running(stage.months()):
        await asyncio.sleep(10)
        last = stage.news()[-2:]
    assert [(one.month, one.date) for one in last] == [("2024-06", date(2024, 6, 1))] * 2
    assert seen(last)[0][3] == {"stock_before": 1, "3": 1, "6": 1, "11": 1, "in_hand_no_due_date": 1}


@on_virtual_time
async def test_an_agency_that_ends_at_midnight_has_nothing_from_then_on_and_nobody_knows_who_has_its_work() -> None:
    stage = Stage()
    two_offices(stage)
    stage.log.say(
        *("operator", "H99.1", "agency_declared", MIDNIGHT - timedelta(days=1)),
        {"title": "UBND xã Mẫu", "level": "commune", "valid_from": date(2019, 1, 1), "valid_to": date(2024, 5, 14)},
    )
    await stage.shown()
    async with running(stage.months()):
        await asyncio.sleep(LOOK_EVERY_S)
        assert {one.agency: one.figures["3"] for one in stage.news()} == {None: 1, "H99.1": 1}
        await asyncio.sleep(10 + LOOK_EVERY_S)
        assert {one.agency: one.figures["3"] for one in stage.news()} == {None: 2, "H99.1": 0}


@on_virtual_time
async def test_many_changes_are_published_at_most_once_a_second() -> None:
    stage = Stage()
    two_offices(stage)
    await stage.shown()
    async with running(stage.months()):
        await asyncio.sleep(LOOK_EVERY_S / 2)
        stage.news()
        for number in range(20):
            stage.says(f"B{number}", "accepted", MIDNIGHT - timedelta(hours=1), agency="H99.1", channel="online")
            await stage.shown()
            await asyncio.sleep(LOOK_EVERY_S / 10)
        assert [one.figures["4"] for one in stage.news()][-1] >= 11
        await asyncio.sleep(LOOK_EVERY_S)
        assert len(stage.broker.records(STATISTICS.name)) <= 2 + 3
        assert [one.figures["4"] for one in stage.news()] == [21]


@on_virtual_time
async def test_two_publish_once_and_who_takes_over_says_all_again() -> None:
    stage = Stage()
    two_offices(stage)
    await stage.shown()
    first, second = stage.months("one"), stage.months("two")
    crashes = asyncio.create_task(first.run())
    await asyncio.sleep(LOOK_EVERY_S / 2)
    async with running(second):
        await asyncio.sleep(3 * TAKE_OVER_EVERY_S)
        assert len(stage.news()) == 2
        assert (await first.readings(), await second.readings()) == ({T: Reading(supply=3, done=3)}, {})
        crashes.cancel()
        await asyncio.wait((crashes,))
        await asyncio.sleep(TAKE_OVER_EVERY_S + LOOK_EVERY_S)
        assert len(stage.news()) == 2
        assert await second.readings() == {T: Reading(supply=3, done=3)}


@on_virtual_time
async def test_an_outage_is_told_and_afterwards_all_is_published_again() -> None:
    stage = Stage()
    two_offices(stage)
    await stage.shown()
    stage.broker.set_available(False)
    months = stage.months()
    with pytest.raises(BrokerUnavailable):
        await months.run()
    assert stage.news() == []
    stage.broker.set_available(True)
    async with running(months):
        await asyncio.sleep(LOOK_EVERY_S)
        assert len(stage.news()) == 2
        today = date(2024, 5, 13).toordinal()
        assert await months.days() == {T: Reading(supply=today, done=today)}


@on_virtual_time
async def test_who_does_not_get_on_is_behind_its_supply() -> None:
    stage = Stage()
    two_offices(stage)
    await stage.shown()
    months = stage.months()
    stuck = asyncio.Event()
    original = stage.models.month_to_date

    async def hangs(tenant: str, day: date) -> Any:
        if stage.clock.now() >= MIDNIGHT:
            await stuck.wait()
        return await original(tenant, day)

    stage.models.month_to_date = hangs  # type: ignore[method-assign]
    async with running(months):
        await asyncio.sleep(20)
        [reading] = (await months.days()).values()
        assert reading.supply - reading.done == 1
        stage.says("A9", "accepted", MIDNIGHT, agency="H99.1")
        await stage.shown()
        await asyncio.sleep(LOOK_EVERY_S)
        assert await months.readings() == {T: Reading(supply=4, done=3)}


@on_virtual_time
async def test_a_record_says_which_log_its_position_is_of_and_names_nobody() -> None:
    stage = Stage()
    two_offices(stage)
    await stage.shown()
    async with running(stage.months()):
        await asyncio.sleep(LOOK_EVERY_S)
    for record in stage.broker.records(STATISTICS.name):
        assert dict(record.headers) == {GENERATION_HEADER: str(await stage.store.generation()).encode()}
        assert b"A1" not in record.value
