"""Index 2.1 sentence by sentence: what ends a dossier, what is on time, and whose time counts."""

from __future__ import annotations

from typing import Any

import pytest

from services.domain.dossier import Fact
from services.domain.statistics.definitions.index766 import DEFINITION as INDICES
from services.domain.statistics.definitions.mean_time766 import DEFINITION as MEAN
from services.domain.statistics.definitions.progress766 import DEFINITION as DETAIL
from services.domain.working_time.calendar import calendar_of
from tests.builders import fact
from tests.unit.domain.agencies.province import BEGIN, said
from tests.unit.domain.working_time.calendars import declaration
from tests.unit.statistics.asking import JULY, JUNE, asked, figures

ON_TIME = ("ended_on_time", "waiting_on_time", "open_on_time")
LATE = ("ended_late", "waiting_late", "open_late")


def accepted(when: str = "13/5 08:00", **more: Any) -> Fact:
    return fact("one-stop", "accepted", when, **more)


def act(name: str, when: str, **more: Any) -> Fact:
    return fact("one-stop", name, when, **more)


def where(*facts: Fact, **more: Any) -> str | None:
    """The one line of the detail that a dossier counts in, of those that tell dossiers apart."""
    found = figures(DETAIL, *facts, **more)
    lines = [name for name in (*ON_TIME, *LATE, "unjudged") if found.get(name)]
    assert len(lines) == (1 if found else 0)
    index = asked(INDICES, facts, **more).total.figures
    line = lines[0] if lines else None
    assert index["2.1.of"] == (1 if line in ON_TIME else 0)
    assert index["2.1.whole"] == (1 if line in (*ON_TIME, *LATE) else 0)
    assert index["2.1.left_out"] == (1 if line == "unjudged" else 0)
    return line


DUE = accepted(due_at="20/5 17:00")


def test_on_time_is_an_end_no_later_than_the_due_date() -> None:
    assert where(DUE, act("processing_finished", "20/5 17:00")) == "ended_on_time"
    assert where(DUE, act("processing_finished", "20/5 17:01")) == "ended_late"
    assert where(DUE, act("processing_finished", "20/5 17:01"), due="day") == "ended_on_time"
    assert where(DUE, act("processing_finished", "21/5 00:00"), due="day") == "ended_late"


def test_without_an_end_it_is_the_end_of_the_period_that_counts() -> None:
    assert where(DUE) == "open_late"
    assert where(accepted(due_at="1/6 00:00")) == "open_on_time"
    assert where(accepted(due_at="31/5 23:59")) == "open_late"
    # By day the 31st holds until it is over, and at the first instant of June it is.
    assert where(accepted(due_at="31/5 08:00"), due="day") == "open_late"
    assert where(accepted(due_at="1/6 00:00"), due="day") == "open_on_time"


@pytest.mark.parametrize("name", ["withdrawn", "processing_stopped", "refused"])
def test_a_withdrawal_a_stop_or_a_refusal_after_acceptance_is_an_end_like_any_other(name: str) -> None:
    assert where(DUE, act(name, "20/5 08:00")) == "ended_on_time"
    assert where(DUE, act(name, "21/5 08:00")) == "ended_late"


def test_what_was_refused_before_acceptance_or_never_accepted_does_not_count() -> None:
    submitted = fact("portal", "submitted", "13/5 08:00")
    assert where(submitted, act("refused", "14/5 08:00")) is None
    assert where(submitted) is None


def test_what_was_resolved_or_received_in_another_period_does_not_count() -> None:
    ended = [accepted("13/4 08:00", due_at="20/4 17:00"), act("processing_finished", "19/4 08:00")]
    assert where(*ended) is None
    assert where(DUE, act("processing_finished", "18/5 08:00"), opens=JUNE, closes=JULY) is None
    assert where(accepted("13/4 08:00", due_at="20/5 17:00"), act("processing_finished", "19/5 08:00")) == (
        "ended_on_time"
    )


def test_the_result_counts_before_the_hand_over_and_the_hand_over_before_a_stop() -> None:
    # Finished in time, collected weeks later: 9 comes before 10.
    assert where(DUE, act("processing_finished", "18/5 08:00"), act("result_returned", "28/5 08:00")) == "ended_on_time"
    # Nobody said when it was finished: 10.
    assert where(DUE, act("result_returned", "28/5 08:00")) == "ended_late"
    # Stopped in time, papers handed back too late: 10 comes before 8.
    assert where(DUE, act("processing_stopped", "18/5 08:00"), act("result_returned", "28/5 08:00")) == "ended_late"


def test_an_open_supplement_ends_it_when_papers_were_asked_for() -> None:
    assert where(DUE, act("supplement_requested", "18/5 08:00")) == "waiting_on_time"
    assert where(DUE, act("supplement_requested", "21/5 08:00")) == "waiting_late"
    # Stopped because the papers never came: still the request.
    assert where(DUE, act("supplement_requested", "18/5 08:00"), act("processing_stopped", "28/5 08:00")) == (
        "waiting_on_time"
    )


TWICE = [
    act("supplement_requested", "14/5 08:00"),
    act("supplement_received", "15/5 08:00"),
    act("supplement_requested", "16/5 08:00"),
]


def test_an_open_supplement_after_another_is_late_whenever_it_was_asked_for() -> None:
    assert where(DUE, *TWICE) == "waiting_late"


def test_two_supplements_of_a_finished_dossier_are_late_only_by_the_switch() -> None:
    done = [*TWICE, act("supplement_received", "17/5 08:00"), act("processing_finished", "18/5 08:00")]
    assert where(DUE, *done) == "ended_on_time"
    assert where(DUE, *done, second_supplement="always") == "ended_late"
    # And while it is in hand again, both papers there, the sentence does not speak of it.
    assert where(accepted(due_at="20/6 08:00"), *done[:-1]) == "open_on_time"


def test_the_citizen_s_time_is_taken_off_what_ended_unless_the_switch_says_that_the_due_date_moved() -> None:
    # Due 20/5 17:00; papers took from 16/5 08:00 to 18/5 08:00, two days; the end 22/5 16:00 less them is 20/5 16:00.
    asked_for = [act("supplement_requested", "16/5 08:00"), act("supplement_received", "18/5 08:00")]
    assert where(DUE, *asked_for, act("processing_finished", "22/5 16:00")) == "ended_on_time"
    assert where(DUE, *asked_for, act("processing_finished", "22/5 17:30")) == "ended_late"
    assert where(DUE, *asked_for, act("processing_finished", "22/5 16:00"), citizen_time="counted") == "ended_late"
    # It is not taken off what has not ended.
    assert where(accepted(due_at="30/5 17:00"), *asked_for) == "open_late"


def test_without_a_due_date_the_statutory_limit_counts_and_the_citizen_s_time_does_not() -> None:
    law = [said("procedure_declared", "9.1", title="Một", limit=5, unit="working_day", valid_from=BEGIN)]
    known = {"declared": law, "calendar": calendar_of(declaration(2024))}
    no_date = accepted("13/5 08:00", procedure="9.1")
    # Accepted on Monday 13 May 08:00, five working days: until Monday 20 May 08:00.
    assert where(no_date, act("processing_finished", "20/5 08:00"), **known) == "ended_on_time"
    assert where(no_date, act("processing_finished", "20/5 08:01"), **known) == "ended_late"
    assert where(no_date, **known) == "open_late"
    # Two days of waiting for papers are not the office's, whatever the switch says of due dates.
    papers = [act("supplement_requested", "16/5 08:00"), act("supplement_received", "18/5 08:00")]
    late = act("processing_finished", "22/5 08:00")
    assert where(no_date, *papers, late, **known) == "ended_on_time"
    assert where(no_date, *papers, late, **known, citizen_time="counted") == "ended_on_time"


def test_with_neither_it_is_left_out_and_counted_as_such() -> None:
    assert where(accepted(), act("processing_finished", "20/5 17:00")) == "unjudged"
    assert where(accepted()) == "unjudged"
    # Twice asked and still waiting is late whatever the date.
    assert where(accepted(), *TWICE) == "waiting_late"


def test_the_rate_and_its_points() -> None:
    good = [DUE, act("processing_finished", "18/5 08:00")]
    bad = [DUE, act("processing_finished", "28/5 08:00")]
    total = asked(INDICES, good, good, bad, [accepted()]).total.figures
    # 2 of 3, the fourth left out: 66.666… %, and 20 points × 2/3 = 13.333…
    assert (total["2.1.of"], total["2.1.whole"], total["2.1.left_out"]) == (2, 3, 1)
    assert (total["2.1.rate"], total["2.1.score"]) == (66.67, 13.33)


def test_by_agency_each_row_has_its_own_rate() -> None:
    one = [accepted(due_at="20/5 17:00", agency="A"), act("processing_finished", "18/5 08:00")]
    two = [accepted(due_at="20/5 17:00", agency="B"), act("processing_finished", "28/5 08:00")]
    rows = asked(INDICES, one, one, two, by=("agency",)).rows
    assert [(dict(row.labels), row.figures["2.1.rate"], row.figures["2.1.score"]) for row in rows] == [
        ({"agency": "A"}, 100.0, 20.0),
        ({"agency": "B"}, 0.0, 0.0),
    ]


def test_the_mean_time_of_a_procedure_is_of_what_was_received_in_the_period_and_has_a_result() -> None:
    def took(end: str, *more: Fact) -> list[Fact]:
        return [accepted("13/5 08:00", procedure="9.1"), *more, act("processing_finished", end)]

    papers = [act("supplement_requested", "14/5 08:00"), act("supplement_received", "15/5 08:00")]
    dossiers = [
        took("14/5 08:00"),  # one day
        took("15/5 20:00"),  # two and a half
        took("14/5 12:00"),  # a sixth
        took("17/5 08:00", *papers),  # four, one of them the citizen's
        [accepted("13/5 08:00", procedure="9.1"), act("processing_stopped", "14/5 08:00")],
        [accepted("13/4 08:00", procedure="9.1"), act("processing_finished", "14/5 08:00")],
    ]
    [row] = asked(MEAN, *dossiers, by=("procedure",)).rows
    # (1 + 2.5 + 7/6 + 4) / 4 = 8.6666… / 4 = 2.1666…: 28 hours is 7/6 of a day.
    assert (row.labels["procedure"], row.figures["finished"], row.figures["mean_days"]) == ("9.1", 4, 2.17)
    [row] = asked(MEAN, *dossiers, by=("procedure",), citizen_time="subtracted").rows
    # 7.6666… / 4 = 1.91666…
    assert row.figures["mean_days"] == 1.92
    assert asked(MEAN, [accepted()]).total.figures["mean_days"] is None


def test_a_mean_of_half_a_hundredth_goes_up() -> None:
    # 0.125 of a day is three hours.
    [row] = asked(
        MEAN, [accepted("13/5 08:00", procedure="9.1"), act("processing_finished", "13/5 11:00")], by=("procedure",)
    ).rows
    assert row.figures["mean_days"] == 0.13
