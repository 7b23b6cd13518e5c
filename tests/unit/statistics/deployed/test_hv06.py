"""HV 06 by dates, line by line of what is known of it; each expected figure is the sentence above it, worked out."""

from __future__ import annotations

from services.domain.statistics.definitions.hv06 import DEFINITION
from tests.builders import at, fact
from tests.unit.domain.agencies.province import agency
from tests.unit.domain.test_catalogue import procedure
from tests.unit.statistics.asking import JULY, JUNE, figures

ACCEPTED = fact("one-stop", "accepted", "13/5 08:00", channel="online", due_at="20/6 17:00")
RECEIVED = {"3": 1, "4": 1}


def test_open_are_statuses_2_and_4_and_what_waits_stands_apart() -> None:
    assert figures(DEFINITION, ACCEPTED) == RECEIVED | {"11": 1, "12": 1}
    forwarded = fact("one-stop", "forwarded", "14/5 08:00")
    assert figures(DEFINITION, ACCEPTED, forwarded) == RECEIVED | {"11": 1, "12": 1}
    waits = fact("one-stop", "supplement_requested", "15/5 08:00")
    assert figures(DEFINITION, ACCEPTED, forwarded, waits) == RECEIVED | {"supplement": 1}
    pays = fact("one-stop", "financial_obligation_requested", "15/5 08:00")
    assert figures(DEFINITION, ACCEPTED, forwarded, pays) == RECEIVED | {"stopped": 1}


def test_resolved_are_9_and_10_and_what_was_stopped_stands_apart() -> None:
    finished = fact("one-stop", "processing_finished", "20/5 08:00")
    returned = fact("one-stop", "result_returned", "21/5 08:00")
    assert figures(DEFINITION, ACCEPTED, finished) == RECEIVED | {"7": 1, "8": 1}
    assert figures(DEFINITION, ACCEPTED, finished, returned) == RECEIVED | {"7": 1, "8": 1}
    stopped = fact("one-stop", "processing_stopped", "20/5 08:00")
    assert figures(DEFINITION, ACCEPTED, stopped) == RECEIVED | {"stopped": 1}


def test_withdrawn_is_added_to_on_time_even_when_it_is_late() -> None:
    accepted = fact("one-stop", "accepted", "13/5 08:00", channel="online", due_at="20/5 17:00")
    withdrawn = fact("one-stop", "withdrawn", "25/5 08:00")
    assert figures(DEFINITION, accepted, withdrawn) == RECEIVED | {"7": 1, "9": 1, "withdrawn": 1}


def test_early_on_time_and_late_by_dates() -> None:
    # date(end) < date(due) early, = on time whatever the hour, > late.
    accepted = fact("one-stop", "accepted", "13/5 08:00", channel="online", due_at="20/5 09:00")
    for end, column in (("19/5 23:59", "8"), ("20/5 23:59", "9"), ("21/5 00:00", "10")):
        finished = fact("one-stop", "processing_finished", end)
        assert figures(DEFINITION, accepted, finished) == RECEIVED | {"7": 1, column: 1}


def test_the_end_is_the_end_of_processing_not_the_hand_over() -> None:
    finished = fact("one-stop", "processing_finished", "31/5 23:59")
    returned = fact("one-stop", "result_returned", "20/6 08:00")
    assert figures(DEFINITION, ACCEPTED, finished, returned) == RECEIVED | {"7": 1, "8": 1}


def test_carried_over_ends_on_the_first_day_or_later() -> None:
    accepted = fact("one-stop", "accepted", "13/4 08:00", channel="online", due_at="20/6 17:00")
    on_day_one = fact("one-stop", "processing_finished", "1/5 00:00")
    before = fact("one-stop", "processing_finished", "30/4 23:59")
    assert figures(DEFINITION, accepted, on_day_one) == {"3": 1, "6": 1, "7": 1, "8": 1}
    assert figures(DEFINITION, accepted, before) == {}


def test_the_whole_last_day_belongs_to_the_period() -> None:
    late_in_the_day = fact("one-stop", "accepted", "31/5 23:59", channel="direct", due_at="20/6 17:00")
    assert figures(DEFINITION, late_in_the_day) == {"3": 1, "5": 1, "11": 1, "12": 1}


def test_without_a_channel_it_is_neither_online_nor_direct() -> None:
    accepted = fact("one-stop", "accepted", "13/5 08:00", due_at="20/6 17:00")
    assert figures(DEFINITION, accepted) == {"3": 1, "11": 1, "12": 1}


def test_without_a_due_date_it_is_on_time_or_not_yet_due() -> None:
    accepted = fact("one-stop", "accepted", "13/5 08:00", channel="online")
    finished = fact("one-stop", "processing_finished", "20/5 08:00")
    assert figures(DEFINITION, accepted) == RECEIVED | {"11": 1, "12": 1}
    assert figures(DEFINITION, accepted, finished) == RECEIVED | {"7": 1, "9": 1}


def test_last_months_report_changes_with_the_columns() -> None:
    # At the end of May it was open; in June it was finished and later its due date moved: May now shows neither.
    finished = fact("one-stop", "processing_finished", "5/6 08:00")
    assert figures(DEFINITION, ACCEPTED) == RECEIVED | {"11": 1, "12": 1}
    assert figures(DEFINITION, ACCEPTED, finished) == RECEIVED
    # Finished in May, reopened in June: the end of May is gone, and the dossier is open again in May's own report.
    ended = fact("one-stop", "processing_finished", "20/5 08:00")
    again = fact("one-stop", "reopened", "5/6 08:00")
    assert figures(DEFINITION, ACCEPTED, ended, again) == RECEIVED | {"11": 1, "12": 1}


def test_inner_joins_drop_codes_that_are_not_in_the_catalogue() -> None:
    declared = [agency("H99.1", "department"), procedure("9.1", field="land")]
    for office, number, kept in (("H99.1", "9.1", True), ("H99.1", "9.7", False), ("H99.7", "9.1", False)):
        accepted = fact(
            *("one-stop", "accepted", "13/5 08:00"),
            channel="online",
            due_at="20/6 17:00",
            agency=office,
            procedure=number,
        )
        expected = RECEIVED | {"11": 1, "12": 1}
        assert figures(DEFINITION, accepted, declared=declared) == expected
        assert figures(DEFINITION, accepted, declared=declared, catalogue="declared") == (expected if kept else {})


def test_a_server_on_utc_begins_its_days_at_seven() -> None:
    # 06:59 of 1 June in Viet Nam is 23:59 of 31 May in UTC; 06:59 of 1 May is still April there.
    june = fact("one-stop", "accepted", "1/6 06:59", channel="online", due_at="20/6 17:00")
    assert figures(DEFINITION, june) == {}
    assert figures(DEFINITION, june, server_zone="UTC") == RECEIVED | {"11": 1, "12": 1}
    may = fact("one-stop", "accepted", "1/5 06:59", channel="online", due_at="20/6 17:00")
    assert figures(DEFINITION, may) == RECEIVED | {"11": 1, "12": 1}
    assert figures(DEFINITION, may, server_zone="UTC") == {"3": 1, "6": 1, "11": 1, "12": 1}
    # The end at 06:00 of the day after the due day is the due day itself in UTC.
    accepted = fact("one-stop", "accepted", "13/5 08:00", channel="online", due_at="20/5 17:00")
    finished = fact("one-stop", "processing_finished", "21/5 06:00")
    assert figures(DEFINITION, accepted, finished) == RECEIVED | {"7": 1, "10": 1}
    assert figures(DEFINITION, accepted, finished, server_zone="UTC") == RECEIVED | {"7": 1, "9": 1}


def test_what_is_deleted_is_not_there_and_what_is_not_accepted_either() -> None:
    assert figures(DEFINITION, ACCEPTED, fact("one-stop", "voided", "14/5 08:00")) == {}
    assert figures(DEFINITION, fact("portal", "submitted", "13/5 08:00", channel="online")) == {}


def test_overdue_when_the_due_day_is_over_by_the_end_of_the_period() -> None:
    accepted = fact("one-stop", "accepted", "13/5 08:00", channel="online", due_at="31/5 09:00")
    assert figures(DEFINITION, accepted) == RECEIVED | {"11": 1, "13": 1}
    assert figures(DEFINITION, accepted, opens=at("1/5 00:00"), closes=at("31/5 00:00")) == RECEIVED | {
        "11": 1,
        "12": 1,
    }
    assert figures(DEFINITION, accepted, opens=JUNE, closes=JULY) == {"3": 1, "6": 1, "11": 1, "13": 1}
