"""The ledger in memory, for simulation and tests: the same promises, and everything in the order of the calls."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import count
from uuid import UUID

from services.deliveries import freeing
from services.deliveries.history import told
from services.deliveries.port import Attempt, Lease, Owed, Subscriber
from services.runtime.clock import Clock, SystemClock


@dataclass(slots=True)
class Lane:
    """What is open for one dossier, by number, and who may send it."""

    next_at: datetime
    last_number: int
    open: dict[int, Owed] = field(default_factory=dict)
    token: UUID | None = None
    lease_through: int = 0
    parked: tuple[str, datetime] | None = None
    merged_into: UUID | None = None


@dataclass(slots=True)
class Line:
    """One subscriber's part of the ledger."""

    subscriber: Subscriber
    planned: int
    owed: list[tuple[Owed, datetime]] = field(default_factory=list)
    attempts: defaultdict[int, list[dict[str, object]]] = field(default_factory=lambda: defaultdict(list))
    lanes: dict[UUID, Lane] = field(default_factory=dict)

    def queue(self, owed: Sequence[Owed], now: datetime) -> None:
        for each in owed:
            number = len(self.owed) + 1
            given = replace(each, number=number, attempts=0, doubtful=False, rejections=0)
            self.owed.append((given, now))
            lane = self.lanes.setdefault(each.dossier, Lane(next_at=now, last_number=number))
            lane.open[number] = given
            lane.last_number, lane.merged_into = number, None

    def due(self, now: datetime) -> list[tuple[UUID, Lane]]:
        in_flight = {lane.merged_into for lane in self.lanes.values() if lane.next_at > now}
        return [
            (dossier, lane)
            for dossier, lane in self.lanes.items()
            if lane.next_at <= now and lane.parked is None and dossier not in in_flight
        ]


class MemoryLedger:
    """Deliveries that survive a simulated process, not this one."""

    def __init__(self, *, clock: Clock | None = None) -> None:
        self._clock = clock or SystemClock()
        self._lines: dict[tuple[str, str], Line] = {}
        self._tokens = count(1)

    async def subscribers(self, tenant: str | None = None) -> list[Subscriber]:
        return [line.subscriber for (of, _), line in sorted(self._lines.items()) if tenant in {None, of}]

    async def subscribe(self, subscriber: Subscriber, *, from_position: int) -> bool:
        key = (subscriber.tenant, subscriber.name)
        if key in self._lines:
            return False
        self._lines[key] = Line(replace(subscriber, settings=dict(subscriber.settings)), from_position)
        return True

    async def pause(self, tenant: str, subscriber: str, *, paused: bool) -> bool:
        line = self._lines.get((tenant, subscriber))
        if line is not None:
            line.subscriber = replace(line.subscriber, paused=paused)
        return line is not None

    async def planned(self, tenant: str) -> dict[str, int]:
        return {name: line.planned for (of, name), line in self._lines.items() if of == tenant}

    async def owe(self, tenant: str, subscriber: str, owed: Sequence[Owed], *, after: int, up_to: int) -> bool:
        line = self._lines.get((tenant, subscriber))
        if line is None or line.planned != after:
            return False
        line.planned = up_to
        line.queue(owed, self._clock.now())
        return True

    async def owe_repair(self, owed: Owed) -> bool:
        line = self._lines.get((owed.tenant, owed.subscriber))
        if line is None:
            return False
        lane = line.lanes.get(owed.dossier)
        same = (owed.position, owed.repair)
        if lane is not None and any((each.position, each.repair) == same for each in lane.open.values()):
            return False
        line.queue([owed], self._clock.now())
        return True

    async def lease(
        self, *, now: datetime, lease_s: float, dossiers_max: int, owed_max: int, tenant: str, subscriber: str
    ) -> list[Lease]:
        line = self._lines.get((tenant, subscriber))
        if line is None or line.subscriber.paused:
            return []
        until = now + timedelta(seconds=lease_s)
        leases = []
        for dossier, lane in sorted(line.due(now), key=lambda each: each[1].next_at)[:dossiers_max]:
            if lane.token is not None:
                _doubt(lane, lane.lease_through)
            if not lane.open:
                # What a merge left behind when its lease ran out.
                del line.lanes[dossier]
                continue
            lane.token, lane.next_at, lane.lease_through = UUID(int=next(self._tokens)), until, lane.last_number
            oldest = tuple(lane.open[number] for number in sorted(lane.open)[:owed_max])
            leases.append(Lease(tenant, subscriber, dossier, lane.token, until, oldest))
        return leases

    async def settle(self, lease: Lease, attempts: Sequence[Attempt], *, now: datetime) -> bool:
        line = self._lines[lease.tenant, lease.subscriber]
        lane = line.lanes.get(lease.dossier)
        if lane is None or lane.token != lease.token:
            return False
        queue = lane if lane.merged_into is None else line.lanes.get(lane.merged_into, lane)
        for attempt in attempts:
            owed = queue.open.get(attempt.number)
            if owed is None:
                continue
            line.attempts[attempt.number].append({"outcome": attempt.outcome, "detail": attempt.detail, "at": now})
            if attempt.outcome == "accepted":
                del queue.open[attempt.number]
            else:
                queue.open[attempt.number] = replace(
                    owed,
                    attempts=owed.attempts + 1,
                    rejections=owed.rejections + (attempt.outcome == "rejected"),
                    # That this try was certainly not taken says nothing about an earlier one.
                    doubtful=attempt.outcome == "unknown" or (owed.doubtful and attempt.outcome == "postponed"),
                )
        freed = freeing.after(attempts, now=now)
        lane.token, lane.next_at, lane.merged_into = None, freed.next_at, None
        if freed.parked_reason is not None:
            lane.parked = lane.parked or (freed.parked_reason, now)
        if not lane.open:
            del line.lanes[lease.dossier]
        return True

    async def settle_many(self, leases: Sequence[tuple[Lease, Sequence[Attempt]]], *, now: datetime) -> int:
        return sum([await self.settle(lease, attempts, now=now) for lease, attempts in leases])

    async def open_dossiers(self, tenant: str, subscriber: str, dossiers: Collection[UUID]) -> set[UUID]:
        line = self._lines.get((tenant, subscriber))
        return set() if line is None else {each for each in dossiers if each in line.lanes and line.lanes[each].open}

    async def move_open(self, tenant: str, subscriber: str, absorbed: UUID, survivor: UUID) -> None:
        line = self._lines.get((tenant, subscriber))
        lane = None if line is None else line.lanes.get(absorbed)
        if line is None or lane is None or lane.merged_into is not None:
            return
        if lane.token is not None:
            _doubt(lane, lane.lease_through)
        for other in line.lanes.values():
            other.merged_into = survivor if other.merged_into == absorbed else other.merged_into
        next_at = lane.next_at if lane.token is None else self._clock.now()
        into = line.lanes.setdefault(survivor, Lane(next_at=next_at, last_number=lane.last_number))
        into.open.update(lane.open)
        into.last_number = max(into.last_number, lane.last_number)
        into.parked = into.parked or lane.parked
        if lane.token is None:
            del line.lanes[absorbed]
        else:
            lane.open, lane.parked, lane.merged_into = {}, None, survivor

    async def open_creation(self, tenant: str, subscriber: str) -> int | None:
        line = self._lines.get((tenant, subscriber))
        return min(
            (
                owed.position
                for lane in ([] if line is None else line.lanes.values())
                for owed in lane.open.values()
                if owed.creates and (owed.doubtful or (lane.token is not None and owed.number <= lane.lease_through))
            ),
            default=None,
        )

    async def parked(self, tenant: str, subscriber: str, limit: int) -> list[tuple[UUID, str, datetime]]:
        line = self._lines.get((tenant, subscriber))
        aside = [
            (dossier, *lane.parked)
            for dossier, lane in ({} if line is None else line.lanes).items()
            if lane.parked is not None
        ]
        return sorted(aside, key=lambda each: (each[2], each[0]))[:limit]

    async def unpark(self, tenant: str, subscriber: str, dossier: UUID) -> bool:
        line = self._lines.get((tenant, subscriber))
        lane = None if line is None else line.lanes.get(dossier)
        if lane is None or lane.parked is None:
            return False
        lane.parked = None
        if lane.token is None:
            lane.next_at = self._clock.now()
        return True

    async def history(self, tenant: str, dossiers: Collection[UUID]) -> list[dict[str, object]]:
        found = [
            (owed_at, name, owed, line)
            for (of, name), line in self._lines.items()
            if of == tenant
            for owed, owed_at in line.owed
            if owed.dossier in dossiers
        ]
        found.sort(key=lambda each: (each[0], each[1], each[2].number))
        return [_told(owed, owed_at, line) for owed_at, _, owed, line in found]

    async def counts(self) -> list[dict[str, object]]:
        return [
            {
                "tenant": tenant,
                "subscriber": name,
                "planned": line.planned,
                "paused": line.subscriber.paused,
                "owed": sum(len(lane.open) for lane in line.lanes.values()),
                "oldest_open_since": min(
                    (line.owed[number - 1][1] for lane in line.lanes.values() for number in lane.open), default=None
                ),
                "parked": sum(lane.parked is not None for lane in line.lanes.values()),
            }
            for (tenant, name), line in sorted(self._lines.items())
        ]


def _doubt(lane: Lane, through: int) -> None:
    for number, owed in lane.open.items():
        if number <= through:
            lane.open[number] = replace(owed, doubtful=True)


def _told(owed: Owed, owed_at: datetime, line: Line) -> dict[str, object]:
    lane = next((lane for lane in line.lanes.values() if owed.number in lane.open), None)
    return told(
        {
            "subscriber": owed.subscriber,
            "number": owed.number,
            "dossier": owed.dossier,
            "position": owed.position,
            "repair": owed.repair,
            "creates": owed.creates,
            "owed_at": owed_at,
            "next_at": None if lane is None else lane.next_at,
            "leased": lane is not None and lane.token is not None,
            "parked_reason": None if lane is None or lane.parked is None else lane.parked[0],
        },
        line.attempts[owed.number],
    )
