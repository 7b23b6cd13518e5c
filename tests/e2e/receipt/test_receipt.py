"""A real log through the whole pipeline gives the figures that other code computed, however it comes in."""

from __future__ import annotations

import asyncio
import csv
import gzip
import json
import random
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from tests.e2e.receipt.installation import WITHIN_S, Facts, Installation, Installations
from tests.e2e.receipt.shuffled import shuffled_log, shuffled_tables
from tests.real.receipt.answers import in_their_words
from tests.real.receipt.conftest import HERE as MAPPINGS
from tests.waiting import until

pytestmark = pytest.mark.asyncio(loop_scope="module")

WHOLE = ("--to", "2012-01-31")


def status(totals: dict[str, Any]) -> dict[str, int]:
    """The totals of a report as the right answers' three figures."""
    theirs = in_their_words(totals)
    return {"on_time": theirs["released_on_time"], "late": theirs["released_late"], "open": theirs["in_hand_end"]}


async def figures_and_lists(one: Installation) -> list[Any]:
    """Both readings of the due date with the hash of every figure's list; nothing that names ids or positions."""
    instant = await one.report(*WHOLE, "--hashes", "--due", "instant", "--by", "month")
    day = await one.report(*WHOLE, "--hashes", "--due", "day", "--by", "month,agency,channel")
    return [part for document in (instant, day) for part in (document["rows"], document["totals"])]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def expected(from_log: Installation) -> tuple[Facts, list[Any]]:
    """What every other way in must come to."""
    return await from_log.facts(), await figures_and_lists(from_log)


async def test_every_month_by_instants(from_log: Installation, truth: dict[str, Any]) -> None:
    said = await from_log.report(*WHOLE, "--by", "month", "--due", "instant")
    assert {row["month"]: in_their_words(row) for row in said["rows"]} == truth["monthly_report"]
    assert status(said["totals"]) == truth["status"]


async def test_every_month_when_the_due_day_counts_whole(from_log: Installation, truth: dict[str, Any]) -> None:
    said = await from_log.report(*WHOLE, "--by", "month", "--due", "day")
    # Whole days move dossiers between on time and late and nothing else; due days end before a month does.
    moved = {"released_on_time", "released_late"}
    ours = {row["month"]: in_their_words(row) for row in said["rows"]}
    assert {month: {name: row[name] for name in row.keys() - moved} for month, row in ours.items()} == {
        month: {name: row[name] for name in row.keys() - moved} for month, row in truth["monthly_report"].items()
    }
    assert status(said["totals"]) == truth["status_day"]
    assert sum(row["released_on_time"] for row in ours.values()) == truth["status_day"]["on_time"]


async def test_overdue_at_the_end_of_the_data(from_log: Installation, truth: dict[str, Any]) -> None:
    totals = (await from_log.report("--to", "2012-01-23", "--due", "instant"))["totals"]
    assert {"overdue": totals["in_hand_overdue"], "not_due": totals["in_hand_not_due"]} == truth["open_as_of"]


async def test_tables_say_the_same_facts_and_what_was_reported_stays_as_it_was(
    installations: Installations,
    expected: tuple[Facts, list[Any]],
    data: Path,
    tmp_path: Path,
    truth: dict[str, Any],
) -> None:
    tables = await installations.new()
    cases, events = data / "cases.csv.gz", data / "events.csv.gz"
    said = await tables.json("import", cases, events, "--mapping", MAPPINGS / "csv.toml")
    assert (said["dossiers"], said["acts"]["step_completed"]) == (truth["cases"], truth["events"])
    facts = await tables.facts()
    assert facts.ids == expected[0].ids
    assert await figures_and_lists(tables) == expected[1]

    # Known at position 1,000: the connection, and the first 999 acts of the table of dossiers.
    early, head = ("--as-of", "1000"), ("--as-of", str(len(facts.positions)))
    before = [await tables.report_text(*WHOLE, *as_of) for as_of in (early, head)]
    assert status(json.loads(before[0])["totals"]) == _first_acts(cases, 999)
    assert status(json.loads(before[1])["totals"]) == truth["status"]

    told_at = datetime.now(UTC)

    # Then the desk ends a dossier that it had open, half a day before its due date.
    ended = "2011-12-06T01:00:00.000+01:00"
    amended = tmp_path / "cases.csv"
    amended.write_text(_with_end(cases, "case-10011", ended), encoding="utf-8")
    again = await tables.json("import", amended, events, "--mapping", MAPPINGS / "csv.toml")
    assert again["published"] == 1
    now = status((await tables.report(*WHOLE))["totals"])
    assert now == {**truth["status"], "on_time": truth["status"]["on_time"] + 1, "open": truth["status"]["open"] - 1}
    assert [await tables.report_text(*WHOLE, *as_of) for as_of in (early, head)] == before
    at_that_time = await tables.report(*WHOLE, "--as-of", told_at.isoformat())
    assert (at_that_time["identity"]["position"], status(at_that_time["totals"])) == (int(head[1]), truth["status"])


@pytest.mark.parametrize(
    ("shuffled", "mapping"),
    [pytest.param(shuffled_tables, "csv.toml", id="tables"), pytest.param(shuffled_log, "xes.toml", id="log")],
)
async def test_shuffled_doubled_and_with_the_holder_killed_twice_it_is_the_same_report(
    installations: Installations,
    expected: tuple[Facts, list[Any]],
    data: Path,
    tmp_path: Path,
    shuffled: Callable[[Path, Path, random.Random], list[Path]],
    mapping: str,
) -> None:
    files = shuffled(data, tmp_path, random.Random(20111))
    one = await installations.new(recorders=3)
    told = one.province.logs
    importing = asyncio.create_task(one.json("import", *files, "--mapping", MAPPINGS / mapping))
    seen = 0
    for _ in range(2):
        await until(installations.holder, timeout_s=WITHIN_S)
        await until(partial(_grew, one, seen), timeout_s=WITHIN_S)
        holder = await installations.holder()
        assert holder is not None, told()
        assert not importing.done(), "it was over before the holder could be killed"
        holder.kill()
        seen = await one.head()
    await importing
    assert seen < len(expected[0].ids), "both were killed with work left to do"
    assert len(one.living("recorder")) == 1
    facts = await one.facts()
    assert facts.ids == expected[0].ids
    assert facts.positions == list(range(1, len(facts.positions) + 1))
    assert await figures_and_lists(one) == expected[1]
    assert (await one.json("parked", "list"))["parked"] == []


async def _grew(one: Installation, seen: int) -> bool:
    return await one.head() > seen


def _rows(cases: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(gzip.decompress(cases.read_bytes()).decode().splitlines()))


def _first_acts(cases: Path, count: int) -> dict[str, int]:
    """What the first acts of the table amount to: one of acceptance a row, then one of its end if it has one."""
    acts = [(row, name) for row in _rows(cases) for name in ("startdate", "enddate") if row[name]][:count]
    ended = [row for row, name in acts if name == "enddate"]
    late = sum(_instant(row["enddate"]) > _instant(row["deadline"]) for row in ended)
    return {"on_time": len(ended) - late, "late": late, "open": count - 2 * len(ended)}


def _with_end(cases: Path, code: str, end: str) -> str:
    """The table of dossiers as exported after this one, which had no end, has got one."""
    rows = _rows(cases)
    [row] = [row for row in rows if row["concept:name"] == code and not row["enddate"]]
    row["enddate"] = end
    written = StringIO(newline="")
    table = csv.DictWriter(written, list(row))
    table.writeheader()
    table.writerows(rows)
    return written.getvalue()


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text)
