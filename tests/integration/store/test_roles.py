"""Append-only is a grant: what each process's own role may do to the log, the map, the ledger and what is set aside."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from uuid import uuid4

import asyncpg
import pytest

from deploy.postgres.migrate import OWNER, ROLES
from services.archive.port import Entry, NotKept, Printed
from services.archive.postgres import PostgresArchive
from services.deliveries.port import Attempt, Owed, Subscriber
from services.deliveries.postgres import PostgresLedger
from services.domain.decision import Identity
from services.event_store.checkpoints import PostgresCheckpoints
from services.event_store.port import IdentityChange
from services.event_store.postgres import PostgresEventStore
from services.parking.port import Parked, Quarantined
from services.parking.postgres import PostgresParkingLot, PostgresQuarantine
from services.runtime.postgres import open_connection, open_pool
from tests.integration.store.interleaving import TENANT, make_events

AsRole = Callable[[str, str], str]
NOW = datetime(2024, 5, 13, tzinfo=UTC)
READERS = sorted({*ROLES} - {"khop_recorder"})


async def append_one(dsn: str) -> None:
    async with open_pool(dsn, name="test") as pool, PostgresEventStore(pool, dsn=dsn).writer(TENANT) as writer:
        position = writer.last_position + 1
        dossier = uuid4()
        change = IdentityChange({("one-stop", f"H{position}"): dossier}, [Identity(dossier, (dossier,))])
        await writer.append(make_events(position - 1, 1), change)


async def test_the_recorder_appends(postgres_dsn: str, as_role: AsRole) -> None:
    for _ in range(2):
        await append_one(as_role(postgres_dsn, "khop_recorder"))


@pytest.mark.parametrize("role", READERS)
async def test_every_other_role_reads_and_cannot_append(postgres_dsn: str, as_role: AsRole, role: str) -> None:
    await append_one(postgres_dsn)
    dsn = as_role(postgres_dsn, role)
    async with open_pool(dsn, name="test") as pool:
        store = PostgresEventStore(pool, dsn=dsn)
        assert await store.heads() == {TENANT: 1}
        assert await store.find(TENANT, "one-stop", "H1") is not None
        await store.generation()
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await append_one(dsn)
    async with open_connection(dsn, name="test") as connection:
        for statement in (
            "INSERT INTO identity.codes VALUES ('lang-son', 'one-stop', 'forged', gen_random_uuid())",
            "UPDATE identity.codes SET dossier = gen_random_uuid()",
            "DELETE FROM identity.dossiers",
        ):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await connection.execute(statement)


CHANGES = (
    "UPDATE log.events SET body = ''",
    "DELETE FROM log.events",
    "TRUNCATE log.events",
    "UPDATE log.events SET position = position + 1 WHERE false",
)


@pytest.mark.parametrize("role", [*ROLES, OWNER, "administrator"])
async def test_nobody_changes_or_deletes_events(postgres_dsn: str, as_role: AsRole, role: str) -> None:
    await append_one(postgres_dsn)
    dsn = postgres_dsn if role in {OWNER, "administrator"} else as_role(postgres_dsn, role)
    async with open_connection(dsn, name="test") as connection:
        if role == OWNER:
            await connection.execute(f"SET ROLE {OWNER}")
        for statement in CHANGES:
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await connection.execute(statement)
    async with open_connection(postgres_dsn, name="test") as connection:
        assert await connection.fetchval("SELECT body FROM log.events") == b"{}"


@pytest.mark.parametrize("role", ROLES)
async def test_no_role_renews_the_generation_or_makes_tables(postgres_dsn: str, as_role: AsRole, role: str) -> None:
    async with open_connection(as_role(postgres_dsn, role), name="test") as connection:
        for statement in (
            "SELECT log.renew_generation('why not')",
            "SELECT log.accept_generation()",
            "UPDATE log.generation SET reason = 'x'",
            "CREATE TABLE log.mine ()",
            "CREATE TABLE public.mine ()",
            "DROP TABLE log.events",
            "ALTER TABLE log.events DISABLE TRIGGER ALL",
        ):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await connection.execute(statement)


@pytest.mark.parametrize("role", ["khop_recorder", "khop_relay", "khop_projector", "khop_deliverer", "khop_reconciler"])
async def test_readers_of_the_log_keep_checkpoints_and_park(postgres_dsn: str, as_role: AsRole, role: str) -> None:
    dsn = as_role(postgres_dsn, role)
    record = Parked(0, "t", 0, 7, role, None, b"personal", "not JSON", 1, NOW, "parked")
    async with open_pool(dsn, name="test") as pool:
        checkpoints, lot = PostgresCheckpoints(pool, dsn=dsn), PostgresParkingLot(pool)
        await checkpoints.advance(role, TENANT, 1)
        await checkpoints.advance(role, TENANT, 2)
        assert await checkpoints.get(role, TENANT) == 2
        for expected in (1, 2):
            assert await lot.starts(topic="t", partition=0, group=role, first_offset=7, last_offset=7) == expected
        await lot.finished(topic="t", partition=0, group=role, up_to_offset=7)
        await lot.park([record])
        await lot.park([record])
        for reading in (lot.list(), lot.get(1), lot.settle(1, "dropped", "mine"), lot.purge(NOW)):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await reading
    async with open_pool(as_role(postgres_dsn, "khop_operator"), name="test") as pool:
        lot = PostgresParkingLot(pool)
        [parked] = await lot.list()
        assert parked.value == b"personal"
        assert await lot.settle(parked.id, "dropped", "a test")
        assert await lot.purge(datetime(2100, 1, 1, tzinfo=UTC)) == 1


@pytest.mark.parametrize("role", ["khop_observer", "khop_gateway"])
async def test_the_front_door_quarantines_and_only_the_operator_reads_it(
    postgres_dsn: str, as_role: AsRole, role: str
) -> None:
    row = Quarantined(
        tenant=TENANT,
        system="one-stop",
        source="igate",
        locator="export.csv:2",
        field="status",
        value="?",
        reason="unknown",
        raw=b"personal",
        observed_at=NOW,
    )
    async with open_pool(as_role(postgres_dsn, role), name="test") as pool:
        quarantine = PostgresQuarantine(pool)
        await quarantine.put([row])
        await quarantine.put([row])
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await quarantine.list()
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await quarantine.purge(NOW)
    async with open_pool(as_role(postgres_dsn, "khop_operator"), name="test") as pool:
        quarantine = PostgresQuarantine(pool)
        [kept] = await quarantine.list()
        assert kept.raw == b"personal"
        assert await quarantine.settle(kept.id, "redriven", "mapping extended")
    async with open_pool(as_role(postgres_dsn, role), name="test") as pool:
        await PostgresQuarantine(pool).put([row])
    async with open_pool(as_role(postgres_dsn, "khop_operator"), name="test") as pool:
        assert len(await PostgresQuarantine(pool).list()) == 1


async def test_the_ledger_is_written_by_who_serves_and_only_added_to(postgres_dsn: str, as_role: AsRole) -> None:
    dossier = uuid4()
    portal = Subscriber(TENANT, "portal", "webhook", "now", {"secret": "s"})
    async with open_pool(as_role(postgres_dsn, "khop_operator"), name="test") as pool:
        assert await PostgresLedger(pool).subscribe(portal, from_position=0)
        assert await PostgresLedger(pool).pause(TENANT, "portal", paused=False)
    async with open_pool(as_role(postgres_dsn, "khop_deliverer"), name="test") as pool:
        ledger = PostgresLedger(pool)
        owed = [Owed(TENANT, "portal", 0, dossier, 1), Owed(TENANT, "portal", 0, dossier, 2)]
        assert await ledger.owe(TENANT, "portal", owed, after=0, up_to=2)
        now = datetime.now(UTC)
        [lease] = await ledger.lease(
            now=now, lease_s=30, dossiers_max=9, owed_max=9, tenant=TENANT, subscriber="portal"
        )
        attempts = [Attempt(1, "accepted", "200"), Attempt(2, "rejected", "unknown_procedure", park=True)]
        assert await ledger.settle(lease, attempts, now=now)
        await ledger.move_open(TENANT, "portal", dossier, uuid4())
    async with open_pool(as_role(postgres_dsn, "khop_reconciler"), name="test") as pool:
        ledger = PostgresLedger(pool)
        assert await ledger.owe_repair(Owed(TENANT, "portal", 0, dossier, 2, repair="shown"))
        assert await ledger.open_dossiers(TENANT, "portal", [dossier]) == {dossier}
    async with open_pool(as_role(postgres_dsn, "khop_operator"), name="test") as pool:
        ledger = PostgresLedger(pool)
        [(moved, _, _)] = await ledger.parked(TENANT, "portal", 9)
        assert await ledger.unpark(TENANT, "portal", moved)
        assert len(await ledger.history(TENANT, [dossier, moved])) == 3
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await ledger.owe(TENANT, "portal", owed, after=2, up_to=3)
    for role in ROLES:
        async with open_connection(as_role(postgres_dsn, role), name="test") as connection:
            for statement in (
                "UPDATE deliveries.owed SET position = 9",
                "DELETE FROM deliveries.owed",
                "UPDATE deliveries.attempts SET outcome = 'accepted'",
                "DELETE FROM deliveries.attempts",
            ):
                with pytest.raises(asyncpg.InsufficientPrivilegeError):
                    await connection.execute(statement)


@pytest.mark.parametrize("role", ["khop_recorder", "khop_relay", "khop_projector", "khop_observer", "khop_gateway"])
async def test_who_does_not_deliver_sees_nothing_of_the_ledger(postgres_dsn: str, as_role: AsRole, role: str) -> None:
    async with open_pool(as_role(postgres_dsn, role), name="test") as pool:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await PostgresLedger(pool).subscribers()


@pytest.mark.parametrize("role", ROLES)
async def test_printed_reports_are_added_to_by_the_operator_alone_and_changed_by_nobody(
    postgres_dsn: str, as_role: AsRole, role: str
) -> None:
    printed = Printed(
        entry=Entry(
            tenant=TENANT,
            hash="0" * 64,
            definition="II.06a",
            version=1,
            first=NOW.date(),
            last=NOW.date(),
            position=1,
            printed_at=NOW,
        ),
        body=b"{}",
    )
    async with open_pool(as_role(postgres_dsn, "khop_operator"), name="test") as pool:
        assert await PostgresArchive(pool).keep(printed)
    if role != "khop_operator":
        async with open_pool(as_role(postgres_dsn, role), name="test") as pool:
            with pytest.raises(NotKept, match="permission denied"):
                await PostgresArchive(pool).keep(printed)
            for look in (PostgresArchive(pool).entries(TENANT), PostgresArchive(pool).find("0")):
                with pytest.raises(asyncpg.InsufficientPrivilegeError):
                    await look
    for dsn, owner in ((as_role(postgres_dsn, role), ""), (postgres_dsn, OWNER), (postgres_dsn, "")):
        async with open_connection(dsn, name="test") as connection:
            if owner:
                await connection.execute(f"SET ROLE {owner}")
            for statement in (
                "UPDATE reports.printed SET body = ''",
                "DELETE FROM reports.printed",
                "TRUNCATE reports.printed",
            ):
                with pytest.raises(asyncpg.InsufficientPrivilegeError):
                    await connection.execute(statement)
    async with open_pool(postgres_dsn, name="test") as pool:
        assert await PostgresArchive(pool).find("0") == [printed]
