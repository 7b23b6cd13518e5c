"""Three portals that count in their own way agree on any rows, and receive as the webhook contract says."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.sandbox.figures import Counts
from services.sandbox.portals.dashboard import Dashboard
from services.sandbox.portals.kept import Kept, Portal
from services.sandbox.portals.national import NationalPortal
from services.sandbox.portals.provincial import ProvincialPortal
from services.sandbox.portals.receiver import Receiver
from tests.unit.sandbox.conftest import at

MAKERS: list[Callable[[], Portal]] = [ProvincialPortal, NationalPortal, Dashboard]
ROWS = st.builds(
    Kept,
    code=st.just(""),
    status=st.integers(1, 10),
    channel=st.integers(0, 3),
    accepted=st.just(0) | st.integers(at("01-01"), at("12-31")),
    due=st.integers(at("01-01"), at("12-31")),
    ended=st.just(0) | st.integers(at("01-01"), at("12-31")),
    void=st.booleans(),
).map(lambda row: row._replace(ended=row.ended and max(row.ended, row.accepted)))


@given(writes=st.lists(st.tuples(st.sampled_from("abcdef"), ROWS | st.none())), first=st.integers(1, 12))
def test_all_three_count_alike_whatever_was_written(writes: list[tuple[str, Kept | None]], first: int) -> None:
    portals = [make() for make in MAKERS]
    for key, row in writes:
        for portal in portals:
            if row is None:
                portal.remove(key)
            else:
                portal.put(key, row)
    counts = [portal.count(date(2024, first, 1), date(2024, 12, 15)) for portal in portals]
    assert counts[0] == counts[1] == counts[2]
    kept = [sorted(portal.rows()) for portal in portals]
    assert kept[0] == kept[1] == kept[2]


@pytest.mark.parametrize("make", MAKERS)
def test_the_period_includes_its_first_second_and_its_last(make: Callable[[], Portal]) -> None:
    portal = make()
    midnight = at("03-01", "00:00")
    closing = at("04-01", "00:00")
    portal.put("first", Kept("", 4, 2, midnight, closing, 0, void=False))
    portal.put("last", Kept("", 9, 1, closing - 1, closing, closing - 1, void=False))
    portal.put("after", Kept("", 4, 2, closing, closing, 0, void=False))
    portal.put("before, ended after", Kept("", 9, 2, midnight - 1, midnight, closing, void=False))
    portal.put("before, late", Kept("", 9, 2, midnight - 1, midnight, midnight + 1, void=False))
    portal.put("unknown channel", Kept("", 4, 0, midnight, closing, 0, void=False))
    assert portal.count(date(2024, 3, 1), date(2024, 3, 31)) == Counts(
        received_online=1, received_direct=1, resolved_on_time=1, resolved_late=1, in_hand=3
    )


def event(subject: str, position: int, *, number: int = 1, **state: Any) -> dict[str, Any]:
    codes = state.pop("codes", {"one-stop": ["H99.10-240301-0001"]})
    return {
        "subject": subject,
        "position": position,
        "khopdelivery": number,
        "khopkey": f"portal:{subject}:{position}",
        "state": {"status": 4, "channel": "online", "codes": codes, **state},
    }


def test_the_highest_position_is_kept_and_an_old_one_answered_as_before() -> None:
    receiver = Receiver(ProvincialPortal())
    receiver.take([event("a", 5, status=9, ended_at="2024-03-07T09:00:00+07:00")])
    assert receiver.take([event("a", 3, number=7)]) == [{"number": 7, "outcome": "accepted"}]
    kept = receiver.portal.get("a")
    assert kept is not None
    assert (kept.status, kept.ended) == (9, at("03-07"))


def test_a_repair_is_applied_at_the_position_already_known() -> None:
    receiver = Receiver(Dashboard())
    receiver.take([event("a", 5, status=4)])
    repair = event("a", 5, status=9) | {"khoprepair": "x1", "khopkey": "ioc:a:5:x1"}
    assert receiver.known("ioc:a:5:x1") == {"outcome": "absent"}
    receiver.take([repair])
    assert receiver.known("ioc:a:5:x1") == {"outcome": "accepted"}
    kept = receiver.portal.get("a")
    assert kept is not None
    assert kept.status == 9


def test_what_was_taken_is_known_and_what_was_not_is_absent() -> None:
    receiver = Receiver(NationalPortal())
    receiver.take([event("a", 5)])
    assert receiver.known("national:a:5") == {"outcome": "accepted"}
    assert receiver.known("national:a:6") == {"outcome": "absent"}
    assert receiver.known("national:b:5") == {"outcome": "absent"}


def test_a_dossier_the_portal_did_not_know_gets_one_code_however_often_it_comes() -> None:
    codes = iter(["P-1", "P-2"])
    receiver = Receiver(ProvincialPortal(), own_system="portal", new_code=lambda: next(codes))
    assert receiver.take([event("a", 5)])[0]["code"] == "P-1"
    assert receiver.take([event("a", 5)])[0]["code"] == "P-1"
    assert receiver.take([event("a", 6)])[0]["code"] == "P-1"
    assert receiver.known("portal:a:6") == {"outcome": "accepted", "code": "P-1"}


def test_a_dossier_that_has_a_code_of_the_portal_is_that_row() -> None:
    portal = ProvincialPortal()
    portal.put("P-7", Kept("", 1, 2, 0, 0, 0, void=False))
    receiver = Receiver(portal, own_system="portal", new_code=lambda: "P-99")
    receiver.take([event("a", 5, codes={"one-stop": ["H-1"], "portal": ["P-7"]})])
    assert [row.code for row in portal.rows()] == ["H-1"]


@pytest.mark.parametrize("survivor_first", [True, False])
def test_a_merged_dossier_leaves_one_row_in_any_order(survivor_first: bool) -> None:
    portal = ProvincialPortal()
    codes = iter(["P-1", "P-2"])
    receiver = Receiver(portal, own_system="portal", new_code=lambda: next(codes))
    receiver.take([event("a", 1, codes={"one-stop": ["H-1"]}), event("b", 2, codes={"portal": ["P-5"]})])
    survivor = event("a", 4, status=9, codes={"one-stop": ["H-1"], "portal": ["P-1", "P-5"]})
    absorbed = event("b", 5, merged_into="a", codes={})
    receiver.take([survivor, absorbed] if survivor_first else [absorbed, survivor])
    assert [(row.code, row.status) for row in portal.rows()] == [("H-1", 9)]


def test_a_merged_dossier_leaves_portals_that_keep_no_codes() -> None:
    receiver = Receiver(Dashboard())
    receiver.take([event("a", 1), event("b", 2), event("b", 3, merged_into="a")])
    assert receiver.portal.get("b") is None
    assert receiver.portal.get("a") is not None


def test_an_event_without_a_state_concerns_nobody() -> None:
    receiver = Receiver(Dashboard())
    tenant_level = {"subject": "tenant", "position": 1, "khopdelivery": 3}
    assert receiver.take([tenant_level]) == [{"number": 3, "outcome": "accepted"}]
    assert list(receiver.portal.rows()) == []


def test_the_portal_shows_what_it_keeps_and_nothing_of_what_it_never_had() -> None:
    receiver = Receiver(NationalPortal())
    receiver.take([event("a", 1, status=9, accepted_at="2024-03-01T09:00:00+07:00")])
    assert receiver.state("a", []) == {
        "status": 9,
        "channel": "online",
        "accepted_at": "2024-03-01T09:00:00+07:00",
        "due_at": None,
        "ended_at": None,
        "void": False,
    }
    assert receiver.state("b", []) is None
