"""What observers remember: the same behaviour from memory and from PostgreSQL."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
import pytest_asyncio

from services.runtime.postgres import open_pool
from services.sources.memory import MemoryContentMemory, MemoryCursors
from services.sources.port import ContentMemory, Cursors, Seen
from services.sources.postgres import PostgresContentMemory, PostgresCursors

AT = datetime(2024, 5, 13, 2, 12, 0, 1, tzinfo=UTC)
A, B, C = (bytes([number]) * 16 for number in (1, 2, 3))


@dataclass(frozen=True)
class Remembering:
    memory: ContentMemory
    cursors: Cursors


@pytest.fixture
def memory() -> Remembering:
    return Remembering(MemoryContentMemory(), MemoryCursors())


@pytest_asyncio.fixture
async def postgres(postgres_dsn: str, as_role: Callable[[str, str], str]) -> AsyncIterator[Remembering]:
    async with open_pool(as_role(postgres_dsn, "khop_observer"), name="test") as pool:
        yield Remembering(PostgresContentMemory(pool), PostgresCursors(pool))


@pytest.fixture(params=["memory", "postgres"])
def remembering(request: pytest.FixtureRequest) -> Remembering:
    found = request.getfixturevalue(request.param)
    assert isinstance(found, Remembering)
    return found


async def test_what_was_never_seen_is_absent(remembering: Remembering) -> None:
    assert await remembering.memory.recall("lang-son", "portal", [A, B]) == {}


async def test_what_was_seen_is_recalled_whole(remembering: Remembering) -> None:
    seen = {A: Seen(B, AT), B: Seen(C, AT + timedelta(days=1), (A, B))}
    await remembering.memory.remember("lang-son", "portal", seen)
    assert await remembering.memory.recall("lang-son", "portal", [A, B, C]) == seen


async def test_the_last_one_remembered_holds(remembering: Remembering) -> None:
    await remembering.memory.remember("lang-son", "portal", {A: Seen(B, AT, (C,))})
    await remembering.memory.remember("lang-son", "portal", {A: Seen(C, AT)})
    assert await remembering.memory.recall("lang-son", "portal", [A]) == {A: Seen(C, AT)}


async def test_systems_and_tenants_are_apart(remembering: Remembering) -> None:
    await remembering.memory.remember("lang-son", "portal", {A: Seen(B, AT)})
    assert await remembering.memory.recall("lang-son", "one-stop", [A]) == {}
    assert await remembering.memory.recall("bac-giang", "portal", [A]) == {}


async def test_a_cursor_starts_and_moves(remembering: Remembering) -> None:
    cursors = remembering.cursors
    assert await cursors.get("lang-son", "portal") is None
    assert await cursors.move("lang-son", "portal", old=None, new="10")
    assert await cursors.move("lang-son", "portal", old="10", new="20")
    assert await cursors.get("lang-son", "portal") == "20"
    assert await cursors.get("lang-son", "one-stop") is None


@pytest.mark.parametrize("old", [None, "10", "7"])
async def test_a_cursor_moves_only_from_where_it_is(remembering: Remembering, old: str | None) -> None:
    cursors = remembering.cursors
    await cursors.move("lang-son", "portal", old=None, new="10")
    await cursors.move("lang-son", "portal", old="10", new="20")
    assert not await cursors.move("lang-son", "portal", old=old, new="11")
    assert await cursors.get("lang-son", "portal") == "20"


async def test_a_cursor_that_is_not_there_is_not_moved(remembering: Remembering) -> None:
    assert not await remembering.cursors.move("lang-son", "portal", old="10", new="20")
    assert await remembering.cursors.get("lang-son", "portal") is None
