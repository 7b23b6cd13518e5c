"""HV 06 of the older builder, line by line of what is known of it; expected figures are worked out on paper."""

from __future__ import annotations

import pytest

from services.domain.statistics.definitions.hv06_older import DEFINITION
from tests.builders import fact
from tests.unit.statistics.asking import figures

ACCEPTED = fact("one-stop", "accepted", "13/5 08:00", channel="online", due_at="20/5 17:00")
RECEIVED = {"3": 1, "4": 1}


def test_the_end_is_the_hand_over() -> None:
    finished = fact("one-stop", "processing_finished", "20/5 08:00")
    # Finished, the result still at the desk: NgayTra is empty, so it is not resolved; status 9 is not open either.
    assert figures(DEFINITION, ACCEPTED, finished) == RECEIVED
    assert figures(DEFINITION, ACCEPTED, finished, hand_over="at_finish") == RECEIVED | {"7": 1, "8": 1}
    # Handed over after the due date although it was finished before it.
    returned = fact("one-stop", "result_returned", "24/5 08:00")
    assert figures(DEFINITION, ACCEPTED, finished, returned) == RECEIVED | {"7": 1, "10": 1}


@pytest.mark.parametrize(
    ("end", "column"), [("20/5 16:59", "8"), ("20/5 17:00", "9"), ("20/5 17:01", "10"), ("19/5 17:00", "8")]
)
def test_on_time_is_equality_to_the_second(end: str, column: str) -> None:
    returned = fact("one-stop", "result_returned", end)
    assert figures(DEFINITION, ACCEPTED, returned) == RECEIVED | {"7": 1, column: 1}


def test_without_a_due_date_it_is_in_no_class() -> None:
    accepted = fact("one-stop", "accepted", "13/5 08:00", channel="online")
    returned = fact("one-stop", "result_returned", "20/5 08:00")
    assert figures(DEFINITION, accepted) == RECEIVED | {"11": 1}
    assert figures(DEFINITION, accepted, returned) == RECEIVED | {"7": 1}


def test_withdrawn_waiting_and_stopped_stand_apart() -> None:
    for act, key in (
        ("withdrawn", "withdrawn"),
        ("supplement_requested", "supplement"),
        ("financial_obligation_requested", "stopped"),
        ("processing_stopped", "stopped"),
    ):
        assert figures(DEFINITION, ACCEPTED, fact("one-stop", act, "15/5 08:00")) == RECEIVED | {key: 1}


def test_carried_over_is_what_was_handed_over_after_the_first_instant() -> None:
    accepted = fact("one-stop", "accepted", "13/4 08:00", channel="online", due_at="20/6 17:00")
    # NgayTra > from: at 00:00 of 1 May it is in no receiving column, a minute later it is carried over.
    at_once = fact("one-stop", "result_returned", "1/5 00:00")
    assert figures(DEFINITION, accepted, at_once) == {"7": 1, "8": 1}
    a_minute_later = fact("one-stop", "result_returned", "1/5 00:01")
    assert figures(DEFINITION, accepted, a_minute_later) == {"3": 1, "6": 1, "7": 1, "8": 1}


def test_the_whole_last_day_is_lost() -> None:
    # NgayTiepNhan <= 31/5 00:00
    for when, expected in (
        ("30/5 23:59", RECEIVED | {"11": 1, "13": 1}),
        ("31/5 00:00", RECEIVED | {"11": 1, "13": 1}),
        ("31/5 00:01", {}),
        ("31/5 15:00", {}),
    ):
        accepted = fact("one-stop", "accepted", when, channel="online", due_at="31/5 20:00")
        assert figures(DEFINITION, accepted) == expected
    assert figures(DEFINITION, ACCEPTED, fact("one-stop", "result_returned", "31/5 09:00")) == RECEIVED


def test_without_a_channel_it_is_neither_online_nor_direct() -> None:
    accepted = fact("one-stop", "accepted", "13/5 08:00", due_at="20/6 17:00")
    assert figures(DEFINITION, accepted) == {"3": 1, "11": 1, "12": 1}


def test_last_months_report_changes_with_the_columns() -> None:
    forwarded = fact("one-stop", "forwarded", "14/5 08:00")
    returned = fact("one-stop", "result_returned", "5/6 08:00")
    assert figures(DEFINITION, ACCEPTED, forwarded) == RECEIVED | {"11": 1, "13": 1}
    assert figures(DEFINITION, ACCEPTED, forwarded, returned) == RECEIVED


def test_a_server_on_utc_begins_its_days_at_seven() -> None:
    # From 00:00 UTC of 1 May, which is 07:00 in Viet Nam, to 00:00 UTC of 31 May.
    early = fact("one-stop", "accepted", "1/5 06:59", channel="online", due_at="20/6 17:00")
    assert figures(DEFINITION, early, server_zone="UTC") == {"3": 1, "6": 1, "11": 1, "12": 1}
    last = fact("one-stop", "accepted", "31/5 06:59", channel="online", due_at="20/6 17:00")
    assert figures(DEFINITION, last) == {}
    assert figures(DEFINITION, last, server_zone="UTC") == RECEIVED | {"11": 1, "12": 1}
