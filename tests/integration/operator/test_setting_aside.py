"""The operator's commands on real servers, under the operator's own role: parked records, subscribers, and why."""

import asyncio
import json
import os
import sys
from collections.abc import Callable, Sequence
from contextlib import redirect_stderr, redirect_stdout
from datetime import UTC, datetime
from io import StringIO
from typing import Any
from unittest.mock import patch
from uuid import uuid4

import pytest

from contracts.observations import encode_observation, make_observation
from contracts.topics import OBSERVATIONS
from deploy.kafka.topics import ensure
from services.deliverer.owed import delivery_of
from services.deliveries.port import Attempt
from services.deliveries.postgres import PostgresLedger
from services.event_store.postgres import PostgresEventStore
from services.operator.__main__ import main
from services.parking.port import Parked
from services.parking.postgres import PostgresParkingLot
from services.runtime.postgres import open_pool
from tests.integration.gateway.test_gateway_process import heard
from tests.recorded import TENANT, Log, dossier_id
from tests.waiting import until

NOW = datetime(2024, 6, 1, tzinfo=UTC)


class Terminal:
    """The command line of an operator, without the second that a new interpreter takes."""

    def __init__(self, dsn: str, bootstrap: str) -> None:
        self._env = {"KHOP_POSTGRES_DSN": dsn, "KHOP_KAFKA_BOOTSTRAP": bootstrap}

    async def run(self, *words: str, code: int = 0) -> str:
        """What it printed; what it says in error, when it ends with another code than 0."""
        out, err = await asyncio.to_thread(self._call, words, code)
        return out if code == 0 else err

    async def both(self, *words: str, code: int = 0) -> tuple[str, str]:
        """What it printed, and what it says in error."""
        return await asyncio.to_thread(self._call, words, code)

    async def document(self, *words: str, code: int = 0) -> Any:
        """The one JSON document on standard output."""
        out, _ = await asyncio.to_thread(self._call, (*words, "--json"), code)
        return json.loads(out)

    def _call(self, words: Sequence[str], code: int) -> tuple[str, str]:
        out, err, ended = StringIO(), StringIO(), 0
        with (
            patch.dict(os.environ, self._env),
            patch.object(sys, "argv", ["khop", *words]),
            redirect_stdout(out),
            redirect_stderr(err),
        ):
            try:
                main()
            except SystemExit as end:
                ended = end.code if isinstance(end.code, int) else -1
        assert ended == code, err.getvalue()
        return out.getvalue(), err.getvalue()


@pytest.fixture
def khop(kafka_bootstrap: str, postgres_dsn: str, as_role: Callable[[str, str], str]) -> Terminal:
    return Terminal(as_role(postgres_dsn, "khop_operator"), kafka_bootstrap)


async def test_a_parked_record_is_shown_sent_again_once_and_dropped_only_with_a_reason(
    khop: Terminal, kafka_bootstrap: str, postgres_dsn: str
) -> None:
    await ensure(kafka_bootstrap)
    tenant = f"t-{uuid4().hex[:12]}"
    said = make_observation(
        tenant=tenant, system="one-stop", code="A", act="accepted", occurred_at=NOW, observed_at=NOW, data={}
    )
    async with open_pool(postgres_dsn, name="test") as pool, heard(kafka_bootstrap, tenant) as observations:
        values = (encode_observation(said), b'{"act": "accepted"')
        await PostgresParkingLot(pool).park(
            [
                Parked(0, OBSERVATIONS.name, 3, offset, "khop-recorder", b"k", value, "killed it", 3, NOW, "parked")
                for offset, value in enumerate(values)
            ]
        )
        listed = (await khop.document("parked", "list"))["parked"]
        good, bad = (str(each["id"]) for each in sorted(listed, key=lambda each: each["offset"]))
        assert (await khop.document("parked", "show", good))["value"] == values[0].decode()
        assert "still cannot be read" in await khop.run("parked", "redrive", bad, code=1)
        assert await khop.document("parked", "redrive", good) == {"id": int(good), "state": "redriven"}
        await until(lambda: [each.id for each in observations] == [said.id])
        assert "was redriven before" in await khop.run("parked", "redrive", good, code=1)
        assert "--reason is empty" in await khop.run("parked", "drop", bad, "--reason", " ", code=2)
        reason = "truncated by the sender, sent again whole"
        dropped = {"id": int(bad), "state": "dropped", "reason": reason}
        assert await khop.document("parked", "drop", bad, "--reason", reason) == dropped
        assert (await khop.document("parked", "list"))["parked"] == []
        assert "no record has the number" in await khop.run("parked", "show", "999999", code=1)
        assert await khop.document("purge") == {"parked": 0, "quarantined": 0}
        await pool.execute(
            "UPDATE parking.parked SET settled_at = settled_at - interval '31 days' WHERE id = $1", int(bad)
        )
        assert await khop.document("purge") == {"parked": 1, "quarantined": 0}
        assert [each["id"] for each in (await khop.document("parked", "list", "--all"))["parked"]] == [int(good)]


async def test_a_subscriber_is_added_listed_paused_and_its_parked_dossier_found_and_let_go(
    khop: Terminal, postgres_dsn: str
) -> None:
    words = ["subscriber", "add", "portal", "--tenant", TENANT, "--start", "history"]
    wrong = await khop.run(*words, "--url", "portal.example", code=2)
    assert "url: 'portal.example' is not an http(s) address" in wrong
    made = await khop.document(*words, "--url", "http://127.0.0.1:1/khop", "--setting", "batch_max=1")
    assert len(made["secret"]) >= 32
    assert "is served already" in await khop.run(*words, "--url", "http://127.0.0.1:1/khop", code=1)
    async with open_pool(postgres_dsn, name="test") as pool:
        store, ledger = PostgresEventStore(pool, dsn=postgres_dsn), PostgresLedger(pool)
        event = await Log(store).add("a", code="H99.10-240513-0007", status=4)
        [subscriber] = await ledger.subscribers(TENANT)
        await ledger.owe(TENANT, "portal", [delivery_of(event, subscriber)], after=0, up_to=1)
        [lease] = await ledger.lease(
            now=datetime.now(UTC), lease_s=9, dossiers_max=1, owed_max=1, tenant=TENANT, subscriber="portal"
        )
        refused = Attempt(lease.owed[0].number, "rejected", "rejected: closed", park=True)
        assert await ledger.settle(lease, [refused], now=datetime.now(UTC))
    [row] = (await khop.document("subscriber", "list"))["subscribers"]
    assert (row["owed"], row["parked"], row["planned"], row["paused"]) == (1, 1, 1, False)
    assert made["secret"] not in json.dumps(row)
    [parked] = (await khop.document("subscriber", "parked", "portal", "--tenant", TENANT))["parked"]
    assert (parked["dossier"], parked["why"]) == (str(dossier_id("a")), "rejected: closed")
    told = await khop.document("why", "H99.10-240513-0007", code=1)
    [wait] = [each for each in told["dossiers"][0]["waits"] if each["needs_person"]]
    assert wait["next"] == f"khop subscriber unpark portal --tenant {TENANT} --dossier {parked['dossier']}"
    named = {"tenant": TENANT, "name": "portal"}
    assert await khop.document(*wait["next"].split()[1:]) == {**named, "unparked": 1}
    assert "tried again: 0" in await khop.run("subscriber", "unpark", "portal", "--tenant", TENANT, "--all")
    assert (await khop.document("subscriber", "parked", "portal", "--tenant", TENANT))["parked"] == []
    assert await khop.document("subscriber", "pause", "portal", "--tenant", TENANT) == {**named, "paused": True}
    [row] = (await khop.document("subscriber", "list"))["subscribers"]
    assert row["paused"]
    assert await khop.document("subscriber", "resume", "portal", "--tenant", TENANT) == {**named, "paused": False}
    [row] = (await khop.document("subscriber", "list"))["subscribers"]
    assert not row["paused"]
    assert f"paused: {TENANT}/portal" in await khop.run("subscriber", "pause", "portal", "--tenant", TENANT)
    assert f"resumed: {TENANT}/portal" in await khop.run("subscriber", "resume", "portal", "--tenant", TENANT)
    text = await khop.run("why", "H99.10-240513-0007")
    assert "Gửi · delivered         portal: chưa · not yet" in text
    assert "is not served" in await khop.run("subscriber", "pause", "nobody", "--tenant", TENANT, code=1)
    assert "no dossier has the code 'X'" in await khop.run("why", "X", code=1)
