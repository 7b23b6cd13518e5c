"""Every figure that other code computed from the raw log, computed again from what the mappings make of it."""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import pytest

from contracts.observations import Observation, parse_observation
from contracts.topics import OBSERVATIONS
from services.domain.authority import connections_of, is_tenant_level
from services.domain.dossier import Dossier, Fact, fact_of_observation
from services.domain.fold import fold
from services.domain.statistics.cases import cases_of
from services.domain.statistics.count import count
from services.domain.statistics.definition import Question
from services.domain.statistics.definitions.ii06a import DEFINITION as II06A
from services.domain.statistics.flow import Due, flow
from services.domain.zones import offsets_of
from services.messaging.memory import MemoryBroker
from services.parking.memory import MemoryQuarantine
from services.runtime.clock import SystemClock
from services.sources.file import parts
from services.sources.importing import import_files
from services.sources.mapping import load_mapping
from services.sources.memory import MemoryContentMemory
from tests.real.receipt.answers import in_their_words
from tests.real.receipt.conftest import HERE

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
SEEN = datetime(2024, 6, 1, tzinfo=UTC)
NOT_THERE = (
    *("reopened", "voided", "resolved_no_due_date", "in_hand_no_due_date", "received_channel_unknown"),
    *("transferred_in", "transferred_out", "stock_voided"),
)
_NAMED: dict[Due, str] = {"instant": "status", "day": "status_day"}
ONLINE, DIRECT = ("Internet", "e-mail"), ("Desk", "Post", "Intern")


def observations(mapping_file: Path, files: Sequence[Path]) -> list[Observation]:
    """What importing the files puts on the topic."""
    mapping = load_mapping(mapping_file)
    broker = MemoryBroker(SystemClock())
    tally = asyncio.run(
        import_files(
            mapping,
            parts(mapping, files),
            source=mapping_file.name,
            publisher=broker.publisher(),
            memory=MemoryContentMemory(),
            quarantine=MemoryQuarantine(),
            observed_at=SEEN,
            told=lambda _part, _read: None,
        )
    )
    assert (tally.refused, tally.contradictions, tally.broken) == (0, 0, [])
    return [parse_observation(record.value) for record in broker.records(OBSERVATIONS.name)]


@pytest.fixture(scope="module")
def from_tables(data: Path) -> list[Observation]:
    return observations(HERE / "csv.toml", [data / "cases.csv.gz", data / "events.csv.gz"])


@pytest.fixture(scope="module")
def dossiers(from_tables: list[Observation]) -> dict[str, Dossier]:
    """Each dossier by its code, concluded from its facts."""
    return _concluded(from_tables)


def _concluded(said: Sequence[Observation]) -> dict[str, Dossier]:
    facts = [fact_of_observation(one) for one in said]
    connections = connections_of([fact for fact in facts if is_tenant_level(fact)])
    by_code: defaultdict[str, list[Fact]] = defaultdict(list)
    for fact in facts:
        if not is_tenant_level(fact):
            by_code[fact.code].append(fact)
    return {code: fold(own, connections) for code, own in by_code.items()}


def test_the_log_as_xes_gives_the_very_same_observations(data: Path, from_tables: list[Observation]) -> None:
    from_log = observations(HERE / "xes.toml", [data / "receipt.xes.gz"])
    assert len(from_log) == len({one.id for one in from_log}) == 8577 + 1434 + 1329 + 1
    assert {one.id: one for one in from_log} == {one.id: one for one in from_tables}


def test_no_name_of_a_person_is_in_any_observation(from_tables: list[Observation]) -> None:
    assert not any("Resource" in one.model_dump_json() for one in from_tables)


def row(dossiers: dict[str, Dossier], opens: datetime, closes: datetime, zone: tzinfo, due: Due) -> dict[str, int]:
    counted = flow(
        ((dossier.segments, ("permit-desk", code)) for code, dossier in dossiers.items()),
        opens=opens,
        closes=closes,
        zone=zone,
        due=due,
    )
    assert counted.balances
    return in_their_words(dict(counted.counts))


def form(dossiers: dict[str, Dossier], opens: datetime, closes: datetime, zone: ZoneInfo, due: Due) -> dict[str, int]:
    """The same figures read off the columns of form II.06a, which must balance."""
    opens, closes = opens.astimezone(UTC), closes.astimezone(UTC)
    question = Question(
        opens=opens,
        closes=closes,
        offsets=offsets_of(zone),
        due=due,
        switches={switch.name: switch.default for switch in II06A.switches},
    )
    timelines = ((dossier.segments, ("permit-desk", code)) for code, dossier in dossiers.items())
    counted = count(cases_of(timelines, opens=opens, closes=closes), II06A, question, by=())
    assert not counted.breaches
    printed = {key: figure for key, figure in counted.total.figures.items() if isinstance(figure, int)}
    # This log has no reopening, no void, no channel left out and a due date everywhere.
    assert {printed[key] for key in NOT_THERE} == {0}
    assert printed["3"] == printed["7"] + printed["11"]
    assert printed["stock_before"] == printed["6"]
    return {
        "carried_over": printed["6"],
        "received": printed["4"] + printed["5"],
        "received_online": printed["4"],
        "received_direct": printed["5"],
        "released": printed["7"],
        "released_on_time": printed["8"] + printed["9"],
        "released_late": printed["10"],
        "in_hand_end": printed["11"],
        "in_hand_overdue": printed["13"],
        "in_hand_undue": printed["12"],
    }


def month(name: str, zone: tzinfo) -> tuple[datetime, datetime]:
    """First instant of the month, and first instant after it."""
    first = date.fromisoformat(f"{name}-01")
    following = date(first.year + first.month // 12, first.month % 12 + 1, 1)
    return (
        datetime(first.year, first.month, 1, tzinfo=zone),
        datetime(following.year, following.month, 1, tzinfo=zone),
    )


def test_every_month_is_right(dossiers: dict[str, Dossier], truth: dict[str, Any]) -> None:
    ours = {name: row(dossiers, *month(name, AMSTERDAM), AMSTERDAM, "instant") for name in truth["monthly_report"]}
    assert ours == truth["monthly_report"]


def test_every_month_of_the_form_is_right(dossiers: dict[str, Dossier], truth: dict[str, Any]) -> None:
    ours = {name: form(dossiers, *month(name, AMSTERDAM), AMSTERDAM, "instant") for name in truth["monthly_report"]}
    assert ours == truth["monthly_report"]


@pytest.mark.parametrize(("due", "name"), [("instant", "status"), ("day", "status_day")])
def test_the_form_of_all_months_together_is_right_by_both_readings(
    dossiers: dict[str, Dossier], truth: dict[str, Any], due: Due, name: str
) -> None:
    whole = form(dossiers, *_whole(), AMSTERDAM, due)
    assert whole["received"] == truth["cases"]
    assert {
        "open": whole["in_hand_end"],
        "on_time": whole["released_on_time"],
        "late": whole["released_late"],
    } == truth[name]


@pytest.mark.parametrize("due", ["instant", "day"])
def test_the_form_by_the_month_of_reception_and_of_the_end_is_right(
    dossiers: dict[str, Dossier], truth: dict[str, Any], due: Due
) -> None:
    months = {name: form(dossiers, *month(name, AMSTERDAM), AMSTERDAM, due) for name in truth["received_by_month"]}
    assert {name: one["received"] for name, one in months.items()} == truth["received_by_month"]
    assert {name: one["released"] for name, one in months.items()} == truth["resolved_by_month"]
    # What is late by the day is late by the instant, and over all months as many as the right answers say.
    assert sum(one["released_late"] for one in months.values()) == truth[_NAMED[due]]["late"]
    assert sum(one["released_on_time"] for one in months.values()) == truth[_NAMED[due]]["on_time"]


@pytest.mark.parametrize("words", [ONLINE, DIRECT])
def test_the_form_of_one_channel_alone_is_right(
    dossiers: dict[str, Dossier], truth: dict[str, Any], words: tuple[str, ...]
) -> None:
    some = {
        code: dossier
        for code, dossier in dossiers.items()
        if (dossier.segments[-1].channel == "online") == (words is ONLINE)
    }
    theirs = _sum(truth["by_channel"][word] for word in words)
    whole = form(some, *_whole(), AMSTERDAM, "instant")
    assert whole["received_online" if words is ONLINE else "received_direct"] == whole["received"] == theirs["received"]
    assert [whole[key] for key in ("released_on_time", "released_late", "in_hand_end")] == [
        theirs.get(key, 0) for key in ("on_time", "late", "open")
    ]


@pytest.mark.parametrize("due", ["instant", "day"])
def test_received_and_resolved_by_month_are_right(
    dossiers: dict[str, Dossier], truth: dict[str, Any], due: Due
) -> None:
    rows = {name: row(dossiers, *month(name, AMSTERDAM), AMSTERDAM, due) for name in truth["received_by_month"]}
    assert {name: one["received"] for name, one in rows.items()} == truth["received_by_month"]
    assert {name: one["released"] for name, one in rows.items()} == truth["resolved_by_month"]


def test_months_cut_in_utc_are_other_months(dossiers: dict[str, Dossier], truth: dict[str, Any]) -> None:
    utc = truth["received_by_month_utc"]
    assert {name: row(dossiers, *month(name, UTC), UTC, "instant")["received"] for name in utc} == utc


@pytest.mark.parametrize(("due", "name"), [("instant", "status"), ("day", "status_day")])
def test_both_readings_of_the_due_date_are_right(
    dossiers: dict[str, Dossier], truth: dict[str, Any], due: Due, name: str
) -> None:
    assert _status(dossiers, due) == truth[name]


def test_status_by_the_month_of_reception_is_right(dossiers: dict[str, Dossier], truth: dict[str, Any]) -> None:
    by_month: defaultdict[str, dict[str, Dossier]] = defaultdict(dict)
    for code, dossier in dossiers.items():
        accepted = dossier.segments[-1].accepted_at
        assert accepted is not None
        by_month[accepted.astimezone(AMSTERDAM).strftime("%Y-%m")][code] = dossier
    ours = {name: _present(_status(some, "instant")) for name, some in by_month.items()}
    assert ours == truth["status_by_month_received"]


def test_what_is_open_at_the_end_of_the_data_is_right(dossiers: dict[str, Dossier], truth: dict[str, Any]) -> None:
    end = row(dossiers, *(_whole()[0], datetime(2012, 1, 24, tzinfo=AMSTERDAM)), AMSTERDAM, "instant")
    assert {"overdue": end["in_hand_overdue"], "not_due": end["in_hand_undue"]} == truth["open_as_of"]


def test_departments_are_right(dossiers: dict[str, Dossier], truth: dict[str, Any]) -> None:
    parts_of = _grouped(dossiers, lambda dossier: dossier.segments[-1].agency)
    ours = {name: _present({"received": len(some), **_status(some, "instant")}) for name, some in parts_of.items()}
    assert ours == truth["by_department"]


def test_channels_are_right(dossiers: dict[str, Dossier], truth: dict[str, Any]) -> None:
    parts_of = _grouped(dossiers, lambda dossier: dossier.segments[-1].channel)
    ours = {name: _present({"received": len(some), **_status(some, "instant")}) for name, some in parts_of.items()}
    theirs = {
        "online": _sum(truth["by_channel"][word] for word in ONLINE),
        "direct": _sum(truth["by_channel"][word] for word in ("Desk", "Intern")),
        "postal": _sum([truth["by_channel"]["Post"]]),
    }
    assert ours == theirs
    whole = row(dossiers, *_whole(), AMSTERDAM, "instant")
    assert whole["received_online"] == sum(truth["by_channel"][word]["received"] for word in ONLINE)
    assert whole["received_direct"] == sum(truth["by_channel"][word]["received"] for word in DIRECT)


def test_steps_are_counted_as_they_are_named(from_tables: list[Observation], truth: dict[str, Any]) -> None:
    steps = Counter(one.data.step for one in from_tables if one.act == "step_completed")  # type: ignore[attr-defined]
    assert steps == truth["events_by_activity"]


def test_the_traps_of_the_data_are_remarked_on(dossiers: dict[str, Dossier], truth: dict[str, Any]) -> None:
    traps = truth["anomalies"]
    judged = [(code, one.kind) for code, dossier in dossiers.items() for one in dossier.judgements]
    backwards = {code for code, kind in judged if kind == "end_before_acceptance"}
    assert backwards == set(traps["enddate before startdate"])
    after_the_end = [code for code, kind in judged if kind == "unexpected_transition"]
    assert len(after_the_end) == traps["events after enddate"]
    assert len(set(after_the_end)) == traps["cases with an event after enddate"]


class StepSaid(NamedTuple):
    at: datetime
    name: str
    unit: str
    id: str | None


@dataclass(frozen=True, slots=True)
class Case:
    """One dossier as the imported observations tell it, in the order in which they came."""

    accepted_at: datetime
    due_at: datetime
    ended_at: datetime | None
    steps: tuple[StepSaid, ...]

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(step.name for step in self.steps)

    @property
    def after_the_end(self) -> list[timedelta]:
        return [step.at - self.ended_at for step in self.steps if self.ended_at is not None and step.at > self.ended_at]


@pytest.fixture(scope="module")
def cases(from_tables: list[Observation]) -> dict[str, Case]:
    """What was imported, by code; no conclusion of ours is in it."""
    said: defaultdict[str, list[Any]] = defaultdict(list)
    for one in from_tables:
        if one.act != "system_connected":
            said[one.code].append(one)
    return {code: _case(own) for code, own in said.items()}


def _case(own: Sequence[Any]) -> Case:
    (accepted,) = [one for one in own if one.act == "accepted"]
    ends = [one.occurred_at for one in own if one.act == "processing_finished"]
    steps = [one for one in own if one.act == "step_completed"]
    return Case(
        accepted_at=accepted.occurred_at,
        due_at=accepted.data.due_at,
        ended_at=ends[0] if ends else None,
        # This desk writes EMPTY where a step has no group, which the mapping makes absent.
        steps=tuple(StepSaid(one.occurred_at, one.data.step, one.data.unit or "EMPTY", one.act_id) for one in steps),
    )


Cases = dict[str, Case]
FIGURES: dict[str, Callable[[Cases], Any]] = {
    "cases": len,
    "events": lambda cases: len(_steps(cases)),
    "activities": lambda cases: len({step.name for step in _steps(cases)}),
    "groups": lambda cases: len({step.unit for step in _steps(cases)}),
    "span_start_to_last_event": lambda cases: [
        _written(min(case.accepted_at for case in cases.values())),
        _written(max(step.at for step in _steps(cases))),
    ],
    "events_by_activity": lambda cases: Counter(step.name for step in _steps(cases)),
    "events_by_month": lambda cases: Counter(_month(step.at, AMSTERDAM) for step in _steps(cases)),
    "events_by_group": lambda cases: Counter(step.unit for step in _steps(cases)),
    "cases_with": lambda cases: {
        "receipt confirmation made (Confirmation of receipt)": _with(cases, "Confirmation of receipt"),
        "receipt printed and sent (T05)": _with(cases, "T05"),
        "receipt adjusted (T03)": _with(cases, "T03"),
        "external advice asked (T08)": _with(cases, "T08"),
        "stop advice handled (T07* or T09*)": _with(cases, "T07", "T09"),
        "hold/stop report (T16,T17,T18,T19,T20)": _with(cases, "T16", "T17", "T18", "T19", "T20"),
        "no licence needed document (T11-T15)": _with(cases, "T11", "T12", "T13", "T14", "T15"),
        "no-licence letter sent (T15)": _with(cases, "T15"),
        "stop report sent (T20)": _with(cases, "T20"),
        "only the first event": sum(len(case.steps) == 1 for case in cases.values()),
    },
    "variants": lambda cases: len({case.names for case in cases.values()}),
}
TRAPS: dict[str, Callable[[Cases], Any]] = {
    "missing enddate": lambda cases: _count(cases, lambda case: case.ended_at is None),
    "enddate before startdate": lambda cases: sorted(
        code for code, case in cases.items() if case.ended_at is not None and case.ended_at < case.accepted_at
    ),
    "cases with an event after enddate": lambda cases: _count(cases, lambda case: bool(case.after_the_end)),
    "events after enddate": lambda cases: sum(len(case.after_the_end) for case in cases.values()),
    "events more than 60 s after enddate": lambda cases: sum(
        late > MINUTE for case in cases.values() for late in case.after_the_end
    ),
    "cases with an event more than 60 s after enddate": lambda cases: _count(
        cases, lambda case: any(late > MINUTE for late in case.after_the_end)
    ),
    "first event before startdate": lambda cases: sorted(
        code for code, case in cases.items() if case.steps[0].at < case.accepted_at
    ),
    "events before startdate": lambda cases: sum(
        step.at < case.accepted_at for case in cases.values() for step in case.steps
    ),
    "events out of order inside the case (file order)": lambda cases: sum(
        later.at < step.at for case in cases.values() for step, later in pairwise(case.steps)
    ),
    "equal timestamps inside a case": lambda cases: _count(
        cases, lambda case: len({step.at for step in case.steps}) < len(case.steps)
    ),
    "duplicate concept:instance": lambda cases: len(_steps(cases)) - len({step.id for step in _steps(cases)}),
    "cases whose month differs between wall clock and UTC (startdate)": lambda cases: _count(
        cases, lambda case: _month(case.accepted_at, AMSTERDAM) != _month(case.accepted_at, UTC)
    ),
    "enddate on deadline day but after the deadline instant": lambda cases: _count(
        cases,
        lambda case: (
            case.ended_at is not None and case.ended_at > case.due_at and _day(case.ended_at) == _day(case.due_at)
        ),
    ),
    # Its name reads the other way round: in the raw file 1,403 first events come more than a day after the start.
    "startdate later than 1 day before first event": lambda cases: _count(
        cases, lambda case: case.steps[0].at - case.accepted_at > timedelta(days=1)
    ),
    "traces not sorted by start in file": lambda cases: sum(
        later.accepted_at < case.accepted_at for case, later in pairwise(cases.values())
    ),
    "open cases whose last activity is T10 or T05 (receipt phase complete, no enddate)": lambda cases: _count(
        cases, lambda case: case.ended_at is None and case.names[-1].startswith(("T10", "T05"))
    ),
    "one-event cases and whether they have an enddate": lambda cases: {
        "with": _count(cases, lambda case: len(case.steps) == 1 and case.ended_at is not None),
        "without": _count(cases, lambda case: len(case.steps) == 1 and case.ended_at is None),
    },
}
CONCLUDED = {
    *("received_by_month", "received_by_month_utc", "resolved_by_month", "status", "status_day", "open_as_of"),
    *("by_department", "by_channel", "by_group", "status_by_month_received", "monthly_report"),
}
"""Compared above and below with what is concluded from the observations."""
NOT_SAID = {
    "definitions": "words that say what the other keys mean",
    "resources": "counts persons; their names are left out of the log on purpose",
    "anomalies": "compared name by name, below",
}
TRAPS_NOT_SAID = {
    "missing group": "the desk's group of a whole dossier is no part of the mapping; by_group compares it",
    "deadline differs from enddate_planned by more than a second": "a dossier has one due date; the plan is not",
}
MINUTE = timedelta(seconds=60)


@pytest.mark.parametrize("name", FIGURES)
def test_what_was_imported_says_the_figure(cases: Cases, truth: dict[str, Any], name: str) -> None:
    assert FIGURES[name](cases) == truth[name]


@pytest.mark.parametrize("name", TRAPS)
def test_what_was_imported_has_the_trap(cases: Cases, truth: dict[str, Any], name: str) -> None:
    assert TRAPS[name](cases) == truth["anomalies"][name]


def test_no_right_answer_is_left_without_a_comparison_or_a_reason(truth: dict[str, Any]) -> None:
    assert set(truth) == CONCLUDED | FIGURES.keys() | NOT_SAID.keys()
    assert set(truth["anomalies"]) == TRAPS.keys() | TRAPS_NOT_SAID.keys()


# The source's own words stand where an agency does, so that nothing is put together.
@pytest.mark.parametrize(("column", "name"), [("channel", "by_channel"), ("group", "by_group")])
def test_figures_by_the_sources_own_words_are_right(
    data: Path, truth: dict[str, Any], tmp_path: Path, column: str, name: str
) -> None:
    rules = (HERE / "csv.toml").read_text(encoding="utf-8")
    by_column = rules.replace('agency = "department"', f'agency = "{column}"')
    assert by_column != rules
    (tmp_path / "words.toml").write_text(by_column, encoding="utf-8")
    parts_of = _grouped(
        _concluded(observations(tmp_path / "words.toml", [data / "cases.csv.gz"])),
        lambda dossier: dossier.segments[-1].agency or "(none)",
    )
    ours = {word: _present({"received": len(some), **_status(some, "instant")}) for word, some in parts_of.items()}
    assert (ours if name == "by_channel" else {word: row["received"] for word, row in ours.items()}) == truth[name]


def _steps(cases: Cases) -> list[StepSaid]:
    return [step for case in cases.values() for step in case.steps]


def _count(cases: Cases, fits: Callable[[Case], bool]) -> int:
    return sum(fits(case) for case in cases.values())


def _with(cases: Cases, *beginnings: str) -> int:
    return _count(cases, lambda case: any(name.startswith(beginnings) for name in case.names))


def _month(at: datetime, zone: tzinfo) -> str:
    return at.astimezone(zone).strftime("%Y-%m")


def _day(at: datetime) -> date:
    return at.astimezone(AMSTERDAM).date()


def _written(at: datetime) -> str:
    return at.astimezone(AMSTERDAM).isoformat(timespec="milliseconds")


def _whole() -> tuple[datetime, datetime]:
    return datetime(2010, 10, 1, tzinfo=AMSTERDAM), datetime(2012, 2, 1, tzinfo=AMSTERDAM)


def _status(dossiers: dict[str, Dossier], due: Due) -> dict[str, int]:
    whole = row(dossiers, *_whole(), AMSTERDAM, due)
    return {"on_time": whole["released_on_time"], "late": whole["released_late"], "open": whole["in_hand_end"]}


def _present(counts: dict[str, int]) -> dict[str, int]:
    return {name: count for name, count in counts.items() if count}


def _sum(rows: Iterable[dict[str, int]]) -> dict[str, int]:
    total: Counter[str] = Counter()
    for one in rows:
        total.update(one)
    return dict(total)


def _grouped(dossiers: dict[str, Dossier], by: Any) -> dict[str, dict[str, Dossier]]:
    groups: defaultdict[str, dict[str, Dossier]] = defaultdict(dict)
    for code, dossier in dossiers.items():
        groups[by(dossier)][code] = dossier
    return dict(groups)
