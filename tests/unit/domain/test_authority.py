"""Whose word counts: per act the best kind of system that took part for the agency at that time."""

from __future__ import annotations

from services.domain.authority import Connections
from tests.builders import at, connected, connecting, connections_from, fact, observation
from tests.specification import given


def test_another_system_s_echo_moves_nothing() -> None:
    story = given(
        fact("one-stop", "status_reported", "13/5 09:00", status=2),
        fact("one-stop", "status_reported", "13/5 10:00", status=4),
    ).when(
        fact("portal", "status_reported", "13/5 10:05", status=4, code="P-1"),
        fact("portal", "status_reported", "13/5 10:06", status=2, code="P-1"),
    )
    story.then(status=4, accepted_at="13/5 09:00").judged()
    assert story.dossier.rests_on["status"] == "one-stop"


def test_a_portal_ahead_of_the_desk_is_unconfirmed() -> None:
    given(
        fact("one-stop", "accepted", "13/5 09:00"),
    ).when(
        fact("portal", "status_reported", "13/5 10:00", status=9, code="P-1"),
    ).then(status=2, ended_at=None).judged("unconfirmed").when(
        fact("one-stop", "processing_finished", "14/5 09:00"),
    ).then(status=9, ended_at="14/5 09:00").judged()


def test_a_portal_against_the_desk_is_disputed() -> None:
    given(
        fact("one-stop", "accepted", "13/5 09:00"),
        fact("one-stop", "processing_finished", "14/5 09:00"),
    ).when(
        fact("portal", "status_reported", "14/5 10:00", status=7, code="P-1"),
    ).then(status=9, outcome="finished").judged("disputed")


def test_a_portal_alone_says_when_it_was_submitted_and_no_more() -> None:
    given().when(
        fact("portal", "status_reported", "13/5 08:00", status=1, channel="online"),
        fact("portal", "status_reported", "13/5 09:00", status=2),
    ).then(status=1, submitted_at="13/5 08:00", accepted_at=None).judged("unconfirmed")


def test_where_no_desk_takes_part_the_portal_decides() -> None:
    given(connections=connected({"portal": "provincial_portal", "national": "national_portal"})).when(
        fact("portal", "status_reported", "13/5 09:00", status=2),
        fact("national", "status_reported", "13/5 09:01", status=4, code="N-1"),
    ).then(status=2, accepted_at="13/5 09:00")


def test_an_online_submission_is_the_portal_s_to_date_a_counter_one_the_desk_s() -> None:
    desk = fact("one-stop", "status_reported", "13/5 08:10", status=1)
    given(desk, fact("portal", "status_reported", "13/5 08:00", status=1, channel="online", code="P-1")).then(
        submitted_at="13/5 08:00"
    )
    given(desk, fact("portal", "status_reported", "13/5 08:30", status=1, channel="direct", code="P-1")).then(
        submitted_at="13/5 08:10"
    )


def test_a_system_that_takes_no_part_moves_nothing_and_is_shown() -> None:
    given().when(fact("stranger", "accepted", "13/5 08:00")).then(status=None).judged("not_connected")


def test_before_it_was_connected_and_after_it_left_its_word_counts_for_nothing() -> None:
    connections = connections_from(
        [
            connecting("one-stop", "one_stop", since=at("13/5 00:00")),
            observation("one-stop", "system_disconnected", "15/5 00:00", code="one-stop"),
        ]
    )
    given(connections=connections).when(
        fact("one-stop", "accepted", "12/5 08:00"),
        fact("one-stop", "forwarded", "14/5 08:00"),
        fact("one-stop", "processing_finished", "15/5 00:00"),
    ).then(status=4, accepted_at=None)


def test_a_desk_decides_for_its_own_agencies_only() -> None:
    connections = connections_from(
        [
            connecting("one-stop", "one_stop", agencies=("H99.10",)),
            connecting("ministry", "ministry_system"),
        ]
    )
    given(connections=connections).when(
        fact("ministry", "accepted", "13/5 08:00", agency="H99.20"),
        fact("one-stop", "accepted", "13/5 09:00"),
    ).then(accepted_at="13/5 08:00")
    given(connections=connections).when(
        fact("ministry", "accepted", "13/5 08:00", agency="H99.10"),
        fact("one-stop", "accepted", "13/5 09:00"),
    ).then(accepted_at="13/5 09:00")


def test_the_best_kind_that_names_the_channel_is_believed() -> None:
    story = given(
        fact("one-stop", "accepted", "13/5 09:00", channel="direct"),
    ).then(channel="direct")
    story.when(fact("portal", "submitted", "13/5 08:00", channel="online", code="P-1")).then(channel="online")
    assert story.dossier.rests_on["channel"] == "portal"


def test_connections_are_the_same_whatever_order_they_were_said_in() -> None:
    said = [
        connecting("one-stop", "one_stop", since=at("1/1 00:00")),
        observation("one-stop", "system_disconnected", "1/6 00:00", code="one-stop"),
        connecting("one-stop", "one_stop", since=at("1/7 00:00"), agencies=("H99",)),
    ]
    assert connections_from(said) == connections_from(reversed(said))
    assert [span.until for span in connections_from(said).spans] == [at("1/6 00:00"), None]
    assert connections_from(said[:1]) != connections_from(said)
    assert Connections() == connections_from([])
