"""Sources correct and take back what they said: which version of an act holds."""

from __future__ import annotations

from services.domain.dossier import fact_of_observation
from services.domain.identity import OPERATOR
from tests.builders import at, fact, retraction
from tests.specification import given


def test_the_newer_mark_holds_whatever_came_first() -> None:
    first = fact("one-stop", "accepted", "13/5 08:00", act_id="7", due_at="20/5 08:00")
    second = fact("one-stop", "accepted", "13/5 08:30", act_id="7", revision=at("14/5 08:00"), due_at="21/5 08:00")
    third = fact("one-stop", "accepted", "13/5 08:45", act_id="7", revision=at("15/5 08:00"), due_at="22/5 08:00")
    given(third, first).when(second).then(accepted_at="13/5 08:45", due_at="22/5 08:00").judged()
    given(first, second).then(accepted_at="13/5 08:30").when(third).then(accepted_at="13/5 08:45")


def test_two_ways_to_say_one_act_without_marks_are_judged_and_the_later_seen_holds() -> None:
    one = fact("one-stop", "accepted", "13/5 08:00", due_at="20/5 08:00", observed_at=at("13/5 09:00"))
    other = fact("one-stop", "accepted", "13/5 08:00", due_at="21/5 08:00", observed_at=at("14/5 09:00"))
    given(one, other).then(due_at="21/5 08:00").judged("conflicting")
    given(other).when(one).then(due_at="21/5 08:00").judged("conflicting")


def test_numbered_rows_of_one_day_are_several_acts() -> None:
    given().when(
        fact("one-stop", "status_reported", "13/5 00:00", status=9, sequence=3),
        fact("one-stop", "status_reported", "13/5 00:00", status=2, sequence=1),
        fact("one-stop", "status_reported", "13/5 00:00", status=4, sequence=2),
    ).then(status=9, accepted_at="13/5 00:00", ended_at="13/5 00:00").judged()


def test_a_retraction_takes_the_act_out_of_history() -> None:
    finished = fact("one-stop", "processing_finished", "14/5 08:00")
    word = fact_of_observation(
        retraction("one-stop", "15/5 08:00", "processing_finished", named_at=finished.occurred_at)
    )
    accepted = fact("one-stop", "accepted", "13/5 08:00")
    given(accepted, finished).when(word).then(status=2, ended_at=None, clock="running").judged()
    given(accepted, word).judged("unknown_retraction")
    given(accepted, word).when(finished).then(status=2).judged()


def test_two_acts_taken_back_in_one_moment_are_both_taken_back() -> None:
    accepted = fact("one-stop", "accepted", "13/5 08:00")
    finished = fact("one-stop", "processing_finished", "14/5 08:00")
    words = [
        fact_of_observation(retraction("one-stop", "15/5 08:00", one.act, named_at=one.occurred_at))
        for one in (accepted, finished)
    ]
    given(accepted, finished).when(*words).then(accepted_at=None, ended_at=None).judged()


def test_said_again_after_a_retraction_with_a_newer_mark() -> None:
    again = fact("one-stop", "accepted", "13/5 08:00", act_id="7", revision=at("16/5 08:00"))
    given(
        fact("one-stop", "accepted", "13/5 08:00", act_id="7"),
        fact_of_observation(retraction("one-stop", "15/5 08:00", "accepted", named_id="7")),
    ).then(accepted_at=None).when(again).then(accepted_at="13/5 08:00")


def test_a_retraction_may_be_taken_back() -> None:
    word = retraction("one-stop", "15/5 08:00", "accepted", named_id="7")
    given(
        fact("one-stop", "accepted", "13/5 08:00", act_id="7"),
        fact_of_observation(word),
    ).when(
        fact_of_observation(retraction("one-stop", "16/5 08:00", "retracted", named_at=word.occurred_at)),
    ).then(accepted_at="13/5 08:00")


def test_nobody_takes_back_another_system_s_word_but_an_operator() -> None:
    accepted = fact("one-stop", "accepted", "13/5 08:00", act_id="7")
    for_portal = fact_of_observation(retraction("portal", "15/5 08:00", "accepted", named_id="7"))
    given(accepted, for_portal).then(accepted_at="13/5 08:00").judged("unknown_retraction")
    for_operator = fact_of_observation(retraction(OPERATOR, "15/5 08:00", "accepted", named_id="7"))
    given(accepted).when(for_operator).then(accepted_at=None)
