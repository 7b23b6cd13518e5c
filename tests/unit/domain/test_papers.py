"""A dossier's papers by hand-made facts: what is there as a file, signed, paid, verified, and who waited for whom."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from hypothesis import given as for_all
from hypothesis import settings
from hypothesis import strategies as st

from services.domain.dossier import Fact
from services.domain.papers import Papers
from services.domain.statistics.flow import just_before
from tests.builders import at, connected, fact, retraction
from tests.builders import fact_of_observation as as_fact
from tests.specification import given

ACCEPTED = fact("one-stop", "accepted", "13/5 08:00")


def told(papers: Papers) -> dict[str, Any]:
    """What is known, without from when and to when."""
    return {name: value for name, value in zip(Papers._fields[2:], papers[2:], strict=True) if value is not None}


def now(*facts: Fact) -> dict[str, Any]:
    """What is known at the latest, however the facts arrive."""
    return told(given().when(ACCEPTED, *facts).dossier.papers[-1])


def digitised(when: str, **more: Any) -> Fact:
    return fact("one-stop", "component_digitised", when, **more)


def test_a_dossier_of_whose_papers_nobody_spoke_has_no_row() -> None:
    plain = [
        ACCEPTED,
        fact("one-stop", "forwarded", "14/5 08:00"),
        fact("one-stop", "processing_finished", "15/5 08:00"),
    ]
    assert given().when(*plain).dossier.papers == ()


def test_the_same_component_twice_is_one_whoever_says_it_and_unnamed_ones_are_told_by_their_item() -> None:
    facts = [
        digitised("14/5 08:00", component="G1"),
        digitised("15/5 08:00", component="G1"),
        digitised("14/5 09:00", item="1"),
        digitised("16/5 09:00", item="1"),
        digitised("14/5 09:00", item="2"),
        digitised("14/5 10:00"),
        digitised("14/5 11:00"),
    ]
    # G1, item 1, item 2, and two that are told apart only by their time.
    assert now(*facts) == {"components_digitised": 5}


def test_papers_of_different_names_in_one_moment_are_several() -> None:
    facts = [
        *(digitised("14/5 08:00", component=name) for name in ("G1", "G2")),
        *(fact("one-stop", "result_digitised", "14/5 08:00", result=name) for name in ("KQ1", "KQ2")),
        *(fact("one-stop", "document_signed", "14/5 08:00", document=name, digitally=True) for name in ("D1", "D2")),
    ]
    numbers = {"components_digitised": 2, "results_digitised": 2}
    assert now(*facts) == numbers | {"documents_signed": 2, "documents_signed_digitally": 2}
    given(ACCEPTED, *facts).judged()


def test_a_component_is_reused_if_any_word_on_it_says_so_and_not_known_while_none_does() -> None:
    one = digitised("14/5 08:00", component="G1", reused=False)
    assert now(one) == {"components_digitised": 1, "components_reused": 0}
    assert now(one, digitised("15/5 08:00", component="G1", reused=True)) == {
        "components_digitised": 1,
        "components_reused": 1,
    }
    assert now(digitised("14/5 08:00", component="G2")) == {"components_digitised": 1}


def test_documents_are_signed_digitally_once_one_signature_is() -> None:
    facts = [
        fact("one-stop", "document_signed", "14/5 08:00", document="D1", digitally=False),
        fact("one-stop", "document_signed", "15/5 08:00", document="D1", digitally=True),
        fact("one-stop", "document_signed", "16/5 08:00", document="D2", digitally=False),
        fact("one-stop", "result_digitised", "16/5 09:00", result="KQ1"),
    ]
    assert now(*facts) == {"documents_signed": 2, "documents_signed_digitally": 1, "results_digitised": 1}


def test_paid_online_is_the_portal_or_a_gateway_never_the_counter_and_not_known_where_unsaid() -> None:
    def paid(when: str, **more: Any) -> Fact:
        return fact("payments", "payment_confirmed", when, **more)

    assert now(paid("14/5 08:00", via="counter", amount_vnd=20_000)) == {"paid_online": False, "fee_zero": False}
    assert now(paid("14/5 08:00", via="national", amount_vnd=0)) == {"paid_online": True, "fee_zero": True}
    assert now(paid("14/5 08:00", via="local"), paid("15/5 08:00", via="counter")) == {"paid_online": True}
    assert given().when(ACCEPTED, paid("14/5 08:00")).dossier.papers == (Papers(at("14/5 08:00"), None),)
    # One payment of nothing and one whose amount was not said: not known. One of something settles it.
    assert now(paid("14/5 08:00", amount_vnd=0), paid("15/5 08:00")) == {}
    assert now(paid("14/5 08:00", amount_vnd=0), paid("15/5 08:00", amount_vnd=5)) == {"fee_zero": False}


def test_only_the_word_of_the_system_with_authority_counts() -> None:
    store = connected({"one-stop": "one_stop", "store": "result_store", "idp": "identity_platform"})
    facts = [
        ACCEPTED,
        digitised("14/5 08:00", component="G1"),
        fact("store", "component_digitised", "14/5 09:00", component="G2"),
        fact("one-stop", "identity_verified", "14/5 10:00"),
    ]
    assert told(given(*facts, connections=store).dossier.papers[-1]) == {"components_digitised": 1}
    facts.append(fact("idp", "identity_verified", "14/5 11:00"))
    assert told(given(*facts, connections=store).dossier.papers[-1])["identity_verified"] is True


def test_what_is_taken_back_or_corrected_was_never_so() -> None:
    one = digitised("14/5 08:00", component="G1", act_id="a")
    two = digitised("15/5 08:00", component="G2", act_id="b")
    back = as_fact(retraction("one-stop", "16/5 08:00", "component_digitised", named_id="a"))
    assert now(one, two, back) == {"components_digitised": 1}
    corrected = digitised("15/5 08:00", component="G1", act_id="b", revision=at("17/5 08:00"))
    assert now(one, two, corrected) == {"components_digitised": 1}


def test_the_citizen_s_time_is_what_passed_until_asked_papers_came() -> None:
    asked = fact("one-stop", "supplement_requested", "14/5 08:00")
    came = fact("one-stop", "supplement_received", "16/5 09:30")
    assert now(asked) == {"first_supplement_at": at("14/5 08:00"), "supplement_since": at("14/5 08:00")}
    # 14/5 08:00 to 16/5 09:30 is 49.5 hours: 178,200 seconds.
    assert now(asked, came) == {"first_supplement_at": at("14/5 08:00"), "supplement_seconds": 178_200}
    again = [
        fact("one-stop", "supplement_requested", "20/5 08:00"),
        fact("one-stop", "supplement_received", "20/5 09:00"),
    ]
    assert now(asked, came, *again)["supplement_seconds"] == 178_200 + 3_600


def test_two_requests_that_wait_at_once_are_waited_for_once() -> None:
    facts = [
        fact("one-stop", "supplement_requested", "14/5 08:00", round="1"),
        fact("one-stop", "supplement_requested", "14/5 10:00", round="2"),
        fact("one-stop", "supplement_received", "14/5 12:00", round="1"),
        fact("one-stop", "supplement_received", "14/5 13:00", round="2"),
    ]
    # From 08:00, when the first was asked for, to 13:00, when nothing was missing any more: five hours.
    assert now(*facts) == {"first_supplement_at": at("14/5 08:00"), "supplement_seconds": 5 * 3600}
    assert now(*facts[:3])["supplement_since"] == at("14/5 08:00")


def test_an_end_leaves_open_what_the_citizen_never_brought_and_a_reopening_does_not_ask_again() -> None:
    facts = [
        fact("one-stop", "supplement_requested", "14/5 08:00"),
        fact("one-stop", "processing_stopped", "30/5 08:00"),
    ]
    assert now(*facts)["supplement_since"] == at("14/5 08:00")
    reopened = fact("one-stop", "reopened", "31/5 08:00")
    assert now(*facts, reopened) == {"first_supplement_at": at("14/5 08:00")}


def test_papers_asked_for_before_the_acceptance_are_nobody_s_waiting() -> None:
    facts = [
        fact("portal", "submitted", "10/5 08:00"),
        fact("one-stop", "acceptance_supplement_requested", "11/5 08:00"),
        ACCEPTED,
    ]
    assert given().when(*facts).dossier.papers == ()


def test_the_national_portal_has_it_from_its_first_status_on() -> None:
    facts = [
        fact("national", "status_reported", "15/5 08:00", status=2),
        fact("national", "status_reported", "14/5 08:00", status=1),
    ]
    assert now(*facts) == {"national_at": at("14/5 08:00")}


acts = st.tuples(st.integers(0, 20), st.sampled_from(["G1", "G2", "G3"]), st.booleans())


@settings(max_examples=100, deadline=None)
@for_all(st.lists(acts, max_size=10, unique_by=lambda act: act[0]), st.randoms())
def test_at_every_moment_it_is_what_had_been_said_by_then(said: list[tuple[int, str, bool]], order: Any) -> None:
    start = at("14/5 08:00")
    facts = [
        fact("one-stop", "component_digitised", start + timedelta(minutes=minute), component=name, reused=reused)
        for minute, name, reused in said
    ]
    order.shuffle(facts)
    timeline = given().when(*facts).dossier.papers
    for minute in range(22):
        seen = just_before(timeline, start + timedelta(minutes=minute))
        by_then = [(name, reused) for at_minute, name, reused in said if at_minute < minute]
        counted = None if seen is None else (seen.components_digitised, seen.components_reused)
        expected = (len({name for name, _ in by_then}), len({name for name, reused in by_then if reused}))
        assert counted == (expected if by_then else None)
