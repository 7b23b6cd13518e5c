"""The whole pipeline in one event loop: every process twice, on ports in memory, with everything dying at random.

What outlives a process (log, topics, ledger, read models, the other side's memory) is made once; what does not
(caches, members of groups, leases in hand) is made anew at every start.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable, Sequence
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

from contracts.observations import Observation, encode_observation
from contracts.topics import DOSSIER_EVENTS, OBSERVATIONS
from services.deliverer.dispatch import Dispatch
from services.deliverer.letters import Letters
from services.deliverer.links import Links
from services.deliverer.planner import Planner
from services.deliveries.memory import MemoryLedger
from services.deliveries.port import Start, Subscriber
from services.domain.authority import CONNECTION_TYPES
from services.event_store.memory import MemoryEventStore
from services.event_store.memory_checkpoints import MemoryCheckpoints
from services.messaging.consume import Limits
from services.messaging.memory import MemoryBroker, MemoryConsumer
from services.messaging.port import Record, Transient
from services.parking.memory import MemoryParkingLot
from services.projections.keep import PROJECTIONS, Keeper
from services.projections.memory import MemoryReadModels
from services.projector.take import Projector
from services.recorder.record import Recorder
from services.recorder.restate import DONE, Restater
from services.relay.publish import Relay
from services.runtime.metrics import Metrics
from services.runtime.unavailable import DatabaseUnavailable
from tests.simulation.faults import Killed, Machine, Rates
from tests.simulation.portal import BadLine, Memory
from tests.simulation.stories import Story
from tests.simulation.virtual_time import VirtualClock

WAITED_OUT: Final = (Transient, DatabaseUnavailable)
SUBSCRIBERS: Final[dict[str, Start]] = {"portal": "history", "national": "history", "board": "now"}
RECORDERS, PROJECTORS, DELIVERERS = "recorder", "projector", "khop-deliverer"
REST_WITHIN_S: Final = 900.0
QUIET_S: Final = 3.0

Loops = Sequence[Callable[[], Awaitable[None]]]
_on: ContextVar[Machine | None] = ContextVar("machine", default=None)


class NeverQuiet(AssertionError):
    """The system did not come to rest."""


@dataclass(slots=True)
class Trouble:
    """How bad the world is; set to calm before the end, when everything must come out even."""

    rates: Rates
    line: float
    rebalance_every_s: float


CALM: Final = Rates()


@dataclass(slots=True)
class World:
    """One run. `rng` decides everything."""

    rng: random.Random
    stories: Sequence[Story]
    trouble: Trouble
    clock: VirtualClock = field(default_factory=VirtualClock)
    metrics: Metrics = field(default_factory=Metrics)
    defects: list[BaseException] = field(default_factory=list)
    kills: int = 0
    store: MemoryEventStore = field(init=False)
    checkpoints: MemoryCheckpoints = field(init=False)
    broker: MemoryBroker = field(init=False)
    parking: MemoryParkingLot = field(init=False)
    ledger: MemoryLedger = field(init=False)
    models: MemoryReadModels = field(init=False)
    portals: dict[tuple[str, str], Memory] = field(default_factory=dict)
    lines: list[BadLine] = field(default_factory=list)
    consumers: list[MemoryConsumer] = field(default_factory=list)
    _over: bool = False

    def __post_init__(self) -> None:
        self.store = MemoryEventStore(clock=self.clock, generation=UUID(int=1))
        self.checkpoints = MemoryCheckpoints(self.store)
        self.broker = MemoryBroker(self.clock, partitions=4, step=self._step)
        self.parking = MemoryParkingLot(clock=self.clock)
        self.ledger = MemoryLedger(clock=self.clock)
        self.models = MemoryReadModels()

    async def run(self) -> None:
        """From the first word of the systems until nothing moves any more."""
        kinds: dict[str, Callable[[Machine], Loops]] = {
            "recorder": self._recorder,
            "relay": self._relay,
            "projector": self._projector,
            "deliverer": self._deliverer,
        }
        processes = [
            asyncio.create_task(self._keep_alive(f"{name}-{number}", compose))
            for name, compose in kinds.items()
            for number in (1, 2)
        ]
        sources = [asyncio.create_task(self._speak(story)) for story in self.stories]
        unrest = asyncio.create_task(self._unrest())
        try:
            await self._subscribe()
            await asyncio.gather(*sources)
            unrest.cancel()
            self.broker.set_available(True)
            self.trouble.rates, self.trouble.line = CALM, 0.0
            for line in self.lines:
                line.trouble = 0.0
            await self._rest()
        finally:
            self._over = True
            for task in (*processes, *sources, unrest):
                task.cancel()
            await asyncio.gather(*processes, *sources, unrest, return_exceptions=True)

    async def _subscribe(self) -> None:
        for story in self.stories:
            for name, start in SUBSCRIBERS.items():
                self.portals[story.tenant, name] = Memory()
                subscriber = Subscriber(story.tenant, name, "webhook", start, {})
                await self.ledger.subscribe(subscriber, from_position=0)

    async def _speak(self, story: Story) -> None:
        """A source says everything at least once: late, twice, in batches of any size and in any order."""
        rng = self.rng
        waiting: list[Observation] = list(story.observations)
        waiting += rng.sample(waiting, k=len(waiting) // 4)
        if rng.random() < 0.5:
            rng.shuffle(waiting)
        publisher = self.broker.publisher()
        while waiting:
            size = rng.randint(1, 12)
            batch, waiting = waiting[:size], waiting[size:]
            records = [Record(one.code.encode(), encode_observation(one), one.tenant) for one in batch]
            while True:
                try:
                    await publisher.publish(OBSERVATIONS.name, records)
                    break
                except WAITED_OUT:
                    await asyncio.sleep(1.0)
            await asyncio.sleep(rng.random())

    async def _unrest(self) -> None:
        """Rebalances in the middle of work, members that lose their session without knowing, outages."""
        rng = self.rng
        while True:
            await asyncio.sleep(rng.random() * self.trouble.rebalance_every_s)
            chosen = rng.random()
            if chosen < 0.4 and self.consumers:
                rng.choice(self.consumers).lose_session()
            elif chosen < 0.8:
                topic, group = rng.choice(((OBSERVATIONS, RECORDERS), (DOSSIER_EVENTS, PROJECTORS)))
                try:
                    self.broker.rebalance(topic.name, group)
                except IndexError:
                    continue  # the group has no member at this moment
            else:
                self.broker.set_available(False)
                await asyncio.sleep(rng.random() * 5)
                self.broker.set_available(True)

    async def _rest(self) -> None:
        quiet_since: float | None = None
        began = asyncio.get_running_loop().time()
        while True:
            await asyncio.sleep(1.0)
            now = asyncio.get_running_loop().time()
            if self.defects:
                raise self.defects[0]
            restless = await self.restless()
            if not restless:
                quiet_since = now if quiet_since is None else quiet_since
                if now - quiet_since >= QUIET_S:
                    return
            else:
                quiet_since = None
            if now - began > REST_WITHIN_S:
                raise NeverQuiet(restless)

    async def restless(self) -> str | None:
        """What still moves, or None."""
        if behind := self.broker.behind(OBSERVATIONS.name, RECORDERS):
            return f"{behind} observations not recorded"
        for tenant, head in (await self.store.heads()).items():
            causes = await self.store.tenant_events(tenant, types=CONNECTION_TYPES)
            if causes and await self.checkpoints.get(f"restate/{causes[-1].id}", tenant) < DONE:
                return f"{tenant}: not every dossier has heard of the configuration at {causes[-1].position}"
            if (at := await self.checkpoints.get("relay", tenant)) < head:
                return f"{tenant}: published {at} of {head}"
            positions = await self.models.positions(tenant)
            if len(positions) < len(PROJECTIONS) or min(positions.values()) < head:
                return f"{tenant}: shown {positions} of {head}"
            planned = await self.ledger.planned(tenant)
            if min(planned.values()) < head:
                return f"{tenant}: planned {planned} of {head}"
        for each in await self.ledger.counts():
            if each["owed"]:
                return f"owed: {each}"
        return None

    async def _step(self, _: str) -> None:
        machine = _on.get()
        if machine is not None:
            await machine.step()

    async def _keep_alive(self, name: str, compose: Callable[[Machine], Loops]) -> None:
        while not self._over:
            machine = Machine(name, self.rng, lambda: self.trouble.rates)
            try:
                await asyncio.create_task(self._live(machine, compose))
            except Killed:
                self.kills += 1
            except BaseExceptionGroup as errors:
                others = errors.split(Killed)[1]
                if others is not None:
                    self.defects.append(others)
                self.kills += 1
            except Exception as error:  # noqa: BLE001 - whatever ends a process for good is a finding
                self.defects.append(error)
            await asyncio.sleep(self.rng.random() * 3)

    async def _live(self, machine: Machine, compose: Callable[[Machine], Loops]) -> None:
        _on.set(machine)
        async with asyncio.TaskGroup() as group:
            for loop in compose(machine):
                group.create_task(self._again(loop))

    async def _again(self, loop: Callable[[], Awaitable[None]]) -> None:
        while True:
            try:
                await loop()
            except WAITED_OUT:
                await asyncio.sleep(self.rng.random() * 2)

    def _consumer(self) -> MemoryConsumer:
        # A start without an end means a kill here, never a record that kills: none may be set aside for it.
        consumer = self.broker.consumer(parking=self.parking, metrics=self.metrics, limits=Limits(starts_max=1_000_000))
        self.consumers.append(consumer)
        return consumer

    def _recorder(self, machine: Machine) -> Loops:
        store, checkpoints = machine.guard(self.store), machine.guard(self.checkpoints)
        # A cache so small that dossiers are forgotten and read again all the time.
        recorder = Recorder(store=store, clock=self.clock, dossiers_max=3)
        restater = Restater(store=store, checkpoints=checkpoints, clock=self.clock, recorder=recorder, page_max=2)
        consumer = self._consumer()

        async def consume() -> None:
            await consumer.run(OBSERVATIONS.name, RECORDERS, recorder.handle, batch_max=10, wait_ms=5)

        return [consume, restater.run]

    def _relay(self, machine: Machine) -> Loops:
        relay = Relay(
            store=machine.guard(self.store),
            checkpoints=machine.guard(self.checkpoints),
            publisher=self.broker.publisher(),
            clock=self.clock,
            instance=machine.name,
        )
        return [relay.run]

    def _projector(self, machine: Machine) -> Loops:
        store, models = machine.guard(self.store), machine.guard(self.models)
        projector = Projector(
            keeper=Keeper(store, models),
            store=store,
            models=models,
            checkpoints=machine.guard(self.checkpoints),
            clock=self.clock,
        )
        consumer = self._consumer()

        async def consume() -> None:
            await consumer.run(DOSSIER_EVENTS.name, PROJECTORS, projector.take, batch_max=20, wait_ms=5)

        return [consume, projector.look]

    def _deliverer(self, machine: Machine) -> Loops:
        store, ledger = machine.guard(self.store), machine.guard(self.ledger)
        letters = Letters(store)
        dispatch = Dispatch(
            ledger=ledger,
            letters=letters,
            links=Links(self.broker.publisher()),
            portal_of=self._portal,
            clock=self.clock,
            rng=self.rng,
        )
        planner = Planner(store=store, ledger=ledger, letters=letters, wake=dispatch.wake, page=50)
        consumer = self._consumer()

        async def consume() -> None:
            await consumer.run(DOSSIER_EVENTS.name, DELIVERERS, planner.handle, batch_max=20, wait_ms=5)

        async def catch_up() -> None:
            while True:
                await planner.catch_up()
                await self.clock.sleep(1.0)

        return [consume, catch_up, dispatch.run]

    def _portal(self, subscriber: Subscriber) -> BadLine:
        memory = self.portals[subscriber.tenant, subscriber.name]
        line = BadLine(memory, self.rng, self.trouble.line)
        self.lines.append(line)
        return line
