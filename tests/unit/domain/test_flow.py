"""The flow report by hand-made dossiers, each figure worked out on paper."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from itertools import pairwise
from zoneinfo import ZoneInfo

from hypothesis import given as for_all
from hypothesis import settings
from hypothesis import strategies as st

from services.domain.dossier import Fact, Segment, fact_of_observation
from services.domain.fold import fold
from services.domain.statistics.flow import Due, Figure, classify, flow, just_before, list_hash
from tests import specification
from tests.builders import VIETNAM, at, connected, fact
from tests.specification import given
from tests.unit.domain.test_any_order import claims

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
APRIL, MAY, JUNE, JULY = at("1/4 00:00"), at("1/5 00:00"), at("1/6 00:00"), at("1/7 00:00")


def figures(*facts: Fact, opens: datetime = MAY, closes: datetime = JUNE, due: Due = "instant") -> set[Figure]:
    segments = given(*facts).dossier.segments
    return set(classify(segments, opens=opens, closes=closes, zone=ZONE, due=due))


def accepted(when: str, **more: str) -> Fact:
    return fact("one-stop", "accepted", when, **more)


def finished(when: str) -> Fact:
    return fact("one-stop", "processing_finished", when)


def test_received_by_channel_and_an_unknown_channel_is_not_made_direct() -> None:
    assert figures(accepted("13/5 08:00", channel="online")) == {"received_online", "in_hand_no_due_date"}
    assert figures(accepted("13/5 08:00", channel="direct")) == {"received_direct", "in_hand_no_due_date"}
    assert figures(accepted("13/5 08:00", channel="postal")) == {"received_direct", "in_hand_no_due_date"}
    assert figures(accepted("13/5 08:00")) == {"received_channel_unknown", "in_hand_no_due_date"}


def test_only_submitted_or_refused_is_not_received() -> None:
    assert figures(fact("portal", "submitted", "13/5 08:00")) == set()
    assert figures(fact("portal", "submitted", "13/5 08:00"), fact("one-stop", "refused", "13/5 09:00")) == set()


def test_carried_over_and_resolved_in_time_or_late() -> None:
    before = accepted("20/4 08:00", due_at="10/5 08:00")
    assert figures(before, finished("10/5 08:00")) == {"carried_over", "resolved_on_time"}
    assert figures(before, finished("10/5 08:01")) == {"carried_over", "resolved_late"}
    assert figures(before, finished("10/5 23:59"), due="day") == {"carried_over", "resolved_on_time"}
    assert figures(before, finished("11/5 00:00"), due="day") == {"carried_over", "resolved_late"}


def test_resolved_before_the_period_is_in_none_of_it() -> None:
    assert figures(accepted("20/4 08:00"), finished("30/4 23:59")) == set()


def test_the_last_half_hour_of_a_quarter_belongs_to_it() -> None:
    facts = [accepted("20/6 08:00", due_at="30/6 17:00", channel="online"), finished("30/6 23:30")]
    assert figures(*facts, opens=APRIL, closes=JULY, due="day") == {"received_online", "resolved_on_time"}
    assert figures(*facts, opens=JULY, closes=at("1/10 00:00"), due="day") == set()


def test_an_act_at_the_closing_instant_belongs_to_the_next_period() -> None:
    assert figures(accepted("1/6 00:00")) == set()
    assert figures(accepted("1/5 00:00")) == {"received_channel_unknown", "in_hand_no_due_date"}


def test_overdue_is_seen_at_the_closing_instant_and_a_day_must_be_over() -> None:
    assert "in_hand_overdue" in figures(accepted("13/5 08:00", due_at="31/5 17:00"))
    assert "in_hand_overdue" in figures(accepted("13/5 08:00", due_at="31/5 17:00"), due="day")
    assert "in_hand_not_due" in figures(accepted("13/5 08:00", due_at="1/6 07:00"))
    assert "in_hand_not_due" in figures(accepted("13/5 08:00", due_at="1/6 07:00"), due="day")


def test_a_pause_keeps_from_being_overdue_unless_it_was_before() -> None:
    asked = fact("one-stop", "supplement_requested", "20/5 08:00")
    assert "in_hand_not_due" in figures(accepted("13/5 08:00", due_at="25/5 08:00"), asked)
    assert "in_hand_overdue" in figures(accepted("13/5 08:00", due_at="18/5 08:00"), asked)
    assert "in_hand_not_due" in figures(accepted("13/5 08:00", due_at="20/5 07:00"), asked, due="day")
    again = fact("one-stop", "supplement_received", "30/5 08:00")
    assert "in_hand_overdue" in figures(accepted("13/5 08:00", due_at="25/5 08:00"), asked, again)


def test_reopened_after_the_report_of_its_period() -> None:
    facts = [
        accepted("13/5 08:00", channel="online", due_at="25/5 08:00"),
        finished("20/5 08:00"),
        fact("one-stop", "reopened", "3/6 08:00"),
    ]
    assert figures(*facts) == {"received_online", "resolved_on_time"}
    assert figures(*facts, opens=JUNE, closes=JULY) == {"reopened", "in_hand_overdue"}
    assert figures(*facts, finished("5/6 08:00"), opens=JUNE, closes=JULY) == {"reopened", "resolved_late"}
    assert figures(*facts[:2], opens=JUNE, closes=JULY) == set()


def test_reopened_and_finished_again_inside_one_period_counts_once() -> None:
    facts = [
        accepted("13/5 08:00", channel="online", due_at="25/5 08:00"),
        finished("20/5 08:00"),
        fact("one-stop", "reopened", "21/5 08:00"),
        finished("26/5 08:00"),
    ]
    assert figures(*facts) == {"received_online", "resolved_late"}


def test_void_counts_in_the_period_in_which_it_became_void() -> None:
    facts = [accepted("13/5 08:00"), fact("one-stop", "voided", "3/6 08:00")]
    assert figures(*facts) == {"received_channel_unknown", "in_hand_no_due_date"}
    assert figures(*facts, opens=JUNE, closes=JULY) == {"voided"}
    assert figures(*facts, opens=JULY, closes=at("1/8 00:00")) == set()


def test_an_end_before_the_acceptance_still_balances() -> None:
    assert figures(finished("30/4 08:00"), accepted("13/5 08:00", due_at="20/5 08:00")) == {
        "received_channel_unknown",
        "resolved_on_time",
    }


def test_a_list_hash_is_that_of_the_sorted_least_codes() -> None:
    listed = sha256("one-stop/H-1\none-stop/H-2\nportal/Đ-1\n".encode()).hexdigest()
    assert list_hash([("portal", "Đ-1"), ("one-stop", "H-2"), ("one-stop", "H-1")]) == listed
    assert list_hash([]) == sha256(b"").hexdigest()


def test_a_row_counts_and_hashes() -> None:
    one = given(accepted("13/5 08:00", channel="online")).dossier.segments
    other = given(accepted("20/4 08:00", due_at="25/5 08:00"), finished("20/5 08:00")).dossier.segments
    row = flow(
        [(one, ("one-stop", "H-1")), (other, ("one-stop", "H-2"))], opens=MAY, closes=JUNE, zone=ZONE, due="instant"
    )
    assert {figure: count for figure, count in row.counts.items() if count} == {
        "received_online": 1,
        "carried_over": 1,
        "resolved_on_time": 1,
        "in_hand_no_due_date": 1,
    }
    assert row.balances
    assert row.hashes["carried_over"] == sha256(b"one-stop/H-2\n").hexdigest()


def opened_stock(segments: Sequence[Segment], instant: datetime) -> bool:
    found = specification.just_before(segments, instant)
    return found is not None and found.accepted_at is not None and found.ended_at is None and not found.void


@settings(max_examples=200, deadline=None)
@for_all(st.lists(claims(), max_size=16), st.lists(st.integers(-5, 80), min_size=2, max_size=4, unique=True))
def test_every_row_balances_and_what_is_in_hand_is_carried_over(said: list[object], cuts: list[int]) -> None:
    facts = [fact_of_observation(one) for one in said]  # type: ignore[arg-type]
    segments = fold(facts, connected({"one-stop": "one_stop", "portal": "provincial_portal"})).segments
    start = datetime(2024, 5, 13, 8, 0, tzinfo=VIETNAM)
    edges = [start + timedelta(minutes=cut) for cut in sorted(cuts)]
    for opens, closes in pairwise(edges):
        assert just_before(segments, closes) == specification.just_before(segments, closes)
        row = flow([(segments, ("one-stop", "H-1"))], opens=opens, closes=closes, zone=ZONE, due="instant")
        assert row.balances
        in_hand = row.counts["in_hand_not_due"] + row.counts["in_hand_overdue"] + row.counts["in_hand_no_due_date"]
        assert in_hand == opened_stock(segments, closes)
        if not row.counts["voided"]:
            assert row.counts["carried_over"] == opened_stock(segments, opens)


def test_pauses_that_overlap_are_one_and_a_date_that_passes_within_it_makes_nothing_late() -> None:
    # Papers are asked for on the 10th, work is suspended on the 14th, the papers come on the 16th: the clock has stood
    # still since the 10th, so the date of the 12th did not pass before the pause began.
    facts = [
        accepted("6/5 08:00", channel="online", due_at="12/5 08:00"),
        fact("one-stop", "supplement_requested", "10/5 08:00", round="1"),
        fact("one-stop", "suspended", "14/5 08:00"),
        fact("one-stop", "supplement_received", "16/5 08:00", round="1"),
    ]
    given(*facts).just_before("1/6 00:00", clock="paused", paused_since="10/5 08:00")
    assert figures(*facts) == {"received_online", "in_hand_not_due"}
    # Once it ran again, even for a day, the date has passed before the next pause.
    again = [
        fact("one-stop", "resumed", "17/5 08:00"),
        fact("one-stop", "supplement_requested", "18/5 08:00", round="2"),
    ]
    assert figures(*facts, *again) == {"received_online", "in_hand_overdue"}


def test_a_dossier_stays_with_the_agency_that_ended_it_until_it_is_taken_up_again() -> None:
    facts = [
        accepted("6/5 08:00", channel="online", due_at="20/5 08:00", agency="H99.1"),
        finished("10/5 08:00"),
        fact("one-stop", "reassigned", "12/5 08:00", agency="H99.2"),
    ]
    told = given(*facts).then(agency="H99.2").just_before("1/6 00:00", agency="H99.1")
    told.when(fact("one-stop", "reopened", "2/6 08:00")).just_before("1/7 00:00", agency="H99.2")
    # An end that says the agency itself has it; a later word of another one does not move it.
    at_once = [accepted("6/5 08:00", agency="H99.1"), fact("one-stop", "withdrawn", "10/5 08:00", agency="H99.3")]
    given(*at_once).just_before("1/6 00:00", agency="H99.3")
