"""A real log through real processes: imported as tables and as XES, shuffled and doubled, with recorders killed."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from contracts.topics import OBSERVATIONS, partition_of
from tests.real.receipt.conftest import HERE, Province, unpacked, until

EVENTS = 8577 + 1434 + 1329
"""Steps, acceptances, ends."""
WITH_CONFIGURATION = EVENTS + 1
PERIOD = ("--from", "2010-10-01", "--to", "2012-01-31", "--zone", "Europe/Amsterdam", "--hashes")


def report(province: Province, tenant: str, *options: str) -> dict[str, Any]:
    return province.json("report", "flow", "--tenant", tenant, *PERIOD, *options)


def figures(row: dict[str, Any]) -> dict[str, int]:
    """A row of ours in the words of the right answers."""
    assert row["received_channel_unknown"] == row["reopened"] == row["voided"] == 0
    assert row["resolved_no_due_date"] == row["in_hand_no_due_date"] == 0
    return {
        "carried_over": row["carried_over"],
        "received": row["received_online"] + row["received_direct"],
        "received_online": row["received_online"],
        "received_direct": row["received_direct"],
        "released": row["resolved_on_time"] + row["resolved_late"],
        "released_on_time": row["resolved_on_time"],
        "released_late": row["resolved_late"],
        "in_hand_end": row["in_hand_overdue"] + row["in_hand_not_due"],
        "in_hand_overdue": row["in_hand_overdue"],
        "in_hand_undue": row["in_hand_not_due"],
    }


@contextmanager
def watching(province: Province, tenant: str) -> Iterator[Callable[[], int]]:
    """A function that counts the facts in a tenant's log; what we announce ourselves is none."""
    with asyncio.Runner() as runner:
        connection = runner.run(asyncpg.connect(province.dsn))

        def facts() -> int:
            counted = "SELECT count(*) FROM log.events WHERE tenant = $1 AND type <> 'vn.khop.dossier.restated.v1'"
            return int(runner.run(connection.fetchval(counted, tenant)))

        yield facts
        runner.run(connection.close())


@pytest.fixture(scope="module")
def imported(province: Province, data: Path) -> dict[str, Any]:
    tables = (data / "cases.csv.gz", data / "events.csv.gz")
    return province.json("import", *tables, "--mapping", HERE / "csv.toml")


def test_everything_in_the_tables_is_recorded_once(province: Province, imported: dict[str, Any]) -> None:
    assert (imported["published"], imported["dossiers"]) == (WITH_CONFIGURATION, 1434)
    assert imported["acts"] == {"accepted": 1434, "processing_finished": 1329, "step_completed": 8577}
    assert (imported["refused"], imported["contradictions"], imported["broken"]) == (0, 0, [])
    with watching(province, "receipt") as facts:
        assert facts() == WITH_CONFIGURATION


@pytest.mark.usefixtures("imported")
def test_the_log_as_xes_says_nothing_that_the_tables_did_not(province: Province, data: Path) -> None:
    again = province.json("import", data / "receipt.xes.gz", "--mapping", HERE / "xes.toml")
    assert (again["published"], again["unchanged"]) == (0, WITH_CONFIGURATION)


@pytest.mark.usefixtures("imported")
def test_every_month_of_the_report_is_right(province: Province, truth: dict[str, Any]) -> None:
    monthly = report(province, "receipt", "--by", "month", "--due", "instant")
    assert {row["month"]: figures(row) for row in monthly["rows"]} == truth["monthly_report"]


@pytest.mark.usefixtures("imported")
@pytest.mark.parametrize(("due", "name"), [("instant", "status"), ("day", "status_day")])
def test_both_readings_of_the_due_date_are_right(
    province: Province, truth: dict[str, Any], due: str, name: str
) -> None:
    totals = report(province, "receipt", "--due", due)["totals"]
    in_hand = totals["in_hand_not_due"] + totals["in_hand_overdue"]
    assert {"on_time": totals["resolved_on_time"], "late": totals["resolved_late"], "open": in_hand} == truth[name]


@pytest.mark.usefixtures("imported")
def test_what_is_in_hand_at_the_end_of_the_data_is_right(province: Province, truth: dict[str, Any]) -> None:
    upto = ("--from", "2010-10-01", "--to", "2012-01-23", "--zone", "Europe/Amsterdam")
    totals = province.json("report", "flow", "--tenant", "receipt", *upto, "--due", "instant")["totals"]
    assert {"overdue": totals["in_hand_overdue"], "not_due": totals["in_hand_not_due"]} == truth["open_as_of"]


@pytest.mark.usefixtures("imported")
def test_departments_are_right(province: Province, truth: dict[str, Any]) -> None:
    rows = report(province, "receipt", "--by", "agency", "--due", "instant")["rows"]
    ours = {
        row["agency"]: {
            "received": row["received_online"] + row["received_direct"],
            "on_time": row["resolved_on_time"],
            "late": row["resolved_late"],
            "open": row["in_hand_not_due"] + row["in_hand_overdue"],
        }
        for row in rows
    }
    assert {name: {key: n for key, n in row.items() if n} for name, row in ours.items()} == truth["by_department"]


@pytest.mark.usefixtures("imported")
def test_shuffled_doubled_and_with_recorders_killed_it_is_the_same_report(
    province: Province, data: Path, tmp_path: Path
) -> None:
    draw, files = random.Random(7), []
    for name in ("cases.csv.gz", "events.csv.gz"):
        header, *lines = unpacked(data / name)
        doubled = lines * 2
        draw.shuffle(doubled)
        files.append(tmp_path / name.removesuffix(".gz"))
        files[-1].write_text(header + "".join(doubled), encoding="utf-8")
    draw.shuffle(files)
    partition = partition_of("shuffled", OBSERVATIONS.partitions)
    province.start("recorder")
    province.start("recorder")
    counts = []
    with ThreadPoolExecutor(1) as beside, watching(province, "shuffled") as facts:
        # Beside it: the first one is to be killed while the files are still being read.
        importing = beside.submit(
            province.json, "import", *files, "--mapping", HERE / "csv.toml", "--tenant", "shuffled", "--no-wait"
        )
        for _ in range(2):
            seen = counts[-1] if counts else 0
            until(lambda seen=seen: facts() > seen, told=province.logs)
            counts.append(facts())
            holder = province.holder("recorder", partition)
            assert holder is not None, province.logs()
            holder.kill()
        assert importing.result()["published"] == WITH_CONFIGURATION
        until(lambda: facts() == WITH_CONFIGURATION, told=province.logs)
    assert counts[0] < counts[1] < WITH_CONFIGURATION, "both were killed with work left to do"
    assert sum(one.process.poll() is None for one in province.running["recorder"]) == 1
    for due, by in (("instant", "month"), ("day", "month,agency,channel")):
        ours, theirs = (report(province, name, "--by", by, "--due", due) for name in ("receipt", "shuffled"))
        assert len(ours["totals"]["hashes"]) > 0
        assert (ours["rows"], ours["totals"]) == (theirs["rows"], theirs["totals"])
