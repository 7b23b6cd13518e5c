"""Both lists of statuses whole: every word and number of the two kinds of systems, as the national list means it."""

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

import services.sources
from contracts.observations import Observation, parse_observation
from services.messaging.memory import MemoryBroker
from services.parking.memory import MemoryQuarantine
from services.parking.port import Quarantined
from services.runtime.clock import SystemClock
from services.sources.intake import Intake
from services.sources.mapping import SourceMapping, load_mapping
from services.sources.memory import MemoryContentMemory
from services.sources.row import Row
from services.sources.translate import Translator

MAPS = Path(services.sources.__file__).parent / "maps"

# Typed from the two lists as they are described, not from the maps.
WORDS: Mapping[str, int] = {
    "receiving": 1,
    "new": 2,
    "denied": 3,
    "processing": 4,
    "interoperating": 4,  # with another agency; such software sends "0", which is no status
    "handover": 4,
    "collecting": 2,
    "waiting": 5,
    "paying": 6,
    "cancelled": 7,
    "unresolved": 8,
    "releasing": 9,
    "posting": 9,  # such software sends "0" here too
    "done": 10,
}
NUMBERS: Mapping[str, int] = {
    "0": 1,
    "19": 2,
    "16": 3,
    "1": 4,
    "2": 4,
    "4": 4,
    "15": 4,
    "12": 4,
    "13": 4,
    "14": 4,  # the notice of what is to be paid is awaited, not yet the payment
    "17": 1,  # supplemented before it was accepted
    "3": 5,
    "9": 6,
    "18": 7,
    "8": 8,
    "6": 9,  # finished; the national 6 is a payment that is asked for
    "5": 10,  # returned; the national 5 is papers that are asked for
}
ASKED_FOR = {"portal": "cancelling", "one_stop": "7"}
"""A withdrawal that is asked for and not yet confirmed: the status before it goes on."""
UNKNOWN = [
    *(("portal", word) for word in ("correcting", "pausing", "Done", "done.", "deleted", "10", "0")),
    *(("one_stop", number) for number in ("10", "11", "20", "77", "99", "-1", "05", "5.0", "done", "đã trả kết quả")),
]
KNOWN = [
    *(("portal", word, status) for word, status in WORDS.items()),
    *(("one_stop", number, status) for number, status in NUMBERS.items()),
]


def row_of(name: str, shown: str | int) -> dict[str, Any]:
    if name == "portal":
        return {"code": "P-1", "seq": 1, "status": shown, "at": "2024-05-13T09:00:00+07:00"}
    return {"soHoSo": "H-1", "stt": 1, "trangThai": shown, "thoiDiem": "20240513090000", "xoa": "0"}


def mapped(name: str) -> SourceMapping:
    return load_mapping(MAPS / f"{name}.toml", tenant="lang-son")


async def taken(name: str, shown: str | int) -> tuple[list[Observation], list[Quarantined]]:
    """What a row with this status makes the source say, and what waits."""
    mapping, broker, quarantine = mapped(name), MemoryBroker(SystemClock()), MemoryQuarantine()
    intake = Intake(
        tenant="lang-son",
        system=mapping.system,
        source=f"{name}.toml",
        manner="feed",
        publisher=broker.publisher(),
        memory=MemoryContentMemory(),
        quarantine=quarantine,
    )
    now = datetime(2024, 6, 1, tzinfo=UTC)
    said = Translator(mapping, mapping.rows[0]).translate(Row("row 1", row_of(name, shown)), observed_at=now)
    await intake.take(said if isinstance(said, list) else [said], observed_at=now)
    return [parse_observation(one.value) for one in broker.records("khop.observations.v1")], await quarantine.list()


@pytest.mark.parametrize(("name", "shown", "status"), KNOWN)
async def test_every_status_of_a_list_is_the_national_one_that_it_means(name: str, shown: str, status: int) -> None:
    (said,), waiting = await taken(name, shown)
    assert (said.act, said.data.status, said.data.raw) == ("status_reported", status, shown)
    assert waiting == []


@pytest.mark.parametrize(("number", "status"), NUMBERS.items())
async def test_a_number_means_the_same_whether_it_comes_as_a_number_or_as_text(number: str, status: int) -> None:
    (said,), _ = await taken("one_stop", int(number))
    assert said.data.status == status


@pytest.mark.parametrize(("name", "shown"), ASKED_FOR.items())
async def test_a_withdrawal_that_is_only_asked_for_is_no_status(name: str, shown: str) -> None:
    (said,), waiting = await taken(name, shown)
    assert (said.act, waiting) == ("withdrawal_requested", [])


@pytest.mark.parametrize(("name", "shown"), UNKNOWN)
async def test_a_status_that_the_list_lacks_waits_and_is_given_no_default(name: str, shown: str) -> None:
    said, (waiting,) = await taken(name, shown)
    assert said == []
    assert (waiting.field, waiting.value) == ("status" if name == "portal" else "trangThai", shown)
    assert "is not in [status_map]" in waiting.reason


@pytest.mark.parametrize(("name", "known"), [("portal", WORDS), ("one_stop", NUMBERS)])
def test_a_list_has_nothing_that_is_not_checked_here(name: str, known: Mapping[str, int]) -> None:
    assert mapped(name).status_map.keys() == {*known, ASKED_FOR[name]}
