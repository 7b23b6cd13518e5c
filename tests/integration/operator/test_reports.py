"""What `khop report` prints is archived and printed again byte for byte, whatever was learnt in between."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from hashlib import sha256

import pytest
import pytest_asyncio

from services.event_store.postgres import PostgresEventStore
from services.projections.keep import Keeper
from services.projections.postgres import PostgresReadModels
from services.runtime.postgres import open_pool
from tests.integration.operator.test_setting_aside import Terminal
from tests.integration.projections.test_commands import winter
from tests.unit.projections.made_log import T0

PERIOD = ("--tenant", "lang-son", "--from", "2024-01-01", "--to", "2024-01-31")
II06A = ("report", "II.06a", *PERIOD, "--by", "agency")


class Office:
    """A terminal, and a log behind it that can go on."""

    def __init__(self, khop: Terminal, store: PostgresEventStore, keeper: Keeper) -> None:
        self.khop = khop
        self.log = winter()
        self._store = store
        self._keeper = keeper

    async def record(self) -> None:
        """What was said and is not recorded yet."""
        async with self._store.writer(self.log.tenant) as writer:
            await writer.append(self.log.stored()[writer.last_position :], self.log.identity())
        await self._keeper.catch_up(self.log.tenant, up_to=len(self.log.events))


@pytest_asyncio.fixture
async def office(postgres_dsn: str, as_role: Callable[[str, str], str]) -> AsyncIterator[Office]:
    async with open_pool(postgres_dsn, name="test") as pool:
        store = PostgresEventStore(pool, dsn=postgres_dsn)
        made = Office(
            Terminal(as_role(postgres_dsn, "khop_operator"), "127.0.0.1:1"),
            store,
            Keeper(store, PostgresReadModels(pool)),
        )
        await made.record()
        yield made


def hash_of(text: str) -> str:
    """The hash by its own definition: sorted keys, no spaces, its own field left out."""
    document = json.loads(text)
    document.pop("hash", None)
    plain = json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return sha256(plain.encode()).hexdigest()


async def test_a_report_is_printed_again_byte_for_byte_after_corrections(office: Office) -> None:
    khop = office.khop
    printed = await khop.run(*II06A, "--json")
    told = json.loads(printed)["hash"]
    assert told == hash_of(printed)

    office.log.say("one-stop", "A2", "voided", T0)
    await office.record()
    later = await khop.run(*II06A, "--json")
    assert json.loads(later)["total"]["3"] == json.loads(printed)["total"]["3"] - 1

    assert await khop.run("reports", "show", told) == printed
    assert await khop.run("reports", "show", told[:8]) == printed
    listed = (await khop.document("reports", "list", "--tenant", "lang-son"))["reports"]
    assert [each["hash"] for each in listed] == [json.loads(later)["hash"], told]
    assert {key: listed[1][key] for key in ("tenant", "definition", "version", "from", "to")} == {
        "tenant": "lang-son", "definition": "II.06a", "version": 1, "from": "2024-01-01", "to": "2024-01-31",
    }  # fmt: skip
    assert told in await khop.run("reports", "list", "--tenant", "lang-son")


async def test_the_same_again_is_kept_once_a_table_as_well_as_json_and_a_dry_look_not_at_all(office: Office) -> None:
    khop = office.khop
    assert "Chưa in báo cáo nào" in await khop.run("reports", "list", "--tenant", "lang-son")
    await khop.run(*II06A, "--no-archive")
    assert (await khop.document("reports", "list", "--tenant", "lang-son"))["reports"] == []
    table = await khop.run(*II06A)
    printed = await khop.run(*II06A, "--json")
    [kept] = (await khop.document("reports", "list", "--tenant", "lang-son"))["reports"]
    assert kept["hash"] in table
    assert await khop.run("reports", "show", kept["hash"]) == printed

    flow = await khop.run("report", "flow", *PERIOD, "--json")
    assert await khop.run("reports", "show", hash_of(flow)) == flow
    assert len((await khop.document("reports", "list", "--tenant", "lang-son"))["reports"]) == 2


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (("show", "abc"), 2, "HASH 'abc': write the SHA-256 that is printed on the report"),
        (("show", "G" * 64), 2, "at least its first 8 digits"),
        (("show", "0" * 64), 1, "no report with the hash 0000"),
        (("list", "--tenant", "lang-sn"), 2, "did you mean lang-son?"),
    ],
)
async def test_a_wrong_word_is_told_in_one_sentence(
    office: Office, words: tuple[str, ...], code: int, says: str
) -> None:
    error = await office.khop.run("reports", *words, code=code)
    assert says in error
    assert len(error.strip().splitlines()) == 1
