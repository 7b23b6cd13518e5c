"""`khop status` counts what waits for a person and what is still to be sent, and leaves out what is settled."""

from collections.abc import Callable
from datetime import UTC, datetime

from contracts.topics import OBSERVATIONS
from services.deliverer.owed import delivery_of
from services.deliveries.port import Attempt, Subscriber
from services.deliveries.postgres import PostgresLedger
from services.event_store.checkpoints import PostgresCheckpoints
from services.event_store.postgres import PostgresEventStore
from services.operator.status_look import RELAY
from services.parking.port import Parked, Quarantined
from services.parking.postgres import PostgresParkingLot, PostgresQuarantine
from services.runtime.postgres import open_pool
from tests.integration.operator.test_setting_aside import Terminal
from tests.recorded import TENANT, Log

NOW = datetime(2024, 6, 1, tzinfo=UTC)


def parked(offset: int) -> Parked:
    return Parked(0, OBSERVATIONS.name, 3, offset, "khop-recorder", b"k", b"{", "not JSON", 1, NOW, "parked")


def quarantined(value: str) -> Quarantined:
    return Quarantined(
        tenant=TENANT,
        system="one-stop",
        source="export",
        locator=f"export.csv:{value}",
        field="status",
        value=value,
        reason="no mapping",
        raw=value.encode(),
        observed_at=NOW,
    )


async def test_one_parked_record_one_quarantined_row_and_one_owed_delivery_are_counted(
    kafka_bootstrap: str, postgres_dsn: str, as_role: Callable[[str, str], str]
) -> None:
    khop = Terminal(as_role(postgres_dsn, "khop_operator"), kafka_bootstrap)
    subscriber = Subscriber(TENANT, "portal", "webhook", "history", {"url": "http://127.0.0.1:1", "secret": "s"})
    async with open_pool(postgres_dsn, name="test") as pool:
        store, ledger = PostgresEventStore(pool, dsn=postgres_dsn), PostgresLedger(pool)
        lot, quarantine = PostgresParkingLot(pool), PostgresQuarantine(pool)
        # Of each one more than is shown, which is settled.
        await lot.park([parked(7), parked(8)])
        assert await lot.settle((await lot.list())[0].id, "dropped", "sent again whole")
        await quarantine.put([quarantined("Chờ"), quarantined("Đợi")])
        assert await quarantine.settle((await quarantine.list())[0].id, "dropped", "no dossier")
        log = Log(store)
        events = [await log.add(name, status=4) for name in ("a", "b")]
        await ledger.subscribe(subscriber, from_position=0)
        await ledger.owe(TENANT, "portal", [delivery_of(each, subscriber) for each in events], after=0, up_to=2)
        [lease] = await ledger.lease(
            now=datetime.now(UTC), lease_s=9, dossiers_max=1, owed_max=1, tenant=TENANT, subscriber="portal"
        )
        taken = Attempt(lease.owed[0].number, "accepted", "200")
        assert await ledger.settle(lease, [taken], now=datetime.now(UTC))
        await PostgresCheckpoints(pool, dsn=postgres_dsn).advance(RELAY, TENANT, 1)

    database = (await khop.document("status"))["database"]
    assert database["parked"] == {"khop-recorder": 1}
    assert database["quarantined"] == {f"{TENANT}/one-stop": 1}
    [row] = database["owed"]
    assert (row["tenant"], row["subscriber"], row["owed"], row["parked"], row["planned"]) == (TENANT, "portal", 1, 0, 2)
    assert database["tenants"] == {TENANT: {"head": 2, "published": 1, "read_models": {}}}

    told = (await khop.run("status")).splitlines()
    assert "Bản ghi để riêng · parked: khop-recorder 1" in told
    assert f"Chờ ánh xạ · quarantined: {TENANT}/one-stop 1" in told
    [line] = [line for line in told if line.startswith("Còn phải gửi · owed: ")]
    assert f"tenant {TENANT}, subscriber portal" in line
    assert ", owed 1, " in line
