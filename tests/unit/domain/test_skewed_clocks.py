"""Clocks of different systems differ by minutes: no status turns back, no pause is lost, nothing ends differently."""

from __future__ import annotations

from datetime import datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.codes import DossierStatus
from services.domain.dossier import Dossier, Fact
from services.domain.fold import fold
from tests.builders import USUAL_SYSTEMS, VIETNAM, connected, fact
from tests.specification import given as these

START = datetime(2024, 5, 13, 8, 0, tzinfo=VIETNAM)
CONNECTIONS = connected()
SKEWS = st.fixed_dictionaries({system: st.integers(-10, 10) for system in USUAL_SYSTEMS})
PHASES = {None: 0, 1: 1, 2: 2, 4: 3, 5: 3, 6: 3, 3: 4, 7: 4, 8: 4, 9: 4, 10: 4}


@st.composite
def ways(draw: st.DrawFn) -> list[Fact]:
    """One dossier's true way, each act told by the system that decides it, minutes apart, with a portal's echoes."""
    minute = 0
    told: list[Fact] = []
    statuses = draw(st.booleans())

    def tell(system: str, act: str, status: int | None = None, **data: object) -> None:
        nonlocal minute
        minute += draw(st.integers(1, 8))
        when = START + timedelta(minutes=minute)
        if statuses and status is not None:
            told.append(fact(system, "status_reported", when, code=f"{system}-1", status=status))
        else:
            told.append(fact(system, act, when, code=f"{system}-1", **data))
        if status is not None and system == "one-stop" and draw(st.booleans()):
            told.append(fact("national", "status_reported", when, code="national-1", status=status))

    tell("portal", "submitted", 1, channel="online")
    tell("one-stop", "accepted", 2)
    for number in range(draw(st.integers(0, 3))):
        kind = draw(st.sampled_from(["forward", "supplement", "payment"]))
        if kind == "forward":
            tell("one-stop", "forwarded", 4)
        elif kind == "supplement":
            tell("one-stop", "supplement_requested", 5)
            tell("one-stop", "supplement_received", 4)
        else:
            tell("one-stop", "financial_obligation_requested", None, reference=f"B-{number}")
            tell("payments", "payment_confirmed", None, reference=f"B-{number}")
    if draw(st.booleans()):
        tell("one-stop", "processing_finished", 9)
        if draw(st.booleans()):
            tell("one-stop", "result_returned", 10)
    elif draw(st.booleans()):
        tell("one-stop", "supplement_requested", 5)
    return told


def skewed(told: list[Fact], skews: dict[str, int]) -> Dossier:
    return fold(
        [one._replace(occurred_at=one.occurred_at + timedelta(minutes=skews[one.system])) for one in told], CONNECTIONS
    )


@settings(max_examples=300, deadline=None)
@given(ways(), SKEWS)
def test_skewed_clocks_end_in_the_same_status_and_never_turn_back(told: list[Fact], skews: dict[str, int]) -> None:
    true, seen = fold(told, CONNECTIONS).state({}), skewed(told, skews)
    state = seen.state({})
    assert (state.status, state.clock, state.outcome, state.channel) == (
        true.status,
        true.clock,
        true.outcome,
        true.channel,
    )
    for field in ("submitted_at", "accepted_at", "ended_at", "returned_at"):
        assert (getattr(state, field) is None) == (getattr(true, field) is None)
    phases = [PHASES[segment.status] for segment in seen.segments]
    assert phases == sorted(phases)


@settings(max_examples=300, deadline=None)
@given(ways(), SKEWS)
def test_skewed_clocks_lose_no_pause(told: list[Fact], skews: dict[str, int]) -> None:
    seen = skewed(told, skews)
    for one in told:
        if one.system != "one-stop" or not (one.act.endswith("_requested") or _status(one) is DossierStatus(5)):
            continue
        began = one.occurred_at + timedelta(minutes=skews["one-stop"])
        if _paid_by(told, one, skews) <= began:
            continue
        standing = next(segment for segment in reversed(seen.segments) if segment.occurred_from <= began)
        assert standing.clock == "paused"
        assert standing.paused_since is not None
        assert standing.paused_since <= began


def _paid_by(told: list[Fact], request: Fact, skews: dict[str, int]) -> datetime:
    reference = getattr(request.claim, "reference", None)
    paid = [
        one.occurred_at + timedelta(minutes=skews["payments"])
        for one in told
        if one.act == "payment_confirmed" and getattr(one.claim, "reference", None) == reference
    ]
    return paid[0] if reference is not None else request.occurred_at + timedelta(days=1)


def _status(one: Fact) -> object:
    return getattr(one.claim, "status", None)


def test_a_payment_whose_clock_is_behind_still_ends_the_pause() -> None:
    these(
        fact("one-stop", "accepted", "13/5 08:00"),
        fact("payments", "payment_confirmed", "13/5 09:55", reference="B-1"),
    ).when(
        fact("one-stop", "financial_obligation_requested", "13/5 10:00", reference="B-1"),
    ).then(status=4, clock="running").judged("reply_before_request")


def test_a_submission_whose_clock_is_ahead_sets_its_time_and_no_more() -> None:
    these(fact("one-stop", "accepted", "13/5 08:00")).when(
        fact("portal", "submitted", "13/5 08:07", channel="online"),
    ).then(status=2, submitted_at="13/5 08:07", accepted_at="13/5 08:00")


def test_a_stray_reply_of_the_same_system_closes_no_later_request() -> None:
    these(
        fact("one-stop", "accepted", "13/5 08:00"),
        fact("one-stop", "supplement_received", "13/5 09:00"),
    ).when(
        fact("one-stop", "supplement_requested", "13/5 10:00"),
    ).then(status=5, clock="paused")


def test_rounds_are_paired_by_their_number_not_by_their_time() -> None:
    these(
        fact("one-stop", "accepted", "13/5 08:00"),
        fact("one-stop", "supplement_requested", "13/5 09:00", round="1"),
        fact("one-stop", "supplement_requested", "13/5 10:00", round="2"),
    ).when(
        fact("one-stop", "supplement_received", "13/5 11:00", round="2"),
    ).then(status=5, clock="paused").just_before("13/5 12:00", paused_since="13/5 09:00").when(
        fact("one-stop", "supplement_received", "13/5 12:00", round="1"),
    ).then(status=4, clock="running")
