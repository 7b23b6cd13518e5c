"""Polling a source: what is published, what is not, and what a stop half-way leaves behind."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

import services.sources
from contracts.observations import Observation, parse_observation
from contracts.topics import OBSERVATIONS
from services.event_store.memory import MemoryEventStore
from services.event_store.memory_checkpoints import MemoryCheckpoints
from services.messaging.port import BrokerUnavailable, Record
from services.observer.poll import Overtaken, Pace, Poll
from services.parking.memory import MemoryQuarantine
from services.sources.intake import Intake
from services.sources.mapping import load_mapping
from services.sources.memory import MemoryChanges, MemoryContentMemory, MemoryCursors

MAPS = Path(services.sources.__file__).parent / "maps"
ACCEPTED = {"soHoSo": "H99.10-240513-0007", "trangThai": 19, "thoiDiem": "20240513091200", "stt": 1, "kenh": 2}
ACCEPTED |= {"donVi": "H99.10", "thuTuc": "9.000123", "henTra": "20240520170000", "maLienKet": "P-1187"}
FINISHED = ACCEPTED | {"trangThai": 6, "thoiDiem": "20240516160000", "stt": 2}


class Enough(Exception):
    """The test has seen what it wanted."""


class Ticking:
    """A clock that moves a second with every look, and ends the test when a poll would wait."""

    def __init__(self) -> None:
        self._now = datetime(2024, 6, 1, tzinfo=UTC)

    def now(self) -> datetime:
        self._now += timedelta(seconds=1)
        return self._now

    async def sleep(self, seconds_s: float) -> None:  # noqa: ARG002 - the port's words
        raise Enough


class Topic:
    """Keeps what is published; `fail_next` is a broker that wrote all and whose answer was lost."""

    def __init__(self) -> None:
        self.said: list[Observation] = []
        self.fail_next = False

    async def publish(self, topic: str, records: Sequence[Record]) -> None:
        assert topic == OBSERVATIONS.name
        self.said += [parse_observation(record.value) for record in records]
        if self.fail_next:
            self.fail_next = False
            raise BrokerUnavailable("no answer")


class World:
    def __init__(self, rows: Sequence[dict[str, Any]], *, map_name: str = "one_stop.toml") -> None:
        self.changes = MemoryChanges(rows)
        self.topic = Topic()
        self.memory = MemoryContentMemory()
        self.cursors = MemoryCursors()
        self.quarantine = MemoryQuarantine()
        self.checkpoints = MemoryCheckpoints(MemoryEventStore())
        self.mapping = load_mapping(MAPS / map_name, tenant="lang-son")

    def poll(self, *, page_rows: int = 1000) -> Poll:
        return Poll(
            mapping=self.mapping,
            changes=self.changes,
            intake=Intake(
                tenant="lang-son",
                system=self.mapping.system,
                source="map",
                manner="feed",
                publisher=self.topic,
                memory=self.memory,
                quarantine=self.quarantine,
            ),
            cursors=self.cursors,
            checkpoints=self.checkpoints,
            clock=Ticking(),
            pace=Pace(page_rows=page_rows),
        )

    async def read_to_the_end(self, *, page_rows: int = 1000) -> list[Observation]:
        before = len(self.topic.said)
        with pytest.raises(Enough):
            await self.poll(page_rows=page_rows).run()
        return self.topic.said[before:]


async def test_a_system_says_first_that_it_takes_part_and_only_once() -> None:
    world = World([])
    (connected,) = await world.read_to_the_end()
    assert (connected.act, connected.code, connected.data.model_dump()) == (
        "system_connected",
        "one-stop",
        {"kind": "one_stop", "agencies": None},
    )
    assert await world.read_to_the_end() == []


async def test_numbers_of_the_one_stop_system_are_not_those_of_the_national_list() -> None:
    world = World([ACCEPTED, FINISHED, FINISHED | {"trangThai": 5, "stt": 3}])
    said = [one for one in await world.read_to_the_end() if one.act == "status_reported"]
    assert [(one.data.status, one.data.raw) for one in said] == [(2, "19"), (9, "6"), (10, "5")]  # type: ignore[attr-defined]


async def test_a_row_is_told_in_our_words_with_its_own_times() -> None:
    world = World([ACCEPTED])
    _, linked, accepted = await world.read_to_the_end()
    assert accepted.occurred_at == datetime(2024, 5, 13, 2, 12, tzinfo=UTC)
    assert (accepted.code, accepted.act_id, accepted.sequence) == ("H99.10-240513-0007", "1", 1)
    assert json.loads(accepted.data.model_dump_json(exclude_none=True)) == {
        "status": 2,
        "raw": "19",
        "channel": "online",
        "agency": "H99.10",
        "procedure": "9.000123",
        "due_at": "2024-05-20T17:00:00+07:00",
    }
    assert linked.data.model_dump() == {"system": "portal", "code": "P-1187"}


async def test_the_portal_speaks_in_words_and_links() -> None:
    row = {"code": "P-1", "status": "receiving", "at": "2024-05-13T09:00:00+07:00", "seq": 1, "channel": "online"}
    row |= {"links": [{"system": "one-stop", "code": "H-1"}, {"system": "national", "code": "N-1"}]}
    _, *links, submitted = await World([row], map_name="portal.toml").read_to_the_end()
    assert (submitted.data.status, submitted.data.raw) == (1, "receiving")  # type: ignore[attr-defined]
    assert [link.data.model_dump() for link in links] == [
        {"system": "one-stop", "code": "H-1"},
        {"system": "national", "code": "N-1"},
    ]


async def test_a_dossier_deleted_as_a_mistake_is_voided() -> None:
    deleted = {key: value for key, value in ACCEPTED.items() if key != "trangThai"} | {"xoa": 1, "maLienKet": None}
    _, voided = await World([deleted]).read_to_the_end()
    assert voided.act == "voided"


async def test_what_is_shown_again_is_not_said_again() -> None:
    world = World([ACCEPTED, ACCEPTED, FINISHED])
    assert [one.act for one in await world.read_to_the_end()] == [
        *("system_connected", "linked", "status_reported", "status_reported")
    ]
    world.changes.rows += [ACCEPTED, FINISHED]
    assert await world.read_to_the_end() == []


async def test_a_change_and_the_change_back_are_both_heard_and_the_last_one_is_the_newest() -> None:
    world = World([ACCEPTED])
    await world.read_to_the_end()
    moved = ACCEPTED | {"donVi": "H99.11"}
    world.changes.rows += [moved, ACCEPTED, moved]
    revisions = await world.read_to_the_end()
    assert [one.data.agency for one in revisions] == ["H99.11", "H99.10", "H99.11"]  # type: ignore[attr-defined]
    marks = [one.revision for one in revisions if one.revision is not None]
    assert len(marks) == 3
    assert marks == sorted(set(marks))
    assert len({one.id for one in revisions}) == 3


async def test_the_sources_own_time_of_change_is_the_revision() -> None:
    first = ACCEPTED | {"thoiDiemSua": "20240513091200"}
    newer = first | {"donVi": "H99.11", "thoiDiemSua": "20240514080000"}
    forwards = [one for one in await World([first, newer]).read_to_the_end() if one.act == "status_reported"]
    backwards = [one for one in await World([newer, first]).read_to_the_end() if one.act == "status_reported"]
    assert {one.id for one in forwards} == {one.id for one in backwards}
    assert forwards[1].revision == datetime(2024, 5, 14, 1, tzinfo=UTC)


async def test_an_unknown_status_waits_in_quarantine_and_the_rows_around_it_go_on() -> None:
    world = World([ACCEPTED, ACCEPTED | {"trangThai": 77, "stt": 9}, FINISHED])
    said = await world.read_to_the_end()
    assert [one.act_id for one in said if one.act == "status_reported"] == ["1", "2"]
    (waiting,) = await world.quarantine.list()
    assert (waiting.field, waiting.value) == ("trangThai", "77")
    assert "status_map" in waiting.reason
    assert json.loads(waiting.raw)["stt"] == 9


async def test_an_unknown_case_is_not_passed_over() -> None:
    world = World([ACCEPTED | {"xoa": 2}])
    assert [one.act for one in await world.read_to_the_end()] == ["system_connected"]
    assert [one.field for one in await world.quarantine.list()] == ["xoa"]


async def test_pages_join_without_gap_or_overlap() -> None:
    rows = [ACCEPTED | {"soHoSo": f"H99.10-240513-{number:04}", "maLienKet": None} for number in range(10)]
    world = World(rows)
    said = await world.read_to_the_end(page_rows=3)
    assert [one.code for one in said[1:]] == [row["soHoSo"] for row in rows]
    assert await world.cursors.get("lang-son", "one-stop") == "10"


async def test_a_stop_between_publishing_and_the_cursor_repeats_the_same_ids() -> None:
    world = World([ACCEPTED])
    await world.read_to_the_end()
    world.changes.rows += [FINISHED]
    world.topic.fail_next = True
    with pytest.raises(BrokerUnavailable):
        await world.poll().run()
    assert await world.cursors.get("lang-son", "one-stop") == "1"
    (again,) = await world.read_to_the_end()
    assert again.id == world.topic.said[-2].id


async def test_an_observer_that_was_overtaken_does_not_turn_the_cursor_back() -> None:
    world = World([ACCEPTED, FINISHED])
    page = await world.changes.page(None, 1)
    await world.read_to_the_end()
    with pytest.raises(Overtaken):
        await world.poll().take(page, None)
    assert await world.cursors.get("lang-son", "one-stop") == "2"


async def test_a_source_that_another_instance_holds_is_left_alone() -> None:
    world = World([ACCEPTED])
    async with world.checkpoints.hold("observer/one-stop", "lang-son") as mine:
        assert mine
        assert await world.read_to_the_end() == []
    assert len(await world.read_to_the_end()) == 3


async def test_progress_is_measured_against_what_the_source_has() -> None:
    world = World([ACCEPTED, FINISHED, FINISHED | {"stt": 3}])
    poll = world.poll()
    assert poll.reading() is None
    cursor = await poll.take(await world.changes.page(None, 1), None)
    reading = poll.reading()
    assert reading is not None
    assert (reading.supply, reading.done) == (3, 1)
    await poll.take(await world.changes.page(cursor, 2), cursor)
    reading = poll.reading()
    assert reading is not None
    assert (reading.supply, reading.done) == (3, 3)
