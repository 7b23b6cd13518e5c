"""`khop reference` against a real broker, database and recorder: loaded once, shown as of any position."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from contracts.observations import encode_observation
from contracts.topics import OBSERVATIONS
from services.event_store.postgres import PostgresEventStore
from services.messaging.port import Received
from services.recorder.record import Recorder
from services.runtime.clock import SystemClock
from services.runtime.postgres import open_pool
from tests.integration.sources.conftest import Observing

AGENCIES = """
[[agency]]
code = "H99"
title = "UBND tỉnh Mẫu"
level = "province"
valid_from = 2019-01-01

[[agency]]
code = "H99.10"
title = "UBND huyện Mẫu"
level = "district"
valid_from = 2019-01-01
"""
MERGER = """
[[succession]]
agency = "H99.10"
kind = "merged_into"
to = ["H99"]
on = 2025-07-01
"""


async def record(observing: Observing, dsn: str) -> None:
    """What is on the topic, taken into the log; what it holds already is known."""
    values = [encode_observation(one) for one in await observing.said()]
    async with open_pool(dsn, name="test", size_max=2) as pool:
        one = Recorder(store=PostgresEventStore(pool, dsn=dsn), clock=SystemClock())
        await one.handle([Received(OBSERVATIONS.name, 0, at, None, value, 0) for at, value in enumerate(values)])


def shown(observing: Observing, *options: str) -> dict[str, Any]:
    done = observing.khop("reference", "show", "--tenant", observing.tenant, "--json", *options)
    assert done.returncode == 0, done.stderr
    document: dict[str, Any] = json.loads(done.stdout)
    return document


async def test_files_are_loaded_once_judged_beside_the_log_and_shown_as_of_a_position(
    observing: Observing, postgres_dsn: str
) -> None:
    agencies, merger = observing.folder / "a.toml", observing.folder / "m.toml"
    agencies.write_text(AGENCIES, encoding="utf-8")
    merger.write_text(MERGER, encoding="utf-8")
    options: Sequence[str] = ("--tenant", observing.tenant, "--no-wait", "--json")

    # The merger alone cannot be meant before the log knows its agencies: nothing is sent.
    refused = observing.khop("reference", "load", merger, *options)
    assert refused.returncode == 1
    assert "m.toml: succession[1]: H99.10 is succeeded on 2025-07-01, but nobody declared it" in refused.stderr
    assert await observing.said() == []

    loaded = observing.khop("reference", "load", agencies, *options)
    assert (loaded.returncode, json.loads(loaded.stdout)["published"]) == (0, 2), loaded.stderr
    again = observing.khop("reference", "load", agencies, *options)
    assert (json.loads(again.stdout)["published"], json.loads(again.stdout)["unchanged"]) == (0, 2)
    await record(observing, postgres_dsn)

    assert observing.khop("reference", "load", merger, "--check", "--tenant", observing.tenant).returncode == 0
    slip = ("--check", "--tenant", f"{observing.tenant}n")
    refused = observing.khop("reference", "load", merger, *slip)
    assert (refused.returncode, f"did you mean {observing.tenant}?" in refused.stderr) == (2, True)
    assert observing.khop("reference", "load", agencies, *slip, "--begin").returncode == 0
    assert json.loads(observing.khop("reference", "load", merger, *options).stdout)["published"] == 1
    await record(observing, postgres_dsn)

    before, after = shown(observing, "--as-of", "2"), shown(observing)
    assert [one["succeeded"] for one in before["agencies"]] == [None, None]
    assert [one["succeeded"] for one in after["agencies"]] == [
        None,
        {"kind": "merged_into", "to": ["H99"], "key": "2025-07-01"},
    ]
    assert (before["position"], after["position"]) == (2, 3)
    assert before["digest"] != after["digest"]
    assert shown(observing, "--as-of", "2")["digest"] == before["digest"]
    late = observing.khop("reference", "show", "--tenant", observing.tenant, "--as-of", "4")
    assert (late.returncode, late.stderr) == (2, f"khop: --as-of 4: the log of {observing.tenant} ends at position 3\n")


async def test_a_log_that_does_not_grow_is_said_and_what_was_sent_is_safe(observing: Observing) -> None:
    agencies = observing.folder / "a.toml"
    agencies.write_text(AGENCIES, encoding="utf-8")
    stuck = observing.khop("reference", "load", agencies, "--tenant", observing.tenant, "--patience-s", "0.5")
    assert stuck.returncode == 3
    assert "everything is published, but the log of" in stuck.stderr
    assert len(await observing.said()) == 2
