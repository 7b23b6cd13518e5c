"""Form II.06a by hand-made dossiers, each column worked out on paper from the form's own headings."""

from __future__ import annotations

from datetime import datetime, timedelta
from hashlib import sha256
from itertools import pairwise

import pytest
from hypothesis import given as for_all
from hypothesis import settings
from hypothesis import strategies as st

from services.domain.dossier import Fact, fact_of_observation
from services.domain.fold import fold
from services.domain.statistics.cases import cases_of
from services.domain.statistics.count import count
from services.domain.statistics.definition import Due, Question
from services.domain.statistics.definitions.ii06a import DEFINITION
from services.domain.statistics.flow import flow
from services.domain.zones import offsets_of
from tests.builders import VIETNAM, at, connected, fact
from tests.unit.domain.agencies.province import BEGIN, agency, said
from tests.unit.domain.test_any_order import claims
from tests.unit.statistics.asking import APRIL, JULY, JUNE, ZONE, asked, figures


def accepted(when: str, **more: str) -> Fact:
    return fact("one-stop", "accepted", when, **more)


def finished(when: str) -> Fact:
    return fact("one-stop", "processing_finished", when)


@pytest.mark.parametrize(
    ("channel", "expected"),
    [
        ("online", {"3": 1, "4": 1, "11": 1, "12": 1}),
        ("direct", {"3": 1, "5": 1, "11": 1, "12": 1}),
        ("postal", {"3": 1, "5": 1, "11": 1, "12": 1}),
    ],
)
def test_received_in_the_period_by_channel(channel: str, expected: dict[str, int]) -> None:
    assert figures(DEFINITION, accepted("13/5 08:00", channel=channel, due_at="20/6 08:00")) == expected


def test_an_absent_channel_is_direct_on_the_form_and_said_beside_it() -> None:
    found = figures(DEFINITION, accepted("13/5 08:00", due_at="20/6 08:00"))
    assert found == {"3": 1, "5": 1, "11": 1, "12": 1, "received_channel_unknown": 1}


def test_early_on_time_and_late_by_the_local_day_of_the_due_date() -> None:
    before = accepted("20/4 08:00", due_at="10/5 17:00")
    assert figures(DEFINITION, before, finished("9/5 23:59")) == {"stock_before": 1, "3": 1, "6": 1, "7": 1, "8": 1}
    assert figures(DEFINITION, before, finished("10/5 00:00")) == {"stock_before": 1, "3": 1, "6": 1, "7": 1, "9": 1}
    assert figures(DEFINITION, before, finished("10/5 17:00")) == {"stock_before": 1, "3": 1, "6": 1, "7": 1, "9": 1}
    assert figures(DEFINITION, before, finished("10/5 17:01")) == {"stock_before": 1, "3": 1, "6": 1, "7": 1, "10": 1}
    assert figures(DEFINITION, before, finished("10/5 23:59"), due="day") == {
        "stock_before": 1,
        "3": 1,
        "6": 1,
        "7": 1,
        "9": 1,
    }
    assert figures(DEFINITION, before, finished("11/5 00:00"), due="day") == {
        "stock_before": 1,
        "3": 1,
        "6": 1,
        "7": 1,
        "10": 1,
    }


def test_without_a_due_date_it_is_resolved_and_in_no_class() -> None:
    found = figures(DEFINITION, accepted("20/4 08:00"), finished("10/5 08:00"))
    assert found == {"stock_before": 1, "3": 1, "6": 1, "7": 1, "resolved_no_due_date": 1}


def test_the_last_half_hour_of_a_quarter_belongs_to_it() -> None:
    facts = [accepted("20/6 08:00", due_at="30/6 17:00", channel="online"), finished("30/6 23:30")]
    found = figures(DEFINITION, *facts, opens=APRIL, closes=JULY, due="day")
    assert found == {"3": 1, "4": 1, "7": 1, "9": 1}
    assert figures(DEFINITION, *facts, opens=JULY, closes=at("1/10 00:00")) == {}


def test_refused_before_acceptance_is_on_no_line() -> None:
    assert (
        figures(DEFINITION, fact("portal", "submitted", "13/5 08:00"), fact("one-stop", "refused", "14/5 08:00")) == {}
    )


def test_an_open_supplement_is_in_column_12_or_by_the_switch_in_9() -> None:
    facts = [
        accepted("13/5 08:00", channel="online", due_at="25/5 08:00"),
        fact("one-stop", "supplement_requested", "20/5 08:00"),
    ]
    assert figures(DEFINITION, *facts) == {"3": 1, "4": 1, "11": 1, "12": 1}
    assert figures(DEFINITION, *facts, open_supplement="9") == {"3": 1, "4": 1, "7": 1, "9": 1}


def test_a_late_withdrawal_is_late_or_by_the_switch_on_time() -> None:
    facts = [accepted("13/5 08:00", channel="online", due_at="20/5 08:00"), fact("one-stop", "withdrawn", "22/5 08:00")]
    assert figures(DEFINITION, *facts) == {"3": 1, "4": 1, "7": 1, "10": 1}
    assert figures(DEFINITION, *facts, withdrawn="on_time") == {"3": 1, "4": 1, "7": 1, "9": 1}


def test_reopened_is_a_line_of_its_own_and_the_form_still_balances() -> None:
    facts = [
        accepted("13/5 08:00", channel="online", due_at="25/5 08:00"),
        finished("20/5 08:00"),
        fact("one-stop", "reopened", "3/6 08:00"),
    ]
    assert figures(DEFINITION, *facts) == {"3": 1, "4": 1, "7": 1, "8": 1}
    assert figures(DEFINITION, *facts, opens=JUNE, closes=JULY) == {"reopened": 1, "11": 1, "13": 1}


def test_a_void_dossier_leaves_every_column() -> None:
    facts = [accepted("13/5 08:00", due_at="20/6 08:00"), fact("one-stop", "voided", "3/6 08:00")]
    assert figures(DEFINITION, *facts, opens=JUNE, closes=JULY) == {"voided": 1, "stock_before": 1, "stock_voided": 1}


def test_rows_by_level_field_and_procedure_with_those_that_consolidate_them() -> None:
    declared = [
        agency("H99.1", "department"),
        said("procedure_declared", "9.1", title="Một", field="land", valid_from=BEGIN),
        said("procedure_declared", "9.2", title="Hai", field="land", valid_from=BEGIN),
    ]
    one = [accepted("13/5 08:00", channel="online", due_at="20/6 08:00", agency="H99.1", procedure="9.1")]
    two = [accepted("14/5 08:00", channel="direct", due_at="20/6 08:00", agency="H99.1", procedure="9.2")]
    lost = [accepted("15/5 08:00", channel="online", due_at="20/6 08:00", agency="H99.7", procedure="9.7")]
    counted = asked(DEFINITION, one, two, lost, by=("level", "field", "procedure"), declared=declared)
    assert [(dict(row.labels), row.figures["3"], row.figures["4"]) for row in counted.rows] == [
        ({"level": "province"}, 2, 1),
        ({"level": "province", "field": "land"}, 2, 1),
        ({"level": "province", "field": "land", "procedure": "9.1"}, 1, 1),
        ({"level": "province", "field": "land", "procedure": "9.2"}, 1, 0),
        ({"level": None}, 1, 1),
        ({"level": None, "field": None}, 1, 1),
        ({"level": None, "field": None, "procedure": "9.7"}, 1, 1),
    ]
    assert counted.total.hashes["3"] == sha256(b"one-stop/H-0\none-stop/H-1\none-stop/H-2\n").hexdigest()
    assert counted.total.hashes["10"] == sha256(b"").hexdigest()


@settings(max_examples=200, deadline=None)
@for_all(
    st.lists(claims(), max_size=16),
    st.lists(st.integers(-5, 80), min_size=2, max_size=4, unique=True),
    st.sampled_from(["instant", "day"]),
)
def test_it_counts_as_the_flow_report_does_where_both_have_a_figure(
    said: list[object], cuts: list[int], due: Due
) -> None:
    facts = [fact_of_observation(one) for one in said]  # type: ignore[arg-type]
    segments = fold(facts, connected({"one-stop": "one_stop", "portal": "provincial_portal"})).segments
    dossiers = [(segments, ("one-stop", "H-1"))]
    start = datetime(2024, 5, 13, 8, 0, tzinfo=VIETNAM)
    for opens, closes in pairwise(start + timedelta(minutes=cut) for cut in sorted(cuts)):
        question = Question(
            opens=opens,
            closes=closes,
            offsets=offsets_of(ZONE),
            due=due,
            switches={"open_supplement": "12", "withdrawn": "by_due_date"},
        )
        counted = count(cases_of(dossiers, opens=opens, closes=closes), DEFINITION, question, by=())
        assert not counted.breaches
        form, row = counted.total.figures, flow(dossiers, opens=opens, closes=closes, zone=ZONE, due=due).counts
        assert form["4"] == row["received_online"]
        assert form["5"] == row["received_direct"] + row["received_channel_unknown"]
        assert form["6"] == row["carried_over"]
        assert form["8"] + form["9"] == row["resolved_on_time"]  # type: ignore[operator]
        assert form["10"] == row["resolved_late"]
        assert form["12"] == row["in_hand_not_due"]
        assert form["13"] == row["in_hand_overdue"]
        assert form["reopened"] == row["reopened"]
        assert form["voided"] == row["voided"]
        assert form["resolved_no_due_date"] == row["resolved_no_due_date"]
        assert form["in_hand_no_due_date"] == row["in_hand_no_due_date"]
