"""Hot statements find rows by key whatever the statistics say: these tables grow faster than they are analysed."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from dataclasses import asdict

import asyncpg
import pytest

from services.deliveries.statements import STATEMENTS as LEDGER
from services.event_store.statements import STATEMENTS as STORE
from services.parking.statements import STATEMENTS as PARKING
from services.runtime.postgres import open_connection

STATEMENTS = {
    f"{owner}.{name}": text
    for owner, statements in (("store", STORE), ("ledger", LEDGER), ("parking", PARKING))
    for name, text in asdict(statements).items()
}
MAY_SCAN = {
    "store.generation": "one row",
    "store.checkpoint": "the generation, one row",
    "store.checkpoints": "the generation, one row",
    "store.advance": "the generation, one row",
    "ledger.subscribers": "a list of a few rows",
    "ledger.check_lanes": "compares two whole tables, for a person",
    "parking.purge_parked": "a retention run",
    "parking.purge_quarantined": "a retention run",
    "parking.list_quarantined": "for a person",
}


async def plan_of(connection: asyncpg.Connection, text: str) -> str:
    """The plan for any arguments, which is what a long-lived connection settles on."""
    await connection.execute(f"PREPARE statement AS {text}")
    arguments = max((int(number) for number in re.findall(r"\$(\d+)", text)), default=0)
    nulls = f"({', '.join(['NULL'] * arguments)})" if arguments else ""
    plan = await connection.fetch(f"EXPLAIN EXECUTE statement{nulls}")
    await connection.execute("DEALLOCATE statement")
    return "\n".join(row[0] for row in plan)


@pytest.mark.parametrize("name", sorted({*STATEMENTS} - {*MAY_SCAN}))
async def test_no_hot_statement_reads_a_table_to_find_a_row(unanalysed: asyncpg.Connection, name: str) -> None:
    plan = await plan_of(unanalysed, STATEMENTS[name])
    assert not re.search(r"Seq Scan|Hash Join|Merge Join|Hash Cond", plan), plan
    # A key that is only a filter on a join reads all of a tenant for each row of the other side.
    assert not re.search(r"Join Filter: .*dossier = \w+\.dossier", plan), plan


@pytest.mark.parametrize("name", ["hold_lanes", "free_lanes"])
async def test_a_lease_is_found_by_its_dossier_and_not_among_all_leases(
    unanalysed: asyncpg.Connection, name: str
) -> None:
    plan = await plan_of(unanalysed, STATEMENTS[f"ledger.{name}"])
    assert "lanes_pkey" in plan
    assert "lanes_leased" not in plan, plan


@pytest.fixture
async def unanalysed(postgres_dsn: str) -> AsyncIterator[asyncpg.Connection]:
    async with open_connection(postgres_dsn, name="test") as connection:
        await connection.execute("SET plan_cache_mode = force_generic_plan")
        yield connection
