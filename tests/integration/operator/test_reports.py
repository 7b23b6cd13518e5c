"""What `khop report` prints is archived and printed again byte for byte, whatever was learnt in between."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime
from hashlib import sha256

import pytest

from services.archive.port import Entry, Printed
from services.archive.postgres import PostgresArchive
from services.domain.statistics.document import digest
from services.runtime.postgres import open_connection, open_pool
from tests.integration.operator.conftest import Office
from tests.unit.projections.made_log import T0

PERIOD = ("--tenant", "lang-son", "--from", "2024-01-01", "--to", "2024-01-31")
II06A = ("report", "II.06a", *PERIOD, "--by", "agency")


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

    assert await khop.run("reports", "show", told, "--json") == printed
    assert await khop.run("reports", "show", told[:8], "--json") == printed
    listed = (await khop.document("reports", "list", "--tenant", "lang-son"))["reports"]
    assert [each["hash"] for each in listed] == [json.loads(later)["hash"], told]
    assert {key: listed[1][key] for key in ("tenant", "definition", "version", "from", "to")} == {
        "tenant": "lang-son", "definition": "II.06a", "version": 1, "from": "2024-01-01", "to": "2024-01-31",
    }  # fmt: skip
    assert told in await khop.run("reports", "list", "--tenant", "lang-son")


async def test_the_same_again_is_kept_once_a_table_as_well_as_json_and_a_dry_look_not_at_all(office: Office) -> None:
    khop = office.khop
    assert "no such report was printed yet" in await khop.run("reports", "list", "--tenant", "lang-son")
    assert "not kept, so it is not official" in (await khop.both(*II06A, "--no-archive"))[1]
    assert (await khop.document("reports", "list", "--tenant", "lang-son"))["reports"] == []
    table = await khop.run(*II06A)
    printed = await khop.run(*II06A, "--json")
    [kept] = (await khop.document("reports", "list", "--tenant", "lang-son"))["reports"]
    assert kept["hash"] in table
    assert await khop.run("reports", "show", kept["hash"], "--json") == printed
    assert await khop.run("reports", "show", kept["hash"]) == table

    flow = await khop.run("report", "flow", *PERIOD, "--json")
    assert await khop.run("reports", "show", hash_of(flow), "--json") == flow
    assert await khop.run("reports", "show", hash_of(flow)) == await khop.run("report", "flow", *PERIOD)
    assert len((await khop.document("reports", "list", "--tenant", "lang-son"))["reports"]) == 2


async def test_reports_are_listed_by_form_and_period(office: Office) -> None:
    khop = office.khop
    for name, first, last in (("II.06a", "01-01", "01-31"), ("II.06a", "01-01", "03-31"), ("flow", "02-01", "02-29")):
        await khop.run("report", name, "--tenant", "lang-son", "--from", f"2024-{first}", "--to", f"2024-{last}")

    async def listed(*words: str) -> list[tuple[str, str]]:
        document = await khop.document("reports", "list", "--tenant", "lang-son", *words)
        return [(each["definition"], each["to"]) for each in document["reports"]]

    assert await listed("--definition", "ii06a") == [("II.06a", "2024-03-31"), ("II.06a", "2024-01-31")]
    assert await listed("--definition", "flow", "--from", "2024-02-01") == [("flow", "2024-02-29")]
    assert await listed("--from", "2024-01-01", "--to", "2024-02-29") == [
        ("flow", "2024-02-29"),
        ("II.06a", "2024-01-31"),
    ]


async def test_a_report_that_cannot_be_kept_is_not_printed(office: Office, postgres_dsn: str) -> None:
    khop = office.khop
    async with open_connection(postgres_dsn, name="test") as connection:
        await connection.execute("REVOKE INSERT ON reports.printed FROM khop_operator")
    for words in (II06A, ("report", "flow", *PERIOD)):
        out, error = await khop.both(*words, code=1)
        assert out == ""
        assert "the archive does not take it (permission denied" in error
        assert "a report that is not kept is not official; --no-archive shows" in error
        assert len(error.strip().splitlines()) == 1
    assert "SHA-256" in await khop.run(*II06A, "--no-archive")


async def test_several_reports_that_begin_alike_and_a_changed_one_are_told(office: Office, postgres_dsn: str) -> None:
    khop = office.khop
    kept = []
    async with open_pool(postgres_dsn, name="test") as pool:
        for last in "12":
            body = {"identity": {"definition": "II.07", "version": 1}, "n": last}
            entry = Entry(
                tenant="lang-son", hash="ab" + digest(body)[2:], definition="II.07", version=1, first=date(2024, 1, 1),
                last=date(2024, 1, 31), position=1, printed_at=datetime(2024, 2, 1, tzinfo=UTC),
            )  # fmt: skip
            kept.append(entry.hash)
            await PostgresArchive(pool).keep(Printed(entry=entry, body=json.dumps(body).encode()))
        body = {"identity": {"definition": "II.07", "version": 1}}
        entry = replace(entry, hash=digest(body))
        await PostgresArchive(pool).keep(Printed(entry=entry, body=json.dumps(body).encode()))
    told = await khop.run("reports", "show", "ab", code=1)
    assert "several reports begin with ab" in told
    assert all(each in told for each in kept)
    assert "is not what was archived: its content has another hash" in await khop.run(
        "reports", "show", kept[0], code=1
    )
    # A report by a definition that this program does not have is still there, word for word.
    assert "--json prints it as it was" in await khop.run("reports", "show", entry.hash, code=1)
    assert await khop.run("reports", "show", entry.hash, "--json") == json.dumps(body)


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (("show", "xyz"), 2, "HASH 'xyz': write the SHA-256 that is printed on the report"),
        (("show", "a" * 65), 2, "or its first digits (0-9, a-f)"),
        (("show", "0" * 64), 1, "no report whose hash begins with 0000"),
        (("show", "0"), 1, "no report whose hash begins with 0 was archived; see `khop reports list"),
        (("list", "--tenant", "lang-son", "--definition", "II.06b"), 2, "did you mean II.06a?"),
        (("list", "--tenant", "lang-son", "--from", "1/2024"), 2, "--from '1/2024' is no day"),
        (("list", "--tenant", "lang-son", "--from", "2024-02-01", "--to", "2024-01-01"), 2, "lies before --from"),
        (("list", "--tenant", "lang-sn"), 2, "did you mean lang-son?"),
    ],
)
async def test_a_wrong_word_is_told_in_one_sentence(
    office: Office, words: tuple[str, ...], code: int, says: str
) -> None:
    error = await office.khop.run("reports", *words, code=code)
    assert says in error
    assert len(error.strip().splitlines()) == 1
