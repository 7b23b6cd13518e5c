"""The state is a function of the set of facts: any order, duplication, delay and split of the same observations."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contracts.claims import ACTS
from contracts.codes import SystemKind
from contracts.dossier_events import DossierState, encode, parse_current
from contracts.observations import Observation
from services.domain.authority import connections_of, is_tenant_level
from services.domain.dossier import CodeKey, Segment, codes_by_system, fact_of_observation
from services.domain.fold import extend, fold
from services.domain.identity import components
from services.domain.statistics.flow import Flow, flow
from tests.builders import VIETNAM, connecting, link, observation, retraction
from tests.specification import Outcome, outcome
from tests.unit.domain.log import Log

START = datetime(2024, 5, 13, 8, 0, tzinfo=VIETNAM)
SYSTEMS: dict[str, SystemKind] = {
    "national": "national_portal",
    "portal": "provincial_portal",
    "one-stop": "one_stop",
    "other-desk": "one_stop",
    "payments": "payment_platform",
}
CODES: list[CodeKey] = [
    ("one-stop", "H1"),
    ("one-stop", "H2"),
    ("other-desk", "X1"),
    ("portal", "P1"),
    ("portal", "P2"),
    ("national", "N1"),
    ("payments", "B1"),
]
PLAIN = [
    "submitted",
    "acceptance_supplement_requested",
    "accepted",
    "refused",
    "forwarded",
    "step_completed",
    "supplement_requested",
    "supplement_received",
    "financial_obligation_requested",
    "financial_obligation_fulfilled",
    "suspended",
    "resumed",
    "due_date_changed",
    "withdrawal_requested",
    "withdrawn",
    "processing_stopped",
    "processing_finished",
    "result_returned",
    "result_recalled",
    "reopened",
    "voided",
    "reassigned",
    "payment_confirmed",
    "component_digitised",
    "result_digitised",
    "document_signed",
    "identity_verified",
]
WORDS_ON_CODES = ["linked", "unlinked", "recoded"]
LABELLED = {
    "supplement_requested": "round",
    "supplement_received": "round",
    "financial_obligation_requested": "reference",
    "financial_obligation_fulfilled": "reference",
    "payment_confirmed": "reference",
}
DETAILS: dict[str, dict[str, list[Any]]] = {
    "reassigned": {"agency": ["A", "B"], "previous_agency": ["A", "B", None]},
    "payment_confirmed": {"via": ["national", "local", "counter", None], "amount_vnd": [0, 20_000, None]},
    "component_digitised": {"component": ["G1", "G2", None], "reused": [True, False, None]},
    "result_digitised": {"result": ["KQ1", None]},
    "document_signed": {"document": ["D1", None], "digitally": [True, False]},
}
moments = st.integers(0, 12).map(lambda steps: START + timedelta(minutes=5 * steps))
marks = st.one_of(st.none(), st.integers(1, 3).map(lambda days: START + timedelta(days=days)))


@st.composite
def claims(draw: st.DrawFn) -> Observation:
    """A status or an act, now and then with an id of its own, a revision mark, an attribute or a due date."""
    system, code = draw(st.sampled_from(CODES))
    act = draw(st.one_of(st.just("status_reported"), st.sampled_from(PLAIN)))
    data: dict[str, Any] = {}
    if draw(st.integers(0, 3)) == 0:
        data["channel"] = draw(st.sampled_from(["online", "direct"]))
    if draw(st.integers(0, 3)) == 0:
        data["agency"] = draw(st.sampled_from(["A", "B"]))
    if act == "status_reported":
        data["status"] = draw(st.integers(1, 10))
    if act in ("status_reported", "accepted", "due_date_changed", "reopened", "supplement_received"):
        due = draw(st.one_of(st.just(9), st.none(), st.just(4)))
        if due is not None or act == "due_date_changed":
            data["due_at"] = START + timedelta(days=due or 5)
    if act in LABELLED and draw(st.booleans()):
        data[LABELLED[act]] = draw(st.sampled_from(["1", "2"]))
    data |= {name: draw(st.sampled_from(values)) for name, values in DETAILS.get(act, {}).items()}
    claim = observation(
        system,
        act,
        draw(moments),
        code=code,
        act_id=draw(st.one_of(st.none(), st.none(), st.sampled_from(["a", "b"]))),
        sequence=draw(st.one_of(st.none(), st.integers(1, 3))),
        revision=draw(marks),
        **data,
    )
    # When it was seen is no part of the id: the same observation was seen at one time, whatever it is.
    return claim.model_copy(update={"observed_at": START + timedelta(days=1 + claim.id.int % 3)})


@st.composite
def retractions(draw: st.DrawFn) -> Observation:
    """An earlier act is taken back, whether or not anybody said it."""
    system, code = draw(st.sampled_from([*CODES, ("operator", "H1")]))
    acts = ["status_reported", "accepted", "processing_finished", *WORDS_ON_CODES, "system_connected", "retracted"]
    by_id = draw(st.booleans())
    return retraction(
        system,
        draw(moments),
        draw(st.sampled_from(acts)),
        code=code,
        named_id="a" if by_id else None,
        named_at=None if by_id else draw(moments),
        revision=draw(marks),
    )


@st.composite
def links(draw: st.DrawFn) -> Observation:
    """A word on two codes, by one of them or by an operator."""
    one = draw(st.sampled_from([*CODES, ("operator", "H1"), ("operator", "P1")]))
    other = draw(st.sampled_from(CODES))
    act = draw(st.sampled_from(["linked", *WORDS_ON_CODES]))
    if act == "recoded":
        system, code = one
        new_code = draw(st.sampled_from(["H1", "H2", "P1", "P2", "new"]))
        return observation(system, act, draw(moments), code=code, revision=draw(marks), new_code=new_code)
    return link(*one, *other, draw(moments), act=act)


@st.composite
def configuration(draw: st.DrawFn) -> Observation:
    """A system comes or goes, late or early."""
    system = draw(st.sampled_from(sorted(SYSTEMS)))
    since = draw(moments)
    if draw(st.booleans()):
        return observation(system, "system_disconnected", since, code=system)
    return connecting(
        system, SYSTEMS[system], since=since, agencies=draw(st.sampled_from([None, None, ("A",), ("B",)]))
    )


@st.composite
def histories(draw: st.DrawFn) -> list[Observation]:
    """What the systems of a small province say about a few codes."""
    said = [connecting(name, kind) for name, kind in SYSTEMS.items()]
    said += draw(st.lists(claims(), max_size=12))
    said += draw(st.lists(links(), max_size=5))
    said += draw(st.lists(retractions(), max_size=2))
    said += draw(st.lists(configuration(), max_size=2))
    return said


@st.composite
def arrivals(draw: st.DrawFn, said: list[Observation]) -> list[list[Observation]]:
    """The same observations in another order, some twice, cut into batches."""
    again = draw(st.lists(st.sampled_from(said), max_size=4))
    order = draw(st.permutations([*said, *again]))
    cuts = sorted(draw(st.lists(st.integers(0, len(order)), max_size=5)))
    edges = [0, *cuts, len(order)]
    return [list(order[a:b]) for a, b in pairwise(edges)]


def test_every_act_is_said_that_bears_on_a_dossier() -> None:
    drawn = {"status_reported", *PLAIN, *WORDS_ON_CODES, "retracted", "system_connected", "system_disconnected"}
    # What is declared of agencies, procedures and calendars counts in reports; how a dossier stands it leaves alone.
    declared = {"agency_declared", "agency_succeeded", "procedure_declared", "calendar_declared", "figures_submitted"}
    assert drawn | declared == {act for act, (_, scope) in ACTS.items() if scope != "announcement"}
    assert LABELLED.keys() | DETAILS.keys() <= drawn


def expected(said: list[Observation]) -> dict[frozenset[CodeKey], Outcome]:
    """Each dossier by its codes, concluded from all observations at once without any log."""
    facts = {one.id: one for one in map(fact_of_observation, said)}.values()
    connections = connections_of(fact for fact in facts if is_tenant_level(fact))
    about_dossiers = [fact for fact in facts if not is_tenant_level(fact)]
    spoken = {fact.key for fact in about_dossiers}
    return {
        codes: outcome(fold([fact for fact in about_dossiers if fact.key in codes], connections))
        for codes in components(spoken, about_dossiers)
        if codes & spoken
    }


def found(log: Log) -> dict[frozenset[CodeKey], Outcome]:
    """Each living dossier of a log by its codes."""
    return {held.codes: outcome(held.dossier) for held in log.living()}


def report(dossiers: Iterable[tuple[CodeKey, tuple[Segment, ...]]]) -> Flow:
    """A flow report over the middle of it all, with its list hashes."""
    return flow(
        ((segments, least) for least, segments in dossiers),
        opens=START + timedelta(minutes=20),
        closes=START + timedelta(minutes=40),
        zone=VIETNAM,
        due="instant",
    )


def check_log(log: Log) -> None:
    """What must hold of every log, whatever was said."""
    latest: dict[str, DossierState | None] = {}
    last: dict[str, int] = {}
    for position, event in enumerate(log.events, start=1):
        assert event.position == position
        assert event.previous == (None if event.subject == "tenant" else last.get(event.subject))
        assert parse_current(encode(event)) == event
        last[event.subject] = position
        latest[event.subject] = event.state
    assert len({event.id for event in log.events}) == len(log.events)
    for id_, entry in log.entries.items():
        held = log.read(id_)
        assert entry.last_position == last[str(id_)]
        state = latest[str(id_)]
        assert state is not None
        assert state.merged_into == entry.merged_into
        if entry.merged_into is None:
            assert state == held.dossier.state(codes_by_system(held.codes))
            assert all(log.codes[code] == id_ for code in held.codes)
            if not log.cold:
                assert outcome(log.cache[id_].dossier) == outcome(held.dossier)
                assert log.cache[id_].codes == held.codes


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(st.data())
def test_the_order_of_arrival_makes_no_difference(data: st.DataObject) -> None:
    said = data.draw(histories())
    log = Log(cold=data.draw(st.booleans()))
    log.record(*data.draw(arrivals(said)))
    check_log(log)
    should_be = expected(said)
    assert found(log) == should_be
    assert report((min(held.codes), held.dossier.segments) for held in log.living()) == report(
        (min(codes), segments) for codes, (_, segments, *_) in should_be.items()
    )


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.one_of(claims(), claims(), retractions()), max_size=14), st.data())
def test_one_fact_more_is_the_same_as_all_at_once(said: list[Observation], data: st.DataObject) -> None:
    config = [connecting(name, kind) for name, kind in SYSTEMS.items()]
    config += data.draw(st.lists(configuration(), max_size=2))
    connections = connections_of(map(fact_of_observation, config))
    facts = [fact_of_observation(one) for one in said]
    if data.draw(st.booleans()):
        facts.sort(key=lambda fact: fact.occurred_at)
    dossier = fold((), connections)
    for number, fact in enumerate(facts, start=1):
        dossier = extend(dossier, fact, connections)
        assert outcome(dossier) == outcome(fold(facts[:number], connections))


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.one_of(claims(), claims(), retractions()), min_size=1, max_size=10), st.data())
def test_what_was_gone_on_from_stays_as_it_was(said: list[Observation], data: st.DataObject) -> None:
    connections = connections_of(fact_of_observation(connecting(name, kind)) for name, kind in SYSTEMS.items())
    facts = list({one.id: fact_of_observation(one) for one in said}.values())
    if data.draw(st.booleans()):
        facts.sort(key=lambda fact: fact.occurred_at)
    # A batch that could not be written is recorded again from where it began, maybe with other facts.
    begin = data.draw(st.integers(0, len(facts)))
    before = fold(facts[:begin], connections)
    for rest in (facts[begin:], facts[begin:][::-1], facts[begin:][1:]):
        dossier = before
        for number, fact in enumerate(rest, start=1):
            dossier = extend(dossier, fact, connections)
            assert dossier.facts == (*facts[:begin], *rest[:number])
            assert outcome(dossier) == outcome(fold(dossier.facts, connections))
        assert before.facts == tuple(facts[:begin])
        assert outcome(before) == outcome(fold(facts[:begin], connections))
