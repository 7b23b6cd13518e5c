"""Pauses and promises move the due date, and every date it has had stays."""

from __future__ import annotations

from datetime import datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from services.domain.pauses import PauseKind
from services.domain.working_time.due import RULES, due_date
from services.domain.working_time.history import Change, DueInForce, due_history
from services.domain.working_time.limits import Limit
from services.domain.working_time.paused import Paused, Standstill, standstills
from tests.unit.domain.working_time.calendars import PLAIN, calendar_days, moment, working_days

FIVE = working_days(5)


def history(*steps: Paused | Change, accepted: str = "Mon 09:00", limit: Limit = FIVE) -> tuple[DueInForce, ...]:
    return due_history(
        PLAIN,
        accepted=moment(accepted),
        limit=limit,
        pauses=[step for step in steps if isinstance(step, Paused)],
        changes=[step for step in steps if isinstance(step, Change)],
    )


def paused(since: str, until: str | None, kind: PauseKind = "supplement", *, week: int = 0) -> Paused:
    return Paused(kind, moment(since), moment(until, week=week) if until else None)


def told(entries: tuple[DueInForce, ...]) -> list[tuple[datetime, str, datetime, bool]]:
    return [(each.since, each.why, each.due_at, each.firm) for each in entries]


def test_a_pause_moves_the_due_date_by_the_working_time_it_lasted() -> None:
    assert told(history(paused("Tue 09:00", "Thu 09:00"))) == [
        (moment("Mon 09:00"), "accepted", moment("Mon 09:00", week=1), True),
        (moment("Tue 09:00"), "paused", moment("Mon 09:00", week=1), False),
        (moment("Thu 09:00"), "resumed", moment("Wed 09:00", week=1), True),
    ]


def test_pauses_that_overlap_count_once_whatever_their_kind() -> None:
    entries = history(
        paused("Tue 09:00", "Wed 16:00"),
        paused("Wed 10:00", "Thu 09:00", "obligation"),
        paused("Tue 14:00", "Tue 15:00", "suspension"),
    )
    assert [each.why for each in entries] == ["accepted", "paused", "resumed"]
    assert entries[-1].due_at == moment("Wed 09:00", week=1)


def test_pauses_one_after_the_other_add_up() -> None:
    # Two hours on Tuesday, then a night that costs half an hour and one.
    entries = history(paused("Tue 09:00", "Tue 11:00"), paused("Tue 16:30", "Wed 08:00", "obligation"))
    assert [each.due_at for each in entries if each.why == "resumed"] == [
        moment("Mon 11:00", week=1),
        # 11:00 and an hour and a half: half an hour before lunch, an hour after it.
        moment("Mon 14:30", week=1),
    ]


def test_while_a_pause_is_open_the_date_is_only_known_to_be_no_earlier() -> None:
    entries = history(paused("Tue 09:00", "Tue 11:00"), paused("Wed 09:00", None, "obligation"))
    assert told(entries)[-1] == (moment("Wed 09:00"), "paused", moment("Mon 11:00", week=1), False)


def test_a_promise_replaces_the_date_and_keeps_the_earlier_ones() -> None:
    entries = history(Change(moment("Fri 10:00"), moment("Wed 17:00", week=1), "gia hạn lần 1"))
    assert told(entries) == [
        (moment("Mon 09:00"), "accepted", moment("Mon 09:00", week=1), True),
        (moment("Fri 10:00"), "changed", moment("Wed 17:00", week=1), True),
    ]
    assert entries[1].reason == "gia hạn lần 1"
    assert entries[1].reckoned is None


def test_only_the_rest_of_a_pause_moves_a_date_promised_while_it_lasted() -> None:
    entries = history(paused("Tue 09:00", "Thu 09:00"), Change(moment("Wed 09:00"), moment("Fri 09:00", week=1)))
    assert told(entries)[1:] == [
        (moment("Tue 09:00"), "paused", moment("Mon 09:00", week=1), False),
        (moment("Wed 09:00"), "changed", moment("Fri 09:00", week=1), False),
        # One working day from Friday 24 May.
        (moment("Thu 09:00"), "resumed", moment("Mon 09:00", week=2), True),
    ]


def test_a_date_promised_with_the_reply_is_the_date() -> None:
    entries = history(paused("Tue 09:00", "Thu 09:00"), Change(moment("Thu 09:00"), moment("Tue 17:00", week=1)))
    assert [each.why for each in entries] == ["accepted", "paused", "resumed", "changed"]
    assert entries[-1].due_at == moment("Tue 17:00", week=1)


def test_of_two_promises_of_one_moment_the_one_said_later_holds() -> None:
    at = moment("Fri 10:00")
    first, second = Change(at, moment("Wed 17:00", week=1)), Change(at, moment("Tue 17:00", week=1))
    assert history(first, second)[-1].due_at == moment("Tue 17:00", week=1)


def test_a_pause_at_night_moves_nothing_not_even_a_date_that_is_an_opening() -> None:
    # Five calendar days end on Saturday, so on Monday at 07:00.
    entries = history(paused("Tue 18:00", "Tue 23:00"), limit=calendar_days(5))
    assert entries[-1].why == "resumed"
    assert entries[-1].due_at == moment("Mon 07:00", week=1)
    assert entries[-1].reckoned == entries[0].reckoned


def test_what_is_dated_before_the_acceptance_counts_from_it() -> None:
    entries = history(
        paused("Fri 09:00", "Tue 09:00", week=1),
        Change(moment("Thu 09:00"), moment("Fri 09:00", week=2)),
        accepted="2024-05-20 09:00",
    )
    assert told(entries) == [
        (moment("Mon 09:00", week=1), "accepted", moment("Mon 09:00", week=2), True),
        (moment("Mon 09:00", week=1), "changed", moment("Fri 09:00", week=2), True),
        (moment("Mon 09:00", week=1), "paused", moment("Fri 09:00", week=2), False),
        (moment("Tue 09:00", week=1), "resumed", moment("Mon 09:00", week=3), True),
    ]


def test_a_reply_dated_before_its_request_costs_no_time() -> None:
    assert [each.why for each in history(paused("Thu 09:00", "Tue 09:00"))] == ["accepted"]


def test_a_pause_after_the_date_has_passed_leaves_it_as_late_as_it_was() -> None:
    due = history(paused("Tue 09:00", "Wed 09:00", week=2), accepted="2024-05-06 09:00")[-1].due_at
    # Accepted on 6 May it was due on the 13th; the pause from the 14th to the 29th is eleven working days.
    assert due == moment("Tue 09:00", week=2)
    late = PLAIN.working_time(due, moment("Wed 09:00", week=2))
    assert late == PLAIN.working_time(moment("Mon 09:00"), moment("Tue 09:00")) == timedelta(hours=8)


def test_each_reckoned_date_says_what_it_was_reckoned_with() -> None:
    accepted, _, resumed = history(paused("Tue 09:00", "Thu 09:00"))
    assert accepted.reckoned is not None
    assert resumed.reckoned is not None
    assert (accepted.reckoned.calendar, accepted.reckoned.calendar_version) == ("test", "test-1")
    assert accepted.reckoned.rules == RULES == 1
    assert (accepted.reckoned.start, accepted.reckoned.amount) == (moment("Mon 09:00"), FIVE)
    assert (resumed.reckoned.start, resumed.reckoned.amount) == (moment("Mon 09:00", week=1), timedelta(hours=16))
    assert not resumed.reckoned.edge
    at_the_edge = history(accepted="Mon 07:00")[0]
    assert at_the_edge.due_at == moment("Fri 17:00")
    assert at_the_edge.reckoned is not None
    assert at_the_edge.reckoned.edge


minutes = st.integers(0, 20 * 24 * 60).map(lambda number: moment("Mon 00:00") + timedelta(minutes=number))
some_pauses = st.lists(st.tuples(minutes, minutes).map(lambda pair: Paused("supplement", *sorted(pair))), max_size=5)


@given(some_pauses)
@settings(max_examples=60, deadline=None)
def test_the_due_date_moves_by_the_minutes_in_which_some_pause_held(pauses: list[Paused]) -> None:
    accepted = moment("Mon 09:00")
    entries = due_history(PLAIN, accepted=accepted, limit=FIVE, pauses=pauses)
    # An independent count: the union of the pauses as a set of minutes, those that are worked.
    held: set[datetime] = set()
    for pause in pauses:
        at = max(pause.since, accepted)
        while pause.until is not None and at < pause.until:
            held.add(at)
            at += timedelta(minutes=1)
    open_clock = {*range(7 * 60, 11 * 60 + 30), *range(13 * 60 + 30, 17 * 60)}
    worked = sum(each.weekday() < 5 and each.hour * 60 + each.minute in open_clock for each in held)
    first = due_date(PLAIN, accepted, FIVE)
    assert entries[-1].due_at == PLAIN.plus(first, timedelta(minutes=worked))
    assert due_history(PLAIN, accepted=accepted, limit=FIVE, pauses=pauses[::-1]) == entries


def test_standstills_neither_overlap_nor_touch() -> None:
    pauses = [
        paused("Wed 09:00", "Thu 09:00"),
        paused("Mon 08:00", "Tue 09:00"),
        paused("Tue 09:00", "Tue 10:00"),
        paused("Thu 08:00", None),
        paused("Fri 08:00", "Fri 09:00"),
    ]
    assert standstills(pauses, after=moment("Mon 09:00")) == (
        Standstill(moment("Mon 09:00"), moment("Tue 10:00")),
        Standstill(moment("Wed 09:00"), None),
    )
