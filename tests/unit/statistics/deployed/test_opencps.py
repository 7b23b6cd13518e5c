"""OpenCPS, line by line of what is known of it; expected figures are worked out on paper."""

from __future__ import annotations

from services.domain.statistics.definitions.opencps import DEFINITION
from tests.builders import at, fact
from tests.unit.domain.test_catalogue import procedure
from tests.unit.statistics.asking import JULY, JUNE, figures

ACCEPTED = fact("one-stop", "accepted", "13/5 08:00", channel="online", due_at="20/5 17:00")
RECEIVED = {"3": 1, "4": 1}


def test_open_is_no_release_or_one_after_the_period() -> None:
    accepted = fact("one-stop", "accepted", "13/5 08:00", channel="online", due_at="20/6 17:00")
    assert figures(DEFINITION, accepted) == RECEIVED | {"11": 1, "12": 1}
    assert figures(DEFINITION, accepted, fact("one-stop", "processing_finished", "5/6 08:00")) == RECEIVED | {
        "11": 1,
        "12": 1,
    }


def test_a_release_in_the_period_is_resolved_and_a_withdrawal_is_apart() -> None:
    # 17 May 2024 is a Friday, and 13 May a Monday: nothing of it on a Saturday.
    finished = fact("one-stop", "processing_finished", "20/5 18:00")
    assert figures(DEFINITION, ACCEPTED, finished) == RECEIVED | {"7": 1, "10": 1}
    stopped = fact("one-stop", "processing_stopped", "17/5 08:00")
    assert figures(DEFINITION, ACCEPTED, stopped) == RECEIVED | {"7": 1, "8": 1}
    withdrawn = fact("one-stop", "withdrawn", "17/5 08:00")
    assert figures(DEFINITION, ACCEPTED, withdrawn) == RECEIVED | {"withdrawn": 1}


def test_waiting_counts_what_is_not_accepted_yet() -> None:
    waits = fact("one-stop", "supplement_requested", "15/5 08:00")
    assert figures(DEFINITION, ACCEPTED, waits) == RECEIVED | {"11": 1, "12": 1, "waiting": 1}
    receiving = fact("portal", "submitted", "15/5 08:00", channel="online")
    assert figures(DEFINITION, receiving) == {"3": 1, "6": 1, "11": 1, "12": 1, "waiting": 1}
    assert figures(DEFINITION, fact("portal", "submitted", "15/6 08:00", channel="online")) == {}


def test_received_exactly_at_the_first_instant_is_carried_over() -> None:
    at_once = fact("one-stop", "accepted", "1/5 00:00", channel="online", due_at="20/6 17:00")
    assert figures(DEFINITION, at_once) == {"3": 1, "6": 1, "11": 1, "12": 1}
    later = fact("one-stop", "accepted", "1/5 00:01", channel="online", due_at="20/6 17:00")
    assert figures(DEFINITION, later) == RECEIVED | {"11": 1, "12": 1}


def test_early_goes_by_the_hand_over_and_late_by_the_release() -> None:
    # Released three days early, handed over after the due date: finishDate > due, so not early; not late either.
    finished = fact("one-stop", "processing_finished", "17/5 08:00")
    late_hand_over = fact("one-stop", "result_returned", "24/5 08:00")
    assert figures(DEFINITION, ACCEPTED, finished, late_hand_over) == RECEIVED | {"7": 1, "9": 1}
    assert figures(DEFINITION, ACCEPTED, finished) == RECEIVED | {"7": 1, "9": 1}
    # Handed over an hour before the due moment, on the due day: finishDate < due, so early.
    assert figures(DEFINITION, ACCEPTED, finished, fact("one-stop", "result_returned", "20/5 16:00")) == RECEIVED | {
        "7": 1,
        "8": 1,
    }
    # An hour after the due moment, on the due day: late to the second, also where days are compared elsewhere.
    an_hour_late = fact("one-stop", "processing_finished", "20/5 18:00")
    assert figures(DEFINITION, ACCEPTED, an_hour_late, due="day") == RECEIVED | {"7": 1, "10": 1}


def test_without_a_due_date_it_is_on_time() -> None:
    accepted = fact("one-stop", "accepted", "13/5 08:00", channel="online")
    assert figures(DEFINITION, accepted) == RECEIVED | {"11": 1, "12": 1}
    assert figures(DEFINITION, accepted, fact("one-stop", "processing_finished", "17/5 08:00")) == RECEIVED | {
        "7": 1,
        "9": 1,
    }


def test_resolved_on_a_saturday_goes_by_the_day_of_reception() -> None:
    # 11 May 2024 is a Saturday, 18 May the next one.
    saturday = fact("one-stop", "accepted", "11/5 08:00", channel="online", due_at="20/5 17:00")
    on_monday = fact("one-stop", "processing_finished", "13/5 08:00")
    on_saturday = fact("one-stop", "processing_finished", "18/5 08:00")
    handed_over = fact("one-stop", "result_returned", "18/5 09:00")
    assert figures(DEFINITION, saturday, on_monday) == RECEIVED | {"7": 1, "9": 1, "saturday": 1}
    assert figures(DEFINITION, ACCEPTED, on_saturday, handed_over) == RECEIVED | {"7": 1, "8": 1}


def test_a_dossier_without_a_field_is_skipped() -> None:
    declared = [procedure("9.1", field="land")]
    for number, kept in (("9.1", True), ("9.7", False)):
        accepted = fact(
            *("one-stop", "accepted", "13/5 08:00"),
            channel="online",
            due_at="20/6 17:00",
            procedure=number,
        )
        expected = RECEIVED | {"11": 1, "12": 1}
        assert figures(DEFINITION, accepted, declared=declared) == expected
        assert figures(DEFINITION, accepted, declared=declared, catalogue="declared") == (expected if kept else {})


def test_overdue_goes_by_the_clock_on_the_wall() -> None:
    # Due on 10 June: at the end of May it is not overdue. Counted on 1 July, the report of May says that it is.
    accepted = fact("one-stop", "accepted", "13/5 08:00", channel="online", due_at="10/6 17:00")
    assert figures(DEFINITION, accepted, counted_at=at("1/6 08:00")) == RECEIVED | {"11": 1, "12": 1}
    assert figures(DEFINITION, accepted, counted_at=at("1/7 08:00")) == RECEIVED | {"11": 1, "13": 1}


def test_a_reopening_wipes_out_the_end_of_a_past_month() -> None:
    finished = fact("one-stop", "processing_finished", "17/5 08:00")
    again = fact("one-stop", "reopened", "5/6 08:00")
    assert figures(DEFINITION, ACCEPTED, finished, again) == RECEIVED | {"11": 1, "13": 1}
    assert figures(DEFINITION, ACCEPTED, finished, again, opens=JUNE, closes=JULY) == {
        "3": 1, "6": 1, "11": 1, "13": 1,
    }  # fmt: skip


def test_a_server_on_utc_begins_its_period_at_seven() -> None:
    june = fact("one-stop", "accepted", "1/6 06:59", channel="online", due_at="20/6 17:00")
    assert figures(DEFINITION, june) == {}
    assert figures(DEFINITION, june, server_zone="UTC") == RECEIVED | {"11": 1, "12": 1}
    at_seven = fact("one-stop", "accepted", "1/5 07:00", channel="online", due_at="20/6 17:00")
    assert figures(DEFINITION, at_seven, server_zone="UTC") == {"3": 1, "6": 1, "11": 1, "12": 1}
