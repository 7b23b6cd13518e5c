"""The reader that skips: no reader ever passes a position that is committed later, or this test sees it."""

from __future__ import annotations

import asyncpg
import pytest

from services.event_store.statements import STATEMENTS, Statements
from tests.integration.store import mutants
from tests.integration.store.interleaving import interleave


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_readers_see_a_prefix_at_every_moment(postgres_dsn: str, seed: int) -> None:
    assert await interleave(postgres_dsn, STATEMENTS, seed=seed, events_max=20) == []


@pytest.mark.parametrize(
    ("mutant", "seen"),
    [
        (mutants.LOCK_TAKEN_OUT, "two writers were inside at once"),
        (mutants.LOCK_BEHIND_THE_READ, "two writers were inside at once"),
        (mutants.LOCK_FREED_BEFORE_THE_COMMIT, "two writers were inside at once"),
        (mutants.NAIVE_SEQUENCE, "is skipped"),
    ],
    ids=["lock taken out", "lock behind the read", "lock freed before the commit", "naive sequence"],
)
async def test_a_wrong_lock_is_seen(postgres_dsn: str, mutant: Statements, seen: str) -> None:
    admin = await asyncpg.connect(postgres_dsn)
    await admin.execute("CREATE SEQUENCE public.naive")
    await admin.close()
    broken = await interleave(postgres_dsn, mutant, seed=1, events_max=1)
    assert any(seen in sentence for sentence in broken), broken
