"""`khop report`, `khop rebuild` and `khop status` as a person runs them: what they print and how they exit."""

import asyncio
import json
import os
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from services.event_store.postgres import PostgresEventStore
from services.projections.keep import PROJECTIONS, Keeper
from services.projections.postgres import PostgresReadModels
from services.runtime.postgres import open_pool
from tests.unit.projections.made_log import MadeLog

HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class Ended:
    code: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        return json.loads(self.out)


Khop = Callable[..., Awaitable[Ended]]


@pytest.fixture
def khop(postgres_dsn: str, as_role: Callable[[str, str], str], tmp_path: Path, repo_root: Path) -> Khop:
    """`await khop("report", "flow", …)`: the command in a process of its own, as the operator's role."""
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("KHOP_")},
        "KHOP_POSTGRES_DSN": as_role(postgres_dsn, "khop_operator"),
        "PYTHONPATH": str(repo_root),
        "COLUMNS": "200",
    }

    async def run(*arguments: str, **settings: str) -> Ended:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "services.operator",
            *arguments,
            cwd=tmp_path,
            env={**environment, **settings},
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        out, err = await process.communicate()
        assert process.returncode is not None
        assert "Traceback" not in err.decode()
        return Ended(process.returncode, out.decode(), err.decode())

    return run


def winter() -> MadeLog:
    """Two months of a small office: local midnight of Viet Nam is 17:00 UTC."""
    log = MadeLog()
    log.connect(("one-stop", "one_stop"))
    midnight = datetime(2024, 1, 31, 17, 0, tzinfo=UTC)  # 2024-02-01T00:00+07:00
    told = {"agency": "H99.1", "procedure": "9.1", "due_at": midnight + 9 * HOUR}
    for code, at, channel in (
        ("A1", midnight - 300 * HOUR, "online"),
        ("A2", midnight - HOUR, "direct"),
        ("A3", midnight, "postal"),
        ("A4", midnight + HOUR, None),
    ):
        log.say("one-stop", code, "accepted", at, told | ({"channel": channel} if channel else {}))
    log.say("one-stop", "A1", "processing_finished", midnight - timedelta(microseconds=1))
    log.say("one-stop", "A2", "processing_finished", midnight + 10 * HOUR)
    log.say("one-stop", "A1", "reopened", midnight + 30 * HOUR)
    return log


@pytest_asyncio.fixture
async def recorded(postgres_dsn: str) -> MadeLog:
    """That log in the store, and the read models level with it."""
    log = winter()
    async with open_pool(postgres_dsn, name="test") as pool:
        store = PostgresEventStore(pool, dsn=postgres_dsn)
        async with store.writer(log.tenant) as writer:
            await writer.append(log.stored(), log.identity())
        await Keeper(store, PostgresReadModels(pool)).catch_up(log.tenant, up_to=len(log.events))
    return log


FLOW = ("report", "flow", "--tenant", "lang-son", "--from", "2024-01-01", "--to", "2024-02-29")


async def test_the_report_by_month_shows_what_was_received_carried_over_and_reopened(
    khop: Khop, recorded: MadeLog
) -> None:
    ended = await khop(*FLOW, "--by", "month", "--json")
    assert (ended.code, ended.err) == (0, "")
    document = ended.document
    assert document["identity"] == {
        "definition": "flow", "version": 1, "tenant": "lang-son", "from": "2024-01-01", "to": "2024-02-29",
        "zone": "Asia/Ho_Chi_Minh", "opens_at": "2023-12-31T17:00:00Z", "closes_at": "2024-02-29T17:00:00Z",
        "due": "instant", "by": ["month"], "position": len(recorded.events), "as_of": None,
    }  # fmt: skip
    january, february = document["rows"]
    zero = dict.fromkeys(document["totals"], 0)
    assert january == {
        "month": "2024-01", **zero,
        "received_online": 1, "received_direct": 1, "resolved_on_time": 1, "in_hand_not_due": 1,
    }  # fmt: skip
    assert february == {
        "month": "2024-02", **zero,
        "carried_over": 1, "received_direct": 1, "received_channel_unknown": 1, "reopened": 1,
        "resolved_late": 1, "in_hand_overdue": 3,
    }  # fmt: skip
    assert document["totals"] == {
        **zero, "received_online": 1, "received_direct": 2, "received_channel_unknown": 1,
        "resolved_late": 1, "in_hand_overdue": 3,
    }  # fmt: skip


async def test_a_report_as_of_an_earlier_position_or_time_shows_what_was_known_then(
    khop: Khop, recorded: MadeLog
) -> None:
    before_the_ends = next(event for event in recorded.events if event.act == "processing_finished").position - 1
    by_position = await khop(*FLOW, "--as-of", str(before_the_ends), "--json", "--hashes")
    moment = recorded.events[before_the_ends - 1].recordedtime.isoformat()
    by_time = await khop(*FLOW, "--as-of", moment, "--json", "--hashes")
    assert by_position.document["rows"] == by_time.document["rows"]
    assert by_position.document["identity"]["position"] == by_time.document["identity"]["position"] == before_the_ends
    [row] = by_position.document["rows"]
    assert (row["resolved_late"], row["in_hand_overdue"]) == (0, 4)
    # printf 'one-stop/A1\none-stop/A2\none-stop/A3\none-stop/A4\n' | sha256sum
    assert row["hashes"]["in_hand_overdue"] == "83218a97d624aee5c94565531860476fc075cff4c6afebeca448eef34f90fda5"
    assert row["hashes"]["voided"] == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


async def test_the_table_for_officials_is_in_both_languages(khop: Khop, recorded: MadeLog) -> None:
    ended = await khop(*FLOW, "--by", "channel", "--due", "day")
    assert ended.code == 0
    assert "Giải quyết trước và đúng hạn" in ended.out
    assert "resolved on time" in ended.out
    assert "không rõ · unknown" in ended.out


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--tenant", "lang-sn"), "did you mean lang-son?"),
        (("--from", "01/01/2024"), "--from '01/01/2024' is no day; write it as 2024-06-30"),
        (("--to", "2023-01-01"), "--to 2023-01-01 lies before --from 2024-01-01"),
        (("--zone", "Hanoi"), "--zone 'Hanoi' is no time zone"),
        (("--by", "month,ward"), "--by 'ward': say any of month,agency,procedure,channel"),
        (("--due", "week"), "--due 'week': say day or instant"),
        (("--as-of", "999"), "the log of lang-son ends at position"),
        (("--as-of", "0"), "--as-of 0: positions begin at 1"),
        (("--as-of", "1999-12-31"), "--as-of 1999-12-31: nothing was recorded of lang-son by then"),
        (("--as-of", "yesterday"), "--as-of 'yesterday' is neither a position nor a time"),
        (("--as-of", "2999-01-01T00:00"), "--as-of 2999-01-01T00:00 lies in the future"),
        (("--from", ""), "--from is missing"),
    ],
)
async def test_a_wrong_option_is_told_in_one_sentence(
    khop: Khop, recorded: MadeLog, arguments: tuple[str, ...], says: str
) -> None:
    ended = await khop(*FLOW, *arguments)
    assert (ended.code, ended.out) == (2, "")
    assert says in ended.err
    assert len(ended.err.strip().splitlines()) == 1


async def test_a_report_does_not_answer_before_its_read_model_is_there(khop: Khop, postgres_dsn: str) -> None:
    log = winter()
    async with (
        open_pool(postgres_dsn, name="test") as pool,
        PostgresEventStore(pool, dsn=postgres_dsn).writer(log.tenant) as writer,
    ):
        await writer.append(log.stored(), log.identity())
    ended = await khop(*FLOW, "--wait-s", "0.3", "--json")
    assert (ended.code, ended.out) == (3, "")
    assert "is at position 0 and did not reach" in ended.err


async def test_a_database_that_is_away_is_exit_code_3(khop: Khop) -> None:
    ended = await khop(*FLOW, KHOP_POSTGRES_DSN="postgresql://khop_operator@127.0.0.1:1/khop")
    assert ended.code == 3
    assert "the database does not answer" in ended.err


async def test_nobody_says_where_the_database_is(khop: Khop) -> None:
    ended = await khop(*FLOW, KHOP_POSTGRES_DSN="")
    assert ended.code == 2
    assert "`make up`" in ended.err


@pytest.mark.parametrize("name", PROJECTIONS)
async def test_a_rebuild_gives_what_was_there(khop: Khop, recorded: MadeLog, postgres_dsn: str, name: str) -> None:
    async with open_pool(postgres_dsn, name="test") as pool:
        models = PostgresReadModels(pool)

        async def everything() -> list[Any]:
            async with models.states("lang-son") as (position, states):
                living = [row async for row in states]
            return [
                (position, living),
                [await models.segments("lang-son", as_of=at) for at in range(len(recorded.events) + 1)],
                [await models.papers("lang-son", as_of=at) for at in range(len(recorded.events) + 1)],
                await models.days("lang-son"),
                await models.month_to_date("lang-son", date(2024, 2, 1)),
            ]

        before = await everything()
        ended = await khop("rebuild", name, "--json")
        assert (ended.code, ended.err) == (0, "")
        assert ended.document == {
            "projection": name,
            "tenants": [{"tenant": "lang-son", "position": len(recorded.events)}],
        }
        assert await everything() == before


async def test_status_shows_positions_and_says_which_process_is_away(
    khop: Khop, recorded: MadeLog, kafka_bootstrap: str
) -> None:
    settings = {"KHOP_KAFKA_BOOTSTRAP": kafka_bootstrap, "KHOP_PROCESSES": "relay=http://127.0.0.1:1"}
    ended = await khop("status", "--json", **settings)
    assert ended.code == 1
    assert "not in order: relay" in ended.err
    document = ended.document
    head = len(recorded.events)
    assert document["kafka"]["ok"]
    assert document["database"]["gaps"] == {}
    assert document["database"]["tenants"]["lang-son"] == {
        "head": head,
        "published": 0,
        "read_models": dict.fromkeys(PROJECTIONS, head),
    }
    [process] = document["processes"]
    assert process["answers"] is False
    ended = await khop("status", "--json", **(settings | {"KHOP_PROCESSES": ""}))
    assert (ended.code, ended.err) == (0, "")


async def test_status_without_kafka_is_exit_code_3_and_still_shows_the_rest(khop: Khop, recorded: MadeLog) -> None:
    ended = await khop("status", "--json", KHOP_KAFKA_BOOTSTRAP="127.0.0.1:1")
    assert ended.code == 3
    assert ended.document["away"] == ["kafka"]
    assert "lang-son" in ended.document["database"]["tenants"]


FORM = ("report", "ii06a", "--tenant", "lang-son", "--from", "2024-01-01", "--to", "2024-02-29", "--by", "agency")


async def test_the_official_form_counts_names_its_readings_and_is_the_same_bytes_again(
    khop: Khop, recorded: MadeLog
) -> None:
    told = await khop(*FORM, "--json")
    assert told.code == 0, told.err
    figures = {"3": 4, "4": 1, "5": 3, "6": 0, "7": 1, "8": 0, "9": 0, "10": 1, "11": 3, "12": 0, "13": 3}
    [row] = told.document["rows"]
    assert row["row"] == {"agency": "H99.1"}
    assert {key: row[key] for key in figures} == figures == {key: told.document["total"][key] for key in figures}
    assert told.document["total"]["received_channel_unknown"] == 1
    assert told.document["identity"]["switches"] == {"open_supplement": "12", "withdrawn": "by_due_date"}
    assert (await khop(*FORM, "--json")).out == told.out

    screen = await khop(*FORM)
    assert screen.code == 0, screen.err
    assert "Tình hình, kết quả giải quyết TTHC" in screen.out
    assert told.document["hash"] in screen.out


async def test_a_wrong_word_is_answered_with_the_right_ones(khop: Khop, recorded: MadeLog) -> None:
    for arguments, said in (
        (("report", "II.06b", *FORM[2:]), "did you mean II.06a?"),
        ((*FORM, "--switch", "open_suplement=9"), "did you mean open_supplement?"),
        ((*FORM, "--switch", "withdrawn=maybe"), "withdrawn is one of by_due_date, on_time"),
        (("report", "ii06a", "--tenant", "lang-son", "--from", "2024-03-01", "--to", "2024-02-01"), "lies before"),
        ((*FORM, "--as-of", "99999"), "the log of lang-son ends at position"),
        ((*FORM, "--as-of", "2999-01-01"), "--as-of 2999-01-01 lies in the future"),
        ((*FORM, "--agency", "H99.11"), "--agency 'H99.11': nobody declared it and no dossier is there; did you mean"),
        ((*FORM, "--zone", "Asia/Hanoi"), "--zone 'Asia/Hanoi' is no time zone; write it as Asia/Ho_Chi_Minh"),
        ((*FORM, "--mode", "as_if"), "--mode 'as_if': say as_was or as_is"),
        ((*FORM, "--version", "9"), "II.06a has no version 9; it has 1"),
        (
            ("report", "flow", *FORM[2:-2], "--mode", "as_is"),
            "report flow has no --agency, --calendar, --mode and --switch",
        ),
    ):
        ended = await khop(*arguments)
        assert (ended.code, ended.out, said in ended.err) == (2, "", True), (arguments, ended.err)
        assert len(ended.err.strip().splitlines()) == 1


async def test_an_agency_without_dossiers_in_the_period_has_none_and_is_not_refused(
    khop: Khop, recorded: MadeLog
) -> None:
    before = await khop(*FORM[:4], "--from", "2023-01-01", "--to", "2023-12-31", "--agency", "H99.1", "--json")
    assert (before.code, before.document["total"]["3"]) == (0, 0), before.err


async def test_the_indices_of_service_quality_say_what_nobody_told_instead_of_zero(
    khop: Khop, recorded: MadeLog
) -> None:
    asked = ("report", "766", "--tenant", "lang-son", "--from", "2024-02-01", "--to", "2024-02-29")
    ended = await khop(*asked, "--by", "agency", "--json")
    assert (ended.code, ended.err) == (0, "")
    document = ended.document
    assert sorted(document["identity"]["reference"]) == ["agencies", "figures", "procedures"]
    total = document["total"]
    # A1 reopened, A2 ended an hour late, A3 and A4 still in hand: all four past their due date.
    assert (total["2.1.of"], total["2.1.whole"], total["2.1.rate"], total["2.1.score"]) == (0, 4, 0.0, 0.0)
    # A3 and A4 were accepted in February, neither of them online, both of procedure 9.1.
    assert (total["1.4.received"], total["3.2.of"], total["3.2.whole"]) == (2, 0, 1)
    for key in ("1.4.rate", "3.6.of", "4.1.rate", "4.3.of", "4.4.rate", "4.5b.score"):
        assert total[key] is None
        assert document["unknown"][key]["vi"].startswith("không rõ")
    [row] = document["rows"]
    assert (row["row"], row["2.1.whole"]) == ({"agency": "H99.1"}, 4)
    shown = await khop(*asked)
    assert shown.code == 0
    assert "(2.1.score) " in shown.out
