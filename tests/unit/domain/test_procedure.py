"""One dossier's way through the one-stop procedure, as clerks know it."""

from __future__ import annotations

from tests.builders import connected, fact
from tests.specification import given


def test_an_online_dossier_from_submission_to_the_result() -> None:
    given(
        fact("portal", "submitted", "13/5 08:00", channel="online", agency="H99.10", procedure="9.000123"),
        fact("one-stop", "accepted", "13/5 09:12", due_at="20/5 09:12", agency="H99.10"),
        fact("one-stop", "forwarded", "13/5 10:00"),
        fact("one-stop", "processing_finished", "17/5 15:00"),
    ).when(
        fact("one-stop", "result_returned", "18/5 08:30", by="counter"),
    ).then(
        status=10,
        clock="stopped",
        submitted_at="13/5 08:00",
        accepted_at="13/5 09:12",
        due_at="20/5 09:12",
        ended_at="17/5 15:00",
        returned_at="18/5 08:30",
        outcome="finished",
        channel="online",
        agency="H99.10",
        procedure="9.000123",
    ).judged()


def test_the_same_way_told_as_a_row_of_statuses() -> None:
    given().when(
        fact("portal", "status_reported", "13/5 08:00", status=1, channel="online"),
        fact("one-stop", "status_reported", "13/5 09:12", status=2, due_at="20/5 09:12"),
        fact("one-stop", "status_reported", "13/5 10:00", status=4),
        fact("one-stop", "status_reported", "17/5 15:00", status=9),
        fact("one-stop", "status_reported", "18/5 08:30", status=10),
    ).then(
        status=10,
        clock="stopped",
        submitted_at="13/5 08:00",
        accepted_at="13/5 09:12",
        due_at="20/5 09:12",
        ended_at="17/5 15:00",
        returned_at="18/5 08:30",
        outcome="finished",
    ).judged()


def test_at_the_counter_with_the_result_at_once() -> None:
    given().when(
        fact("one-stop", "status_reported", "13/5 08:00", status=2, channel="direct"),
        fact("one-stop", "status_reported", "13/5 08:20", status=9),
        fact("one-stop", "status_reported", "13/5 08:25", status=10),
    ).then(
        accepted_at="13/5 08:00", ended_at="13/5 08:20", returned_at="13/5 08:25", submitted_at=None, channel="direct"
    ).judged()


def test_repeating_a_status_says_nothing_new() -> None:
    given(
        fact("one-stop", "status_reported", "13/5 08:00", status=2),
        fact("one-stop", "status_reported", "13/5 09:00", status=5),
    ).when(
        fact("one-stop", "status_reported", "14/5 09:00", status=5),
    ).just_before("15/5 00:00", clock="paused", paused_since="13/5 09:00").judged()


def test_a_supplement_pauses_and_the_source_names_the_new_date() -> None:
    given(
        fact("one-stop", "accepted", "29/4 09:00", due_at="7/5 09:00"),
    ).when(
        fact("one-stop", "supplement_requested", "29/4 15:00", round="1"),
    ).then(status=5, clock="paused", due_at="7/5 09:00").when(
        fact("one-stop", "supplement_received", "2/5 10:00", round="1", due_at="9/5 10:00"),
    ).then(status=4, clock="running", due_at="9/5 10:00").just_before(
        "1/5 00:00", clock="paused", paused_since="29/4 15:00", due_at="7/5 09:00"
    ).judged()


def test_a_second_supplement_that_is_still_open() -> None:
    given(
        fact("one-stop", "accepted", "13/5 08:00"),
        fact("one-stop", "supplement_requested", "14/5 08:00", round="1"),
        fact("one-stop", "supplement_received", "15/5 08:00", round="1"),
    ).when(
        fact("one-stop", "supplement_requested", "16/5 08:00", round="2"),
    ).then(status=5, clock="paused").just_before("17/5 00:00", paused_since="16/5 08:00").judged()


def test_two_supplements_and_finished() -> None:
    given(
        fact("one-stop", "accepted", "13/5 08:00", due_at="20/5 08:00"),
        fact("one-stop", "supplement_requested", "14/5 08:00"),
        fact("one-stop", "supplement_received", "15/5 08:00"),
        fact("one-stop", "supplement_requested", "16/5 08:00"),
        fact("one-stop", "supplement_received", "17/5 08:00"),
    ).when(
        fact("one-stop", "processing_finished", "20/5 07:00"),
    ).then(status=9, clock="stopped", ended_at="20/5 07:00", due_at="20/5 08:00").judged()


def test_a_payment_confirmed_twice_ends_one_pause() -> None:
    given(
        fact("one-stop", "accepted", "13/5 08:00"),
        fact("one-stop", "financial_obligation_requested", "14/5 08:00", reference="B-1"),
    ).when(
        fact("payments", "payment_confirmed", "14/5 09:00", reference="B-1", code="T-1"),
        fact("payments", "payment_confirmed", "14/5 09:30", reference="B-1", code="T-1"),
    ).then(status=4, clock="running").just_before("14/5 09:00", status=6, clock="paused").when(
        fact("one-stop", "financial_obligation_requested", "15/5 08:00", reference="B-2"),
    ).then(status=6, clock="paused").judged()


def test_a_payment_for_something_else_ends_no_pause() -> None:
    given(
        fact("one-stop", "accepted", "13/5 08:00"),
        fact("one-stop", "financial_obligation_requested", "14/5 08:00", reference="B-1"),
    ).when(
        fact("payments", "payment_confirmed", "14/5 09:00", reference="B-9"),
        fact("payments", "payment_confirmed", "14/5 09:05"),
    ).then(status=6, clock="paused")


def test_withdrawn_before_acceptance_is_never_received() -> None:
    given(
        fact("portal", "submitted", "13/5 08:00", channel="online"),
    ).when(
        fact("one-stop", "withdrawn", "13/5 09:00"),
    ).then(status=7, accepted_at=None, outcome="withdrawn", ended_at="13/5 09:00", clock="stopped").judged()


def test_withdrawn_after_acceptance() -> None:
    given(
        fact("one-stop", "accepted", "13/5 08:00"),
        fact("one-stop", "forwarded", "13/5 09:00"),
        fact("portal", "withdrawal_requested", "14/5 08:00"),
    ).then(status=4).when(
        fact("one-stop", "withdrawn", "14/5 10:00"),
    ).then(status=7, accepted_at="13/5 08:00", ended_at="14/5 10:00", outcome="withdrawn").judged()


def test_refused_at_reception() -> None:
    given(
        fact("portal", "status_reported", "13/5 08:00", status=1, channel="online"),
    ).when(
        fact("one-stop", "status_reported", "13/5 09:00", status=3),
    ).then(status=3, outcome="refused", accepted_at=None).judged()


def test_accepted_after_all_lifts_the_refusal() -> None:
    given(
        fact("one-stop", "refused", "13/5 08:00"),
    ).when(
        fact("one-stop", "accepted", "14/5 08:00"),
    ).then(status=2, accepted_at="14/5 08:00", ended_at=None, outcome=None)


def test_papers_asked_for_before_acceptance_stop_no_clock() -> None:
    given(
        fact("one-stop", "status_reported", "13/5 08:00", status=1),
    ).when(
        fact("one-stop", "status_reported", "13/5 09:00", status=5),
    ).then(status=5, clock="not_started").when(
        fact("one-stop", "status_reported", "14/5 09:00", status=1),
    ).then(status=1, clock="not_started").when(
        fact("one-stop", "status_reported", "14/5 10:00", status=2),
    ).then(status=2, clock="running", accepted_at="14/5 10:00").judged()


def test_a_result_collected_forty_days_later_was_still_in_time() -> None:
    given(
        fact("one-stop", "accepted", "13/5 08:00", due_at="20/5 08:00"),
        fact("one-stop", "processing_finished", "17/5 08:00"),
    ).when(
        fact("one-stop", "result_returned", "26/6 08:00"),
    ).then(status=10, ended_at="17/5 08:00", returned_at="26/6 08:00", outcome="finished").judged()


def test_a_reopening_holds_from_then_on_and_never_back() -> None:
    given(
        fact("one-stop", "accepted", "13/5 08:00", due_at="20/5 08:00"),
        fact("one-stop", "processing_finished", "17/5 08:00"),
    ).when(
        fact("one-stop", "reopened", "3/6 08:00", due_at="10/6 08:00"),
    ).then(status=4, ended_at=None, outcome=None, clock="running", due_at="10/6 08:00").just_before(
        "3/6 08:00", ended_at="17/5 08:00", status=9, reopened=0, due_at="20/5 08:00"
    ).when(
        fact("one-stop", "processing_finished", "7/6 08:00"),
    ).then(status=9, ended_at="7/6 08:00").just_before("8/6 00:00", reopened=1).judged()


def test_in_process_again_after_the_end_is_a_reopening_of_the_same_system() -> None:
    given(
        fact("one-stop", "status_reported", "13/5 08:00", status=2),
        fact("one-stop", "status_reported", "14/5 08:00", status=9),
    ).when(
        fact("one-stop", "status_reported", "15/5 08:00", status=4),
    ).then(status=4, ended_at=None).just_before("16/5 00:00", reopened=1).judged()


def test_an_act_and_the_status_that_shows_it_are_one() -> None:
    given(
        fact("one-stop", "accepted", "13/5 08:00"),
        fact("one-stop", "status_reported", "13/5 08:01", status=2),
        fact("one-stop", "status_reported", "14/5 08:00", status=5),
        fact("one-stop", "supplement_requested", "14/5 08:02", round="1"),
        fact("one-stop", "status_reported", "15/5 08:00", status=4),
        fact("one-stop", "supplement_received", "15/5 08:02", round="1"),
    ).then(status=4, clock="running").when(
        fact("one-stop", "processing_finished", "16/5 08:00"),
        fact("one-stop", "status_reported", "16/5 08:00", status=9),
        fact("one-stop", "status_reported", "17/5 08:00", status=4),
        fact("one-stop", "reopened", "17/5 08:03"),
    ).then(status=4).just_before("18/5 00:00", reopened=1).judged()


def test_a_recalled_result_leaves_the_end_in_force() -> None:
    given(
        fact("one-stop", "accepted", "13/5 08:00"),
        fact("one-stop", "processing_finished", "14/5 08:00"),
        fact("one-stop", "result_returned", "15/5 08:00"),
    ).when(
        fact("one-stop", "result_recalled", "16/5 08:00"),
    ).then(status=9, ended_at="14/5 08:00", returned_at=None).judged()


def test_papers_handed_back_after_a_stop() -> None:
    given(
        fact("one-stop", "accepted", "13/5 08:00"),
        fact("one-stop", "processing_stopped", "14/5 08:00"),
    ).when(
        fact("one-stop", "result_returned", "15/5 08:00"),
    ).then(status=10, ended_at="14/5 08:00", outcome="stopped").judged()


def test_finished_counts_against_a_stop_claimed_before_it() -> None:
    given(
        fact("one-stop", "accepted", "13/5 08:00"),
        fact("one-stop", "processing_stopped", "14/5 08:00"),
    ).when(
        fact("one-stop", "processing_finished", "15/5 08:00"),
    ).then(status=9, ended_at="15/5 08:00", outcome="finished")


def test_an_end_dated_before_the_acceptance_takes_effect_with_it() -> None:
    given().when(
        fact("one-stop", "processing_finished", "13/5 08:00"),
        fact("one-stop", "accepted", "13/5 09:00", due_at="20/5 09:00"),
    ).then(status=9, accepted_at="13/5 09:00", ended_at="13/5 09:00", due_at="20/5 09:00", clock="stopped").judged(
        "end_before_acceptance", "skipped_step"
    )


def test_work_after_the_end_reopens_nothing() -> None:
    given(
        fact("one-stop", "accepted", "13/5 08:00"),
        fact("one-stop", "processing_finished", "14/5 08:00"),
    ).when(
        fact("one-stop", "step_completed", "15/5 08:00", step="archive"),
        fact("one-stop", "forwarded", "15/5 09:00"),
        fact("one-stop", "supplement_requested", "15/5 10:00"),
    ).then(status=9, ended_at="14/5 08:00").judged(
        "unexpected_transition", "unexpected_transition", "unexpected_transition"
    )


def test_first_seen_in_process_leaves_the_acceptance_unknown() -> None:
    given().when(
        fact("one-stop", "status_reported", "13/5 08:00", status=4),
    ).then(status=4, accepted_at=None, clock="running").judged("no_acceptance", "skipped_step")


def test_the_due_date_is_frozen_while_an_end_is_in_force() -> None:
    given(
        fact("one-stop", "accepted", "13/5 08:00", due_at="20/5 08:00"),
        fact("one-stop", "due_date_changed", "14/5 08:00", due_at="22/5 08:00"),
    ).then(due_at="22/5 08:00").when(
        fact("one-stop", "processing_finished", "21/5 08:00"),
        fact("one-stop", "status_reported", "21/5 09:00", status=9, due_at="30/5 08:00"),
    ).then(due_at="22/5 08:00").when(
        fact("one-stop", "reopened", "23/5 08:00"),
    ).then(due_at="30/5 08:00")


def test_no_due_date_and_no_channel_stay_unknown() -> None:
    given().when(
        fact("one-stop", "accepted", "13/5 08:00"),
        fact("one-stop", "processing_finished", "14/5 08:00"),
    ).then(due_at=None, channel=None)


def test_a_vendor_s_pausing_status_is_no_end() -> None:
    given(
        fact("one-stop", "accepted", "13/5 08:00", due_at="20/5 08:00"),
        fact("one-stop", "forwarded", "13/5 09:00"),
    ).when(
        fact("one-stop", "suspended", "14/5 08:00"),
    ).then(status=4, clock="paused", ended_at=None).when(
        fact("one-stop", "resumed", "15/5 08:00", due_at="21/5 08:00"),
    ).then(status=4, clock="running", due_at="21/5 08:00").judged()


def test_a_void_dossier_keeps_its_history() -> None:
    given(
        fact("portal", "submitted", "13/5 08:00", channel="online"),
        fact("one-stop", "accepted", "13/5 09:00"),
    ).when(
        fact("one-stop", "voided", "14/5 08:00", reason="test"),
    ).then(void=True, status=2, accepted_at="13/5 09:00").just_before("14/5 08:00", void=False)


def test_an_operator_may_void() -> None:
    given(fact("one-stop", "accepted", "13/5 09:00")).when(
        fact("operator", "voided", "14/5 08:00", reason="test"),
    ).then(void=True)


def test_another_agency_from_the_reassignment_on() -> None:
    given(
        fact("one-stop", "accepted", "2/6 09:00", agency="H99.10"),
    ).when(
        fact("one-stop", "reassigned", "1/7 00:00", agency="H99.77"),
    ).then(agency="H99.77").just_before("1/7 00:00", agency="H99.10")


def test_what_is_first_said_of_the_place_is_known_from_the_start() -> None:
    given(
        fact("portal", "submitted", "13/5 08:00"),
        fact("one-stop", "accepted", "13/5 09:00"),
    ).when(
        fact("one-stop", "step_completed", "15/5 09:00", agency="H99.10", channel="online"),
    ).just_before("13/5 08:30", status=1, agency="H99.10", channel="online")


def test_five_days_offline_change_nothing_but_when_it_is_learnt() -> None:
    in_time = [
        fact("portal", "submitted", "13/5 08:00", channel="online"),
        fact("one-stop", "accepted", "13/5 09:00"),
        fact("one-stop", "supplement_requested", "14/5 09:00"),
        fact("one-stop", "supplement_received", "15/5 09:00"),
        fact("one-stop", "processing_finished", "16/5 09:00"),
    ]
    late = given(in_time[0], in_time[4]).when(*in_time[1:4])
    assert late.dossier.segments == given(*in_time).dossier.segments


def test_a_status_that_could_not_be_read_enters_late_with_its_own_time() -> None:
    accepted = fact("one-stop", "status_reported", "13/5 09:00", status=2)
    waiting = fact("one-stop", "status_reported", "14/5 09:00", status=5)
    again = fact("one-stop", "status_reported", "15/5 09:00", status=4)
    finished = fact("one-stop", "status_reported", "16/5 09:00", status=9)
    without = given(accepted, again, finished)
    assert without.dossier.segments != given(accepted, waiting, again, finished).dossier.segments
    without.when(waiting)
    assert without.dossier.segments == given(accepted, waiting, again, finished).dossier.segments
    without.just_before("15/5 09:00", status=5, clock="paused", paused_since="14/5 09:00")


def test_its_own_status_may_go_back_where_no_act_leads() -> None:
    given(
        fact("one-stop", "status_reported", "13/5 08:00", status=2),
        fact("one-stop", "status_reported", "13/5 09:00", status=4),
    ).when(
        fact("one-stop", "status_reported", "14/5 08:00", status=2),
    ).then(status=2, accepted_at="13/5 08:00").judged("unexpected_transition").when(
        fact("one-stop", "status_reported", "15/5 08:00", status=4),
    ).then(status=4, clock="running")


def test_two_desks_merged_speak_with_equal_right_but_not_against_each_other() -> None:
    desks = connected({"desk-a": "one_stop", "desk-b": "one_stop"})
    given(
        fact("desk-a", "status_reported", "13/5 08:00", status=2, code="A-1"),
        fact("desk-a", "status_reported", "13/5 09:00", status=4, code="A-1"),
        connections=desks,
    ).when(
        fact("desk-b", "status_reported", "20/5 08:00", status=2, code="B-1"),
    ).then(status=4, accepted_at="13/5 08:00").when(
        fact("desk-b", "status_reported", "21/5 08:00", status=9, code="B-1"),
    ).then(status=9, ended_at="21/5 08:00")
