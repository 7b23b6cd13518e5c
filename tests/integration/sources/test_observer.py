"""The observer as a process: it takes over, waits out a source that is away, says so, and loses nothing."""

from __future__ import annotations

import json
import signal
from typing import Any

from tests.integration.sources.conftest import Observing, System


def row(number: int, **more: Any) -> dict[str, Any]:
    return {
        "soHoSo": f"H99.10-240513-{number:04}",
        "trangThai": 19,
        "thoiDiem": "20240513091200",
        "stt": number,
        "kenh": 2,
        "donVi": "H99.10",
        "thuTuc": "9.000123",
        **more,
    }


def caught_up(observing: Observing, number: int, position: int) -> bool:
    return any(lane["position"] >= position and lane["lag"] == 0 for lane in observing.status(number)["lanes"])


async def test_two_observers_share_a_source_and_one_takes_over_when_the_other_is_killed(
    observing: Observing, system: System
) -> None:
    system.rows = [row(number) for number in range(35)]
    observing.configure(system.url)
    first, second = observing.start(), observing.start()
    observing.until(lambda: observing.reads(first) or observing.reads(second))
    reader, other = (first, second) if observing.reads(first) else (second, first)
    observing.until(lambda: caught_up(observing, reader, 35))
    assert not observing.reads(other)
    observing.running[reader].send_signal(signal.SIGKILL)
    system.rows += [row(number) for number in range(35, 60)]
    observing.until(lambda: caught_up(observing, other, 60))
    said = [one for one in await observing.said() if one.act == "status_reported"]
    assert {one.code for one in said} == {one["soHoSo"] for one in system.rows}
    assert len({one.id for one in said}) == 60


async def test_a_source_that_is_away_turns_health_red_and_is_read_on_when_it_is_back(
    observing: Observing, system: System
) -> None:
    system.rows = [row(1)]
    observing.configure(system.url)
    observer = observing.start()
    observing.until(lambda: caught_up(observing, observer, 1))
    assert observing.status(observer)["live"] is True
    system.answer = (503, b"maintenance")
    observing.until(lambda: observing.status(observer)["live"] is False)
    assert f"{system.url}/changes answers 503" in " ".join(observing.status(observer)["reasons"])
    system.answer = None
    observing.until(lambda: observing.status(observer)["live"] is True)
    system.rows += [row(2)]
    observing.until(lambda: caught_up(observing, observer, 2))
    assert [one.code for one in await observing.said() if one.act == "status_reported"] == [
        *("H99.10-240513-0001", "H99.10-240513-0002")
    ]


async def test_an_answer_that_is_no_page_moves_nothing(observing: Observing, system: System) -> None:
    system.rows, system.answer = [row(1)], (200, b"<html>login</html>")
    observing.configure(system.url)
    observer = observing.start()
    observing.until(lambda: "answers with no JSON" in " ".join(observing.status(observer)["reasons"]))
    system.answer = (200, b'{"rows": []}')
    observing.until(lambda: "answers without `next`" in " ".join(observing.status(observer)["reasons"]))
    system.answer = None
    observing.until(lambda: caught_up(observing, observer, 1))


async def test_the_key_of_a_source_is_sent_and_its_pages_are_bounded(observing: Observing, system: System) -> None:
    (observing.folder / "one-stop.key").write_text("secret-7\n")
    system.rows = [row(number) for number in range(25)]
    observing.configure(system.url, more='key_file = "one-stop.key"\n')
    observer = observing.start()
    observing.until(lambda: caught_up(observing, observer, 25))
    assert system.keys == {"Bearer secret-7"}
    assert {query["limit"] for query in system.asked} == {"10"}
    assert "secret-7" not in observing.logs()


async def test_a_stop_drains_and_ends_well(observing: Observing, system: System) -> None:
    system.rows = [row(number) for number in range(200)]
    observing.configure(system.url)
    observer = observing.start()
    observing.until(lambda: observing.reads(observer))
    observing.running[observer].send_signal(signal.SIGTERM)
    assert observing.running[observer].wait(timeout=30) == 0
    again = observing.start()
    observing.until(lambda: caught_up(observing, again, 200))
    said = [one for one in await observing.said() if one.act == "status_reported"]
    assert {one.code for one in said} == {one["soHoSo"] for one in system.rows}


async def test_a_configuration_with_a_typo_ends_with_one_sentence(observing: Observing, system: System) -> None:
    observing.configure(system.url, more='adaptor = "one_stop"\n')
    assert observing.running[observing.start()].wait(timeout=30) == 2
    assert "source[1]: unknown key 'adaptor'; did you mean 'adapter'?" in observing.logs()
    assert "Traceback" not in observing.logs()


async def test_what_waits_is_listed_and_released_when_the_mapping_knows_it(
    observing: Observing, system: System
) -> None:
    system.rows = [row(1), row(2, trangThai=77)]
    observing.configure(system.url)
    observer = observing.start()
    observing.until(lambda: caught_up(observing, observer, 2))
    listed = json.loads(observing.khop("quarantine", "list", "--json").stdout)
    assert listed["waiting"] == {f"{observing.tenant}/one-stop": 1}
    assert [(one["field"], one["value"], one["source"]) for one in listed["rows"]] == [
        ("trangThai", "77", "one_stop.toml")
    ]
    still = observing.khop("quarantine", "redrive")
    assert (still.returncode, "1 rows still wait" in still.stderr) == (1, True)
    mended = observing.folder / "one_stop.toml"
    mended.write_text(_shipped().replace("[status_map]", "[status_map]\n77 = 4"), encoding="utf-8")
    done = observing.khop("quarantine", "redrive", "--mapping", mended, "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {"released": 1, "waiting": []}
    released = (await observing.said())[-1]
    assert (released.code, released.data.status) == ("H99.10-240513-0002", 4)  # type: ignore[attr-defined]
    assert json.loads(observing.khop("quarantine", "list", "--json").stdout) == {"waiting": {}, "rows": []}


async def test_what_will_never_be_taken_is_dropped_with_a_reason(observing: Observing, system: System) -> None:
    system.rows = [row(1, trangThai=77)]
    observing.configure(system.url)
    observer = observing.start()
    observing.until(lambda: caught_up(observing, observer, 1))
    (waiting,) = json.loads(observing.khop("quarantine", "list", "--json").stdout)["rows"]
    done = observing.khop("quarantine", "drop", str(waiting["id"]), "--reason", "a test of theirs", "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {"id": waiting["id"], "state": "dropped", "reason": "a test of theirs"}
    again = observing.khop("quarantine", "drop", str(waiting["id"]), "--reason", "a test of theirs")
    assert (again.returncode, "does not wait" in again.stderr) == (1, True)


async def test_a_folder_of_exports_is_a_source_too(observing: Observing) -> None:
    exports = observing.folder / "exports"
    exports.mkdir()
    (observing.folder / "m.toml").write_text(MAPPING)
    (exports / "acts.csv").write_text("code,at\n" + "".join(f"H-{n},2024-05-13T09:00:00\n" for n in range(35)))
    observing.configure(f"file://{exports}", adapter="folder", more='mapping = "m.toml"\n')
    observing.start()
    while len(said := [one for one in await observing.said() if one.act == "accepted"]) < 35:
        assert observing.running[0].poll() is None, observing.logs()
    assert [one.code for one in said] == [f"H-{number}" for number in range(35)]


MAPPING = """
[source]
kind = "one_stop"
zone = "Asia/Ho_Chi_Minh"

[[rows]]
code = "code"

[[rows.act]]
act = "accepted"
at = "at"
"""


def _shipped() -> str:
    from services.sources.one_stop import MAPPING

    return MAPPING.read_text(encoding="utf-8")
