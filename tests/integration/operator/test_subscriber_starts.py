"""Where a new subscriber begins: what `khop subscriber add --start …` wrote is what the deliverer plans from."""

from collections import defaultdict
from collections.abc import Callable

from services.deliverer.letters import Letters
from services.deliverer.planner import Planner
from services.deliveries.postgres import PostgresLedger
from services.event_store.postgres import PostgresEventStore
from services.runtime.postgres import open_pool
from tests.integration.operator.test_setting_aside import Terminal
from tests.recorded import TENANT, Log, dossier_id


async def owed(ledger: PostgresLedger) -> dict[str, list[object]]:
    """The positions that were ever owed to each subscriber, in the order of its numbers."""
    told = await ledger.history(TENANT, [dossier_id(name) for name in "abcd"])
    found: defaultdict[str, list[object]] = defaultdict(list)
    for row in sorted(told, key=lambda row: int(str(row["number"]))):
        found[str(row["subscriber"])].append(row["position"])
    return found


async def test_history_owes_every_event_the_present_each_dossiers_latest_and_now_only_what_comes(
    postgres_dsn: str, as_role: Callable[[str, str], str]
) -> None:
    khop = Terminal(as_role(postgres_dsn, "khop_operator"), "127.0.0.1:1")
    add = ("subscriber", "add", "--tenant", TENANT, "--url", "http://127.0.0.1:1")
    async with (
        open_pool(postgres_dsn, name="recorder") as recorder,
        open_pool(as_role(postgres_dsn, "khop_deliverer"), name="deliverer") as pool,
    ):
        log = Log(PostgresEventStore(recorder, dsn=postgres_dsn))
        await log.add("a", status=2)
        await log.add("b", status=2)
        await log.add("a", status=4)
        await log.connect("portal", "provincial_portal")
        await log.add("c", status=3)
        for start in ("history", "present", "now"):
            assert (await khop.document(*add, start, "--start", start))["position"] == 5
        # Recorded after the command, although before anything is planned: no part of the present.
        await log.add("b", status=4)
        await log.add("d", status=2)
        store, ledger = PostgresEventStore(pool, dsn=postgres_dsn), PostgresLedger(pool)
        planner = Planner(store=store, ledger=ledger, letters=Letters(store), wake=lambda _: None)
        for _ in range(2):  # planned again, nothing is owed twice
            await planner.plan(TENANT, {}, target=7)
            assert await owed(ledger) == {
                "history": [1, 2, 3, 5, 6, 7],
                "present": [2, 3, 5, 6, 7],
                "now": [6, 7],
            }
        assert await ledger.planned(TENANT) == {"history": 7, "present": 7, "now": 7}
