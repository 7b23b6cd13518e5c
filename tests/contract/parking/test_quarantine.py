"""What every quarantine promises: a row waits once, until its mapping knows it or a person drops it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
import pytest_asyncio

from services.parking.memory import MemoryQuarantine
from services.parking.port import Quarantine, Quarantined
from services.parking.postgres import PostgresQuarantine
from services.runtime.postgres import open_pool

NOW = datetime(2024, 5, 13, 2, 0, tzinfo=UTC)
LONG_AFTER = datetime.now(UTC) + timedelta(days=1)


@pytest.fixture
def memory() -> Quarantine:
    return MemoryQuarantine()


@pytest_asyncio.fixture
async def postgres(postgres_dsn: str) -> AsyncIterator[Quarantine]:
    async with open_pool(postgres_dsn, name="test") as pool:
        yield PostgresQuarantine(pool)


@pytest.fixture(params=["memory", "postgres"])
def quarantine(request: pytest.FixtureRequest) -> Quarantine:
    found: Quarantine = request.getfixturevalue(request.param)
    return found


def row(raw: str, *, tenant: str = "lang-son", system: str = "one-stop", source: str = "igate") -> Quarantined:
    return Quarantined(
        tenant=tenant,
        system=system,
        source=source,
        locator=f"export.csv:{len(raw)}",
        field="status",
        value="Chờ bổ sung",
        reason="the mapping has no status of this name",
        raw=raw.encode(),
        observed_at=NOW,
    )


async def test_what_is_quarantined_comes_back_as_it_was(quarantine: Quarantine) -> None:
    await quarantine.put([])
    await quarantine.put([row("a")])
    [kept] = await quarantine.list()
    assert kept.id > 0
    assert (kept.locator, kept.field, kept.value, kept.raw) == ("export.csv:1", "status", "Chờ bổ sung", b"a")
    assert (kept.reason, kept.observed_at, kept.state) == ("the mapping has no status of this name", NOW, "parked")


async def test_the_same_raw_row_waits_once(quarantine: Quarantine) -> None:
    await quarantine.put([row("a"), row("a"), row("b")])
    await quarantine.put([row("a"), row("a", tenant="ca-mau"), row("a", source="igate-2")])
    assert sorted((each.tenant, each.source, each.raw) for each in await quarantine.list()) == [
        ("ca-mau", "igate", b"a"),
        ("lang-son", "igate", b"a"),
        ("lang-son", "igate", b"b"),
        ("lang-son", "igate-2", b"a"),
    ]
    assert await quarantine.counts() == {"lang-son/one-stop": 3, "ca-mau/one-stop": 1}


async def test_lists_can_be_narrowed(quarantine: Quarantine) -> None:
    await quarantine.put([row("a"), row("b", tenant="ca-mau"), row("c", source="opencps")])
    assert [each.raw for each in await quarantine.list(tenant="ca-mau")] == [b"b"]
    assert [each.raw for each in await quarantine.list(source="opencps")] == [b"c"]
    assert len(await quarantine.list(limit=2)) == 2
    assert await quarantine.list(state="dropped") == []


async def test_a_redriven_row_that_is_still_unknown_waits_again(quarantine: Quarantine) -> None:
    await quarantine.put([row("a")])
    [kept] = await quarantine.list()
    assert await quarantine.settle(kept.id, "redriven", "mapping extended")
    assert await quarantine.list() == []
    await quarantine.put([row("a")])
    assert [each.id for each in await quarantine.list()] == [kept.id]


async def test_a_dropped_row_stays_dropped(quarantine: Quarantine) -> None:
    await quarantine.put([row("a")])
    [kept] = await quarantine.list()
    assert await quarantine.settle(kept.id, "dropped", "a test of the vendor")
    assert not await quarantine.settle(kept.id, "redriven", "too late")
    await quarantine.put([row("a")])
    assert await quarantine.list() == []
    assert await quarantine.counts() == {}


async def test_only_what_was_settled_is_erased(quarantine: Quarantine) -> None:
    await quarantine.put([row("a"), row("b")])
    first, second = sorted(await quarantine.list(), key=lambda each: each.raw)
    await quarantine.settle(first.id, "redriven", "mapping extended")
    assert await quarantine.purge(NOW) == 0
    assert await quarantine.purge(LONG_AFTER) == 1
    assert await quarantine.list(state=None) == [second]
    await quarantine.put([row("c")])
    assert {each.raw for each in await quarantine.list()} == {b"b", b"c"}
