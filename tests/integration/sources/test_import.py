"""`khop import` against a real broker and database: bad rows wait, good ones go, and what is away is said."""

from __future__ import annotations

import json

from tests.integration.sources.conftest import Observing

MAPPING = """
[source]
kind = "one_stop"
system = "one-stop"
zone = "Asia/Ho_Chi_Minh"

[[rows]]
name = "acts"
code = "code"

[[rows.act]]
status_from = "status"
at = "at"

[status_map]
moi = 1
"""
ACTS = "code,status,at\nH-1,moi,2024-05-13T09:00:00\nH-2,la,2024-05-13T09:00:00\nH-3,moi,2024-05-13T09:00:00\n"


async def test_good_rows_are_published_once_bad_ones_wait_and_a_mended_mapping_releases_them(
    observing: Observing,
) -> None:
    mapping, file = observing.folder / "m.toml", observing.folder / "acts.csv"
    mapping.write_text(MAPPING)
    file.write_text(ACTS)
    options = ("--mapping", mapping, "--tenant", observing.tenant, "--no-wait", "--json")
    first = observing.khop("import", file, *options)
    assert (first.returncode, first.stderr) == (1, "khop: 1 row not taken; everything else is taken\n")
    assert json.loads(first.stdout)["published"] == 3
    again = observing.khop("import", file, *options)
    assert (json.loads(again.stdout)["published"], json.loads(again.stdout)["unchanged"]) == (0, 3)
    mapping.write_text(MAPPING + "la = 4\n")
    done = observing.khop("quarantine", "redrive", "--mapping", mapping, "--json")
    assert (done.returncode, json.loads(done.stdout)["released"]) == (0, 1)
    said = [(one.act, one.code) for one in await observing.said()]
    assert said == [
        ("system_connected", "one-stop"),
        ("status_reported", "H-1"),
        ("status_reported", "H-3"),
        ("status_reported", "H-2"),
    ]


async def test_a_broker_that_is_away_is_exit_3_and_nothing_is_remembered(observing: Observing) -> None:
    mapping, file = observing.folder / "m.toml", observing.folder / "acts.csv"
    mapping.write_text(MAPPING + "la = 4\n")
    file.write_text(ACTS)
    options = ("--mapping", mapping, "--tenant", observing.tenant, "--no-wait", "--json")
    away = observing.khop("import", file, *options, kafka="127.0.0.1:9")
    assert away.returncode == 3, away.stderr
    assert "Traceback" not in away.stderr
    assert json.loads(observing.khop("import", file, *options).stdout)["published"] == 4


async def test_a_log_that_does_not_grow_is_said_and_nothing_is_lost(observing: Observing) -> None:
    mapping, file = observing.folder / "m.toml", observing.folder / "acts.csv"
    mapping.write_text(MAPPING + "la = 4\n")
    file.write_text(ACTS)
    stuck = observing.khop("import", file, "--mapping", mapping, "--tenant", observing.tenant, "--patience-s", "0.5")
    assert stuck.returncode == 3
    assert "everything is published, but the log of" in stuck.stderr
    assert len(await observing.said()) == 4
