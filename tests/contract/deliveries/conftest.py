"""The ledgers that must keep the port's promises, with a clock that the test moves."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid5

import pytest
import pytest_asyncio

from services.deliveries.memory import MemoryLedger
from services.deliveries.port import Attempt, Lease, Ledger, Outcome, Owed, Subscriber
from services.deliveries.postgres import PostgresLedger
from services.runtime.postgres import open_pool

ROOT = UUID("22222222-2222-5222-8222-222222222222")


@dataclass
class HandClock:
    moment: datetime = field(default_factory=lambda: datetime(2024, 5, 13, 2, 0, tzinfo=UTC))

    def now(self) -> datetime:
        return self.moment

    async def sleep(self, seconds_s: float) -> None:
        self.moment += timedelta(seconds=seconds_s)


def dossier(name: str) -> UUID:
    return uuid5(ROOT, name)


@dataclass
class Hands:
    """A ledger and the calls of a deliverer in the shape the tests say them."""

    ledger: Ledger
    twin: Ledger
    clock: HandClock
    planned: dict[tuple[str, str], int] = field(default_factory=dict)

    async def serve(self, name: str = "portal", *, tenant: str = "lang-son", start: int = 0) -> None:
        subscriber = Subscriber(tenant, name, "webhook", "now", {"url": "http://127.0.0.1:1/"})
        assert await self.ledger.subscribe(subscriber, from_position=start)
        self.planned[tenant, name] = start

    async def owe(self, *names: str, to: str = "portal", tenant: str = "lang-son", creates: bool = False) -> list[int]:
        """Owe one event for each dossier named, at the next positions; gives the positions."""
        after = self.planned[tenant, to]
        positions = [after + 1 + index for index in range(len(names))]
        owed = [
            Owed(tenant, to, 0, dossier(name), position, creates=creates)
            for name, position in zip(names, positions, strict=True)
        ]
        assert await self.ledger.owe(tenant, to, owed, after=after, up_to=after + len(names))
        self.planned[tenant, to] = after + len(names)
        return positions

    async def lease(
        self,
        *,
        dossiers_max: int = 10,
        owed_max: int = 10,
        lease_s: float = 30,
        by_twin: bool = False,
        to: str = "portal",
    ) -> list[Lease]:
        return await (self.twin if by_twin else self.ledger).lease(
            now=self.clock.now(),
            lease_s=lease_s,
            dossiers_max=dossiers_max,
            owed_max=owed_max,
            tenant="lang-son",
            subscriber=to,
        )

    async def take(self, name: str, **options: int) -> Lease:
        """Lease, and expect this dossier alone to be due."""
        [lease] = await self.lease(**options)
        assert lease.dossier == dossier(name)
        return lease

    async def settle(self, lease: Lease, *outcomes: Outcome, retry_s: float | None = None, park: bool = False) -> bool:
        """Settle the oldest deliveries of a lease, one outcome each."""
        now = self.clock.now()
        attempts = [
            Attempt(
                owed.number,
                outcome,
                f"said {outcome}",
                retry_at=None if retry_s is None or outcome == "accepted" else now + timedelta(seconds=retry_s),
                park=park and outcome != "accepted",
            )
            for owed, outcome in zip(lease.owed, outcomes, strict=False)
        ]
        return await self.ledger.settle(lease, attempts, now=now)


@pytest.fixture
def memory() -> Hands:
    clock = HandClock()
    ledger = MemoryLedger(clock=clock)
    return Hands(ledger, ledger, clock)


@pytest_asyncio.fixture
async def postgres(postgres_dsn: str) -> AsyncIterator[Hands]:
    clock = HandClock()
    async with open_pool(postgres_dsn, name="test") as pool, open_pool(postgres_dsn, name="twin") as twin:
        yield Hands(PostgresLedger(pool, clock=clock), PostgresLedger(twin, clock=clock), clock)


@pytest.fixture(params=["memory", "postgres"])
def hands(request: pytest.FixtureRequest) -> Hands:
    found = request.getfixturevalue(request.param)
    assert isinstance(found, Hands)
    return found
