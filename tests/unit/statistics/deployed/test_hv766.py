"""HV 766, line by line of what is known of it; expected figures are worked out on paper."""

from __future__ import annotations

from services.domain.statistics.definitions.hv766 import DEFINITION
from tests.builders import fact
from tests.unit.domain.test_catalogue import procedure
from tests.unit.statistics.asking import asked, figures

ACCEPTED = fact("one-stop", "accepted", "13/5 08:00", channel="online", due_at="20/5 17:00")
RECEIVED = {"3": 1, "4": 1}


def test_withdrawn_is_resolved_and_classed_by_its_due_date() -> None:
    assert figures(DEFINITION, ACCEPTED, fact("one-stop", "withdrawn", "15/5 08:00")) == RECEIVED | {"7": 1, "8": 1}
    assert figures(DEFINITION, ACCEPTED, fact("one-stop", "withdrawn", "25/5 08:00")) == RECEIVED | {"7": 1, "10": 1}


def test_stopped_are_5_6_and_8_and_in_time_and_late_are_always_equal() -> None:
    for act in ("supplement_requested", "financial_obligation_requested", "processing_stopped"):
        stops = fact("one-stop", act, "15/5 08:00")
        later = fact("one-stop", "accepted", "13/5 08:00", channel="online", due_at="20/6 17:00")
        # Not overdue: in “within due”, and by the same condition in “late” too.
        assert figures(DEFINITION, later, stops) == RECEIVED | {"stopped": 1, "stopped_in_time": 1, "stopped_late": 1}
    # Overdue at the end of May: in neither.
    late = fact("one-stop", "processing_stopped", "25/5 08:00")
    assert figures(DEFINITION, ACCEPTED, late) == RECEIVED | {"stopped": 1}


def test_carried_over_loses_what_ended_on_the_first_day() -> None:
    # date(end) > from, not ≥.
    accepted = fact("one-stop", "accepted", "13/4 08:00", channel="online", due_at="20/6 17:00")
    for end, expected in (
        ("1/5 00:00", {"7": 1, "8": 1}),
        ("1/5 23:59", {"7": 1, "8": 1}),
        ("2/5 00:00", {"3": 1, "6": 1, "7": 1, "8": 1}),
    ):
        assert figures(DEFINITION, accepted, fact("one-stop", "processing_finished", end)) == expected


def test_the_whole_last_day_belongs_to_the_period_and_ends_are_compared_by_day() -> None:
    late_in_the_day = fact("one-stop", "accepted", "31/5 23:59", channel="direct", due_at="20/6 17:00")
    assert figures(DEFINITION, late_in_the_day) == {"3": 1, "5": 1, "11": 1, "12": 1}
    on_the_day = fact("one-stop", "processing_finished", "20/5 23:59")
    assert figures(DEFINITION, ACCEPTED, on_the_day) == RECEIVED | {"7": 1, "9": 1}


def test_every_dossier_without_a_due_date_leaks_into_on_time_and_not_yet_due() -> None:
    # The OR without brackets: not accepted, refused, of another year: 9 and 12 count it all the same.
    leaked = {"9": 1, "12": 1}
    assert figures(DEFINITION, fact("portal", "submitted", "13/5 08:00", channel="online")) == leaked
    assert figures(DEFINITION, fact("one-stop", "accepted", "2020-01-06 08:00", channel="online")) == {
        **leaked, "3": 1, "6": 1, "11": 1,
    }  # fmt: skip
    ended_long_ago = fact("one-stop", "processing_finished", "2020-02-06 08:00")
    assert (
        figures(DEFINITION, fact("one-stop", "accepted", "2020-01-06 08:00", channel="online"), ended_long_ago)
        == leaked
    )
    assert figures(DEFINITION, fact("one-stop", "accepted", "13/6 08:00", channel="online")) == leaked
    # With brackets it would be on time within the period alone.
    finished = fact("one-stop", "processing_finished", "20/5 08:00")
    in_may = [fact("one-stop", "accepted", "13/5 08:00", channel="online"), finished]
    bracketed = asked(DEFINITION, in_may, mended=["null_due_leaks"]).total.figures
    assert (bracketed["9"], bracketed["12"]) == (1, 0)


def test_deleted_dossiers_and_those_not_in_the_catalogue_do_not_leak() -> None:
    submitted = fact("portal", "submitted", "13/5 08:00", channel="online")
    assert figures(DEFINITION, submitted, fact("one-stop", "voided", "14/5 08:00")) == {}
    assert figures(DEFINITION, submitted, declared=[procedure("9.1", field="land")], catalogue="declared") == {}


def test_without_a_channel_it_is_neither_online_nor_direct() -> None:
    accepted = fact("one-stop", "accepted", "13/5 08:00", due_at="20/6 17:00")
    assert figures(DEFINITION, accepted) == {"3": 1, "11": 1, "12": 1}


def test_open_are_2_and_4_by_todays_status() -> None:
    accepted = fact("one-stop", "accepted", "13/5 08:00", channel="online", due_at="20/6 17:00")
    assert figures(DEFINITION, accepted) == RECEIVED | {"11": 1, "12": 1}
    assert figures(DEFINITION, accepted, fact("one-stop", "processing_finished", "5/6 08:00")) == RECEIVED


def test_a_server_on_utc_begins_its_days_at_seven() -> None:
    accepted = fact("one-stop", "accepted", "13/4 08:00", channel="online", due_at="20/6 17:00")
    # 06:00 of 2 May is 1 May in UTC: the first day, which is lost.
    ended = fact("one-stop", "processing_finished", "2/5 06:00")
    assert figures(DEFINITION, accepted, ended) == {"3": 1, "6": 1, "7": 1, "8": 1}
    assert figures(DEFINITION, accepted, ended, server_zone="UTC") == {"7": 1, "8": 1}
