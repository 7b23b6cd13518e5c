"""Codes that are one dossier: linked, parted, joined again, by systems and by operators."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID, uuid5

import pytest

from contracts.claims import DossiersMerged, DossiersSplit
from contracts.dossier_events import DossierEvent
from contracts.observations import NAMESPACE, Observation
from services.domain.dossier import CodeKey, fact_of_observation
from services.domain.identity import components
from tests.builders import USUAL_SYSTEMS, connecting, link, observation, retraction
from tests.unit.domain.log import Log

DESK: CodeKey = ("one-stop", "H-1")
OTHER_DESK: CodeKey = ("one-stop", "H-2")
PORTAL: CodeKey = ("portal", "P-1")
NATION: CodeKey = ("national", "N-1")
OPERATOR: CodeKey = ("operator", "H-1")


def joined(*words: Observation, codes: tuple[CodeKey, ...] = (DESK, PORTAL)) -> list[set[CodeKey]]:
    return [set(part) for part in components(codes, map(fact_of_observation, words))]


def test_a_link_joins_and_a_later_unlink_of_the_same_system_parts() -> None:
    linked = link(*DESK, *PORTAL, "13/5 08:00")
    assert joined(linked) == [{DESK, PORTAL}]
    assert joined(linked, link(*DESK, *PORTAL, "14/5 08:00", act="unlinked")) == [{DESK}, {PORTAL}]
    assert joined(link(*DESK, *PORTAL, "12/5 08:00", act="unlinked"), linked) == [{DESK, PORTAL}]


def test_one_system_s_unlink_leaves_another_system_s_link() -> None:
    assert joined(link(*DESK, *PORTAL, "13/5 08:00"), link(*PORTAL, *DESK, "14/5 08:00", act="unlinked")) == [
        {DESK, PORTAL}
    ]


def test_an_operator_s_unlink_beats_every_system_until_an_operator_relinks() -> None:
    linked = link(*DESK, *PORTAL, "13/5 08:00")
    cut = link(*OPERATOR, *PORTAL, "14/5 08:00", act="unlinked")
    again = link(*PORTAL, *DESK, "15/5 08:00")
    assert joined(linked, cut, again) == [{DESK}, {PORTAL}]
    relinked = link(*OPERATOR, *PORTAL, "16/5 08:00")
    assert joined(linked, cut, again, relinked)[0] >= {DESK, PORTAL}


def test_links_reach_through_a_third_code() -> None:
    words = [link(*PORTAL, *NATION, "13/5 08:00"), link(*DESK, *NATION, "13/5 09:00")]
    assert joined(*words, codes=(DESK, PORTAL, NATION)) == [{DESK, PORTAL, NATION}]


def test_a_recoding_joins_the_old_code_and_the_new_one() -> None:
    word = observation("one-stop", "recoded", "1/7 00:00", code="H-1", new_code="H-2")
    assert joined(word, codes=(DESK, OTHER_DESK)) == [{DESK, OTHER_DESK}]


def test_a_retracted_link_never_was() -> None:
    linked = link(*DESK, *PORTAL, "13/5 08:00")
    word = retraction("one-stop", "14/5 08:00", "linked", code="H-1", named_at=linked.occurred_at)
    assert joined(linked, word) == [{DESK}, {PORTAL}]


@pytest.fixture(params=[False, True], ids=["remembered", "read again"])
def log(request: pytest.FixtureRequest) -> Log:
    log = Log(cold=request.param)
    log.record([connecting(name, kind) for name, kind in USUAL_SYSTEMS.items()])
    return log


def submitted(when: str | datetime = "13/5 08:00") -> Observation:
    return observation("portal", "status_reported", when, code="P-1", status=1, channel="online")


def in_process(when: str | datetime = "13/5 10:00") -> Observation:
    return observation("one-stop", "status_reported", when, code="H-1", status=4)


def of(log: Log, dossier: UUID) -> list[DossierEvent]:
    return [event for event in log.events if event.subject == str(dossier)]


def test_a_link_to_a_code_that_nobody_knew_makes_no_second_dossier(log: Log) -> None:
    log.record([in_process(), link(*DESK, *PORTAL, "13/5 10:00")], [submitted()])
    assert log.codes[DESK] == log.codes[PORTAL] == uuid5(NAMESPACE, "lang-son/one-stop/H-1")
    state = log.events[-1].state
    assert state is not None
    assert state.codes == {"one-stop": ("H-1",), "portal": ("P-1",)}
    assert state.channel == "online"


def test_a_late_link_merges_and_tells_both(log: Log) -> None:
    log.record([submitted(), in_process()])
    desk, portal = log.codes[DESK], log.codes[PORTAL]
    assert desk != portal
    log.record([link(*PORTAL, *DESK, "13/5 11:00")])
    linked, absorbed, survivor = log.events[-3:]
    assert (linked.subject, linked.act) == (str(desk), "linked")
    assert linked.state is not None
    assert (linked.state.status, linked.state.channel, linked.state.submitted_at is not None) == (4, "online", True)
    # The portal has not heard the desk's status, the desk not the portal's channel: both are news.
    assert linked.changed["status"] == "one-stop"
    assert linked.changed["channel"] == "portal"
    assert linked.changed["codes"] == "portal"
    assert (absorbed.subject, absorbed.act) == (str(portal), "merged")
    assert absorbed.state is not None
    assert absorbed.state.merged_into == desk
    assert absorbed.changed == {"merged_into": "portal"}
    assert (survivor.subject, survivor.act, survivor.changed) == (str(desk), "merged", {})
    assert survivor.data == DossiersMerged(survivor=str(desk), absorbed=str(portal), cause=str(linked.id))
    assert log.entries[portal].merged_into == desk
    assert set(log.entries[desk].lineage) == {desk, portal}
    assert log.codes[PORTAL] == desk
    assert survivor.id == uuid5(NAMESPACE, f"{linked.id}/{desk}/merged")


def test_an_unlink_parts_and_the_least_code_keeps_the_dossier(log: Log) -> None:
    log.record([in_process(), link(*DESK, *PORTAL, "13/5 10:00"), submitted()])
    whole = log.codes[DESK]
    cut = link(*DESK, *PORTAL, "14/5 10:00", act="unlinked")
    log.record([cut])
    parted = log.codes[PORTAL]
    assert log.codes[DESK] == whole
    assert parted == uuid5(NAMESPACE, f"split/{cut.id}/portal/P-1")
    unlinked, origin, leaving = log.events[-3:]
    assert (unlinked.subject, unlinked.act) == (str(whole), "unlinked")
    assert origin.data == DossiersSplit(origin=str(whole), parted=str(parted), cause=str(cut.id))
    assert (leaving.subject, leaving.previous) == (str(parted), None)
    assert leaving.state is not None
    assert (leaving.state.status, leaving.state.codes) == (1, {"portal": ("P-1",)})
    assert unlinked.state is not None
    assert (unlinked.state.status, unlinked.state.channel) == (4, None)
    assert "channel" in unlinked.changed
    log.record([observation("portal", "status_reported", "15/5 08:00", code="P-1", status=2)])
    assert of(log, parted)[-1].position == len(log.events)


def test_parted_and_joined_again_is_one_dossier_with_all_facts(log: Log) -> None:
    log.record([in_process(), link(*DESK, *PORTAL, "13/5 10:00"), submitted()])
    log.record([link(*DESK, *PORTAL, "14/5 10:00", act="unlinked")])
    log.record([link(*DESK, *PORTAL, "15/5 10:00")])
    assert log.codes[DESK] == log.codes[PORTAL]
    state = log.events[-1].state
    assert state is not None
    assert (state.status, state.channel, state.submitted_at) == (4, "online", submitted().occurred_at)


def test_an_operator_s_unlink_holds_even_if_it_came_first(log: Log) -> None:
    log.record([link(*OPERATOR, *PORTAL, "14/5 08:00", act="unlinked")])
    log.record([submitted()], [in_process()], [link(*DESK, *PORTAL, "13/5 10:00")])
    assert log.codes[DESK] != log.codes[PORTAL]
    log.record([retraction("operator", "15/5 08:00", "unlinked", code="H-1", named_at=log.events[4].time)])
    assert log.codes[DESK] == log.codes[PORTAL]


def test_the_same_observation_twice_is_one_event(log: Log) -> None:
    before = len(log.events)
    log.record([submitted(), submitted()], [submitted()])
    assert len(log.events) == before + 1


def test_a_change_of_configuration_is_told_to_every_dossier_it_changes(log: Log) -> None:
    log.record(
        [
            observation("ministry", "accepted", "13/5 08:00", code="M-1"),
            observation("one-stop", "accepted", "13/5 08:00", code="H-1"),
        ]
    )
    log.record([observation("one-stop", "system_disconnected", "1/1 00:00", code="one-stop")])
    log.record([connecting("ministry", "ministry_system")])
    told = [(event.subject, event.changed.get("status")) for event in log.events if event.act == "restated"]
    assert told == [
        (str(log.codes[DESK]), "one-stop"),
        (str(log.codes[("ministry", "M-1")]), "ministry"),
    ]
    restated = log.events[-1]
    assert restated.id == uuid5(NAMESPACE, f"{log.events[-2].id}/{restated.subject}/restated")
    assert restated.state is not None
    assert restated.state.status == 2
