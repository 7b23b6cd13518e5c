"""What every archive of printed reports promises: kept once as it was, found by its hash, never another tenant's."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
import pytest_asyncio

from services.archive.memory import MemoryArchive
from services.archive.port import Archive, Entry, NotKept, Printed
from services.archive.postgres import PostgresArchive
from services.runtime.postgres import open_pool

NOW = datetime(2024, 7, 1, 2, 0, tzinfo=UTC)
A, B = "a" * 64, "ab" * 32


@pytest.fixture
def memory() -> Archive:
    return MemoryArchive()


@pytest_asyncio.fixture
async def postgres(postgres_dsn: str, as_role: Callable[[str, str], str]) -> AsyncIterator[Archive]:
    """On PostgreSQL as the operator's own role."""
    async with open_pool(as_role(postgres_dsn, "khop_operator"), name="test") as pool:
        yield PostgresArchive(pool)


@pytest.fixture(params=["memory", "postgres"])
def archive(request: pytest.FixtureRequest) -> Archive:
    found: Archive = request.getfixturevalue(request.param)
    return found


def printed(hash_: str, body: str, **other: object) -> Printed:
    entry = Entry(
        tenant="lang-son",
        hash=hash_,
        definition="II.06a",
        version=1,
        first=date(2024, 4, 1),
        last=date(2024, 6, 30),
        position=88_412,
        printed_at=NOW,
    )
    return Printed(entry=replace(entry, **other), body=body.encode())  # type: ignore[arg-type]


async def test_a_report_comes_back_as_it_went_in(archive: Archive) -> None:
    report = printed(A, '{"tỉnh": "Lạng Sơn",\n "3": 171997}\n')
    assert await archive.keep(report)
    assert await archive.find(A) == [report]
    assert await archive.entries("lang-son") == [report.entry]


async def test_printing_the_same_again_adds_nothing_and_changes_nothing(archive: Archive) -> None:
    first = printed(A, "{}")
    assert await archive.keep(first)
    assert not await archive.keep(printed(A, '{"forged": 1}', printed_at=NOW + timedelta(days=1)))
    assert await archive.find(A) == [first]
    assert await archive.entries("lang-son") == [first.entry]


async def test_the_last_printed_comes_first_and_a_tenant_sees_its_own(archive: Archive) -> None:
    old, new = printed(B, "1"), printed(A, "2", printed_at=NOW + timedelta(hours=1))
    other = printed(A, "3", tenant="ha-noi")
    for each in (old, new, other):
        assert await archive.keep(each)
    assert await archive.entries("lang-son") == [new.entry, old.entry]
    assert await archive.entries("nobody") == []


async def test_only_reports_by_a_definition_and_of_periods_within_days_are_asked_for(archive: Archive) -> None:
    quarter = printed(A, "1")
    june = printed(B, "2", first=date(2024, 6, 1), definition="766", printed_at=NOW - timedelta(hours=1))
    for each in (quarter, june):
        assert await archive.keep(each)
    assert await archive.entries("lang-son", definition="766") == [june.entry]
    assert await archive.entries("lang-son", definition="76") == []
    assert await archive.entries("lang-son", first=date(2024, 4, 1), last=date(2024, 6, 30)) == [
        quarter.entry,
        june.entry,
    ]
    assert await archive.entries("lang-son", first=date(2024, 4, 2)) == [june.entry]
    assert await archive.entries("lang-son", last=date(2024, 6, 29)) == []


async def test_reports_of_exactly_these_days_come_one_after_another_the_last_printed_first(archive: Archive) -> None:
    days = {"first": date(2024, 4, 1), "last": date(2024, 6, 30)}
    wanted = [printed(f"{number:064x}", f"{number}", printed_at=NOW + timedelta(hours=number)) for number in range(20)]
    # Two that were printed at one moment come in order of their hashes.
    wanted += [printed(hash_, hash_, printed_at=NOW + timedelta(days=9), position=100_000) for hash_ in (B, A)]
    others = [
        printed("1" * 64, "", tenant="ha-noi"),
        printed("2" * 64, "", definition="766"),
        printed("3" * 64, "", first=date(2024, 4, 2)),
        printed("4" * 64, "", last=date(2024, 6, 29)),
        printed("5" * 64, "", position=100_001),
    ]
    for each in (*wanted, *others):
        assert await archive.keep(each)
    found = [each async for each in archive.of_days("lang-son", definition="II.06a", **days, up_to=100_000)]
    assert found == [wanted[21], wanted[20], *reversed(wanted[:20])]
    assert [each async for each in archive.of_days("lang-son", definition="76", **days, up_to=100_000)] == []


async def test_an_archive_that_does_not_take_a_report_says_so(
    postgres_dsn: str, as_role: Callable[[str, str], str]
) -> None:
    async with open_pool(as_role(postgres_dsn, "khop_gateway"), name="test") as pool:
        with pytest.raises(NotKept, match="permission denied"):
            await PostgresArchive(pool).keep(printed(A, "1"))


async def test_the_first_digits_find_what_begins_with_them_in_order(archive: Archive) -> None:
    several = [printed(A, "1"), printed(B, "2"), printed(A, "3", tenant="ha-noi")]
    for each in several:
        assert await archive.keep(each)
    assert await archive.find("ab") == [several[1]]
    assert await archive.find("a", limit=9) == [several[2], several[0], several[1]]
    assert await archive.find("a") == [several[2], several[0]]
    assert await archive.find("c") == []
    assert await archive.find("%") == []
