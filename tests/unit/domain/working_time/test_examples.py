"""Due dates and reception worked out by hand: hours 07:00-11:30 and 13:30-17:00, Monday to Friday, no holidays."""

from __future__ import annotations

from datetime import UTC, timedelta

import pytest

from services.domain.working_time.due import due_date
from services.domain.working_time.limits import Limit
from services.domain.working_time.reception import reception_deadline
from tests.unit.domain.working_time.calendars import PLAIN, calendar_days, hours, moment, months, working_days


@pytest.mark.parametrize(
    ("start", "limit", "due"),
    [
        ("Mon 09:00", working_days(3), ("Thu 09:00", 0)),
        # 0.5 h on Friday, 3.5 h on Monday from 07:00.
        ("Fri 16:30", hours(4), ("Mon 10:30", 1)),
        # Starts on Monday 07:00; Tuesday 07:00 is said as the end of Monday.
        ("Fri 17:20", working_days(1), ("Mon 17:00", 1)),
        # 1 h, lunch, 1 h.
        ("Wed 10:30", hours(2), ("Wed 14:30", 0)),
        ("Mon 09:00", working_days(5), ("Mon 09:00", 1)),
    ],
)
def test_the_rules_own_examples(start: str, limit: Limit, due: tuple[str, int]) -> None:
    assert due_date(PLAIN, moment(start), limit) == moment(due[0], week=due[1])


@pytest.mark.parametrize(
    ("start", "limit", "due"),
    [
        # Used up exactly at noon, and by the end of a day: the closing, not the next opening.
        ("Mon 09:30", hours(2), ("Mon 11:30", 0)),
        ("Mon 09:00", hours(6), ("Mon 17:00", 0)),
        ("Mon 07:00", hours(8), ("Mon 17:00", 0)),
        ("Mon 11:30", hours(2), ("Mon 15:30", 0)),
        ("Fri 17:00", hours(1), ("Mon 08:00", 1)),
        # At lunch it starts at 13:30, whose twin is 11:30.
        ("Mon 12:10", working_days(2), ("Wed 11:30", 0)),
        ("Mon 13:30", working_days(2), ("Wed 11:30", 0)),
        ("Sat 09:00", working_days(1), ("Mon 17:00", 1)),
        ("Mon 06:15", working_days(1), ("Mon 17:00", 0)),
        ("Mon 09:00", calendar_days(3), ("Thu 09:00", 0)),
        # Saturday and Sunday move forward to Monday, to the first moment of work.
        ("Mon 09:00", calendar_days(5), ("Mon 07:00", 1)),
        ("Mon 09:00", calendar_days(6), ("Mon 07:00", 1)),
        ("Mon 09:00", calendar_days(7), ("Mon 09:00", 1)),
        # Begun at the opening of Monday, five days end with Friday, six with Saturday: that moves forward.
        ("Mon 07:00", calendar_days(5), ("Fri 17:00", 0)),
        ("Mon 07:00", calendar_days(6), ("Mon 07:00", 1)),
        ("Mon 07:00", calendar_days(7), ("Mon 07:00", 1)),
        ("Mon 07:00", calendar_days(8), ("Mon 17:00", 1)),
        ("Fri 17:20", calendar_days(1), ("Mon 17:00", 1)),
        # 13 June 2024 is a Thursday, 13 July a Saturday.
        ("Mon 09:00", months(1), ("2024-06-13 09:00", 0)),
        ("Mon 09:00", months(2), ("2024-07-15 07:00", 0)),
        # There is no 31 June; 30 June is a Sunday.
        ("2024-05-31 09:00", months(1), ("2024-07-01 07:00", 0)),
        # There is no 30 February; Thursday the 29th is the last of it.
        ("2024-01-30 09:00", months(1), ("2024-02-29 17:00", 0)),
        ("2023-11-30 16:00", months(15), ("2025-02-28 17:00", 0)),
        # Saturday 15 June at the opening is the end of Friday, which is worked: nothing moves forward.
        ("2024-04-15 07:00", months(1), ("2024-05-14 17:00", 0)),
        ("2024-04-15 07:00", months(2), ("2024-06-14 17:00", 0)),
        # The opening of Thursday 15 August is the end of the day before.
        ("2024-07-15 07:00", months(1), ("2024-08-14 17:00", 0)),
    ],
)
def test_each_unit_at_its_edges(start: str, limit: Limit, due: tuple[str, int]) -> None:
    assert due_date(PLAIN, moment(start), limit) == moment(due[0], week=due[1])


@pytest.mark.parametrize(
    ("received", "starts"),
    [
        ("Mon 05:40", ("Mon 07:00", 0)),
        ("Mon 07:00", ("Mon 07:00", 0)),
        ("Mon 08:20", ("Mon 08:20", 0)),
        ("Mon 11:30", ("Mon 13:30", 0)),
        ("Mon 12:59", ("Mon 13:30", 0)),
        ("Mon 13:30", ("Mon 13:30", 0)),
        ("Mon 17:00", ("Tue 07:00", 0)),
        ("Mon 17:01", ("Tue 07:00", 0)),
        ("Fri 21:00", ("Mon 07:00", 1)),
        ("Sat 09:00", ("Mon 07:00", 1)),
        ("Sun 23:59", ("Mon 07:00", 1)),
    ],
)
def test_the_clock_starts_at_the_first_working_moment(received: str, starts: tuple[str, int]) -> None:
    assert PLAIN.normalise(moment(received)) == moment(starts[0], week=starts[1])


@pytest.mark.parametrize(
    ("submitted", "deadline"),
    [
        ("Mon 07:00", ("Mon 17:00", 0)),
        ("Mon 09:00", ("Tue 09:00", 0)),
        # Outside hours it counts from the next working day, and ends with it.
        ("Mon 20:00", ("Tue 17:00", 0)),
        ("Sat 10:00", ("Mon 17:00", 1)),
        # 3 h on Friday, 5 h on Monday: 4.5 h until 11:30, half an hour from 13:30.
        ("Fri 14:00", ("Mon 14:00", 1)),
    ],
)
def test_an_online_submission_is_decided_within_eight_working_hours(submitted: str, deadline: tuple[str, int]) -> None:
    assert reception_deadline(PLAIN, moment(submitted)) == moment(deadline[0], week=deadline[1])


def test_working_time_between_two_moments() -> None:
    # Friday 16:30-17:00 and Monday 07:00-10:30.
    assert PLAIN.working_time(moment("Fri 16:30"), moment("Mon 10:30", week=1)) == timedelta(hours=4)
    assert PLAIN.working_time(moment("Mon 10:30", week=1), moment("Fri 16:30")) == timedelta(hours=-4)
    assert PLAIN.working_time(moment("Sat 08:00"), moment("Sun 20:00")) == timedelta(0)
    assert PLAIN.plus(moment("Mon 10:30", week=1), timedelta(hours=-4)) == moment("Fri 16:30")


def test_the_zone_of_a_moment_does_not_matter_and_the_answer_is_in_the_calendars() -> None:
    due = due_date(PLAIN, moment("Fri 16:30").astimezone(UTC), hours(4))
    assert due == moment("Mon 10:30", week=1)
    assert due.isoformat() == "2024-05-20T10:30:00+07:00"


def test_openings_and_closings_are_flagged() -> None:
    said = {text: PLAIN.is_edge(moment(text)) for text in ("Mon 07:00", "Mon 11:30", "Mon 13:30", "Mon 17:00")}
    assert all(said.values())
    assert not any(PLAIN.is_edge(moment(text)) for text in ("Mon 07:01", "Mon 12:00", "Mon 16:59", "Sat 07:00"))


@pytest.mark.parametrize("value", [0, -3])
def test_a_limit_that_is_none_is_refused_and_not_replaced(value: int) -> None:
    with pytest.raises(ValueError, match=rf"at least 1 working_day, not {value}"):
        Limit(value, "working_day")
