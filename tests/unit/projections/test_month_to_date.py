"""Live figures are those of the batch engine, at every position and for every day, with what midnight changes."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from services.domain.agencies.dimension import Agencies
from services.domain.periods import period_of
from services.domain.reference import AGENCY_TYPES, reference_of
from services.domain.statistics.count import count
from services.domain.statistics.definition import Question
from services.domain.statistics.definitions.ii06a import DEFINITION
from services.domain.statistics.month_figures import CELLS, CELLS_BEFORE, FORM, MODE, AgencyFigures, figures_of
from services.domain.statistics.month_to_date import CLASSES, DUE, Held, steps
from services.domain.statistics.seats import seat
from services.domain.zones import offsets_of
from services.event_store.folding import tenant_facts
from services.event_store.memory import MemoryEventStore
from services.projections.agency_day import ZONE
from services.projections.cases import CasesQuery
from services.projections.cases_memory import ReferenceCases
from services.projections.keep import PROJECTIONS, Keeper
from services.projections.memory import MemoryReadModels
from services.projections.month_to_date import NAME, project
from services.projections.rebuild import rebuild
from services.projections.tables import StepRow
from tests.flows import in_figures
from tests.unit.projections.made_log import MadeLog
from tests.unit.projections.tellings import Told, Turn, change, tellings, timeline

ACTS = (
    *("submitted", "accepted", "accepted", "accepted", "supplement_requested", "supplement_received", "linked"),
    *("unlinked", "processing_finished", "processing_finished", "reopened", "withdrawn", "voided", "due_date_changed"),
    *("reassigned", "retracted"),
)
FIRST = date(2024, 1, 30)
MIDNIGHT = datetime(2024, 1, 29, 17, 0, tzinfo=UTC)
"""With which `FIRST` begins in Viet Nam."""
DAYS = [FIRST + timedelta(days=number) for number in (-1, 0, 1, 2, 3, 4, 29, 30, 31, 32, 33, 62, 63)]
"""Two ends of a month and what follows them; 31 January is FIRST + 1, 29 February FIRST + 30."""
QUESTION = {"open_supplement": "12", "withdrawn": "by_due_date"}

days_and_edges = st.tuples(
    st.sampled_from([-1, 0, 1, 2, 3, 29, 30, 31, 32]),
    st.sampled_from([timedelta(0), timedelta(microseconds=-1), timedelta(hours=9), timedelta(hours=17)]),
).map(lambda drawn: MIDNIGHT + timedelta(days=drawn[0]) + drawn[1])
said = st.lists(
    st.tuples(
        st.sampled_from(["1", "2", "3"]),
        st.sampled_from(ACTS),
        days_and_edges,
        st.sampled_from([None, "H99.1", "H99.2", "H99.3"]),
        st.sampled_from([None, "online", "direct"]),
        st.none() | days_and_edges,
    ),
    max_size=14,
)
Claim = tuple[str, str, datetime, str | None, str | None, datetime | None]

MERGED_ON, RENAMED_ON = FIRST + timedelta(days=2), FIRST + timedelta(days=1)
DECLARED: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("agency_declared", "H99.1", {"valid_from": date(2019, 1, 1)}),
    ("agency_declared", "H99.2", {"valid_from": date(2019, 1, 1)}),
    ("agency_declared", "H99.3", {"valid_from": FIRST, "valid_to": FIRST + timedelta(days=31)}),
    ("agency_declared", "H99.4", {"valid_from": RENAMED_ON}),
    ("agency_succeeded", "H99.1", {"kind": "merged_into", "to": ("H99.2",), "on": MERGED_ON}),
    ("agency_succeeded", "H99.2", {"kind": "renamed", "to": ("H99.4",), "on": RENAMED_ON}),
)
"""One agency is renamed on 31 January, one merged on 1 February; one ends on 1 March, and nobody has its work."""
declared = st.lists(st.tuples(st.sampled_from(DECLARED), st.integers(0, 14)), max_size=4)


def recorded(claims: Sequence[Claim], declarations: Sequence[tuple[tuple[str, str, dict[str, Any]], int]]) -> MadeLog:
    """What one system says of three dossiers and of their links, and an operator of agencies, as it is learnt."""
    log = MadeLog()
    log.connect(("one-stop", "one_stop"), ("portal", "provincial_portal"))
    for number in range(15):
        for (act, agency, data), place in declarations:
            if place == number:
                more = {"title": agency, "level": "commune"} if act == "agency_declared" else {}
                log.say("operator", agency, act, MIDNIGHT, data | more)
        if number < len(claims):
            say(log, *claims[number])
    return log


def say(
    log: MadeLog, code: str, act: str, at: datetime, agency: str | None, channel: str | None, due_at: datetime | None
) -> None:
    data: dict[str, Any] = {
        "linked": {"system": "portal", "code": "1"},
        "unlinked": {"system": "portal", "code": "1"},
        "retracted": {"act": "processing_finished", "act_id": "x"},
        "due_date_changed": {"due_at": due_at or at, "previous_due_at": at, "reason": "x"},
        "reassigned": {"agency": agency or "H99.1"},
    }.get(act) or {"agency": agency, "channel": channel}
    if act in {"accepted", "reopened", "supplement_received"}:
        data["due_at"] = due_at
    more = {"act_id": "x"} if act == "processing_finished" and agency else {}
    log.say("one-stop", code, act, at, {name: value for name, value in data.items() if value is not None}, **more)


async def stored(log: MadeLog) -> MemoryEventStore:
    store = MemoryEventStore()
    async with store.writer(log.tenant) as writer:
        await writer.append(log.stored(), log.identity())
    return store


Figures = dict[str | None, dict[str, int]]
"""Agency → cell → figure that is not 0."""


def batch(cases: pl.DataFrame, agencies: Agencies, day: date) -> tuple[Figures, dict[str | None, int]]:
    """What the definition counts of these cases from the first of the month to this day, and what falls due on it."""
    period = period_of(day.replace(day=1), day, ZONE)
    question = Question(
        opens=period.opens, closes=period.closes, offsets=offsets_of(ZONE), due="day", switches=QUESTION
    )
    seated, _ = seat(cases, question, agencies, MODE, day)
    counted = count(seated, DEFINITION, question, by=("agency",))
    figures = {
        row.labels["agency"]: {key: int(figure) for key, figure in row.figures.items() if figure}
        for row in counted.rows
    }
    today = period_of(day, day, ZONE)
    due = seated.filter(
        pl.col("accepted_at").is_not_null(),
        pl.col("ended_at").is_null(),
        ~pl.col("void"),
        pl.col("due_at") >= today.opens,
        pl.col("due_at") < today.closes,
        pl.col("paused_since").is_null(),
    )
    return figures, dict(due.group_by("agency").len().iter_rows())


def nonzero(found: dict[str | None, AgencyFigures]) -> tuple[Figures, dict[str | None, int]]:
    figures = {code: {key: figure for key, figure in each.cells.items() if figure} for code, each in found.items()}
    due = {code: each.falls_due for code, each in found.items() if each.falls_due}
    return {code: each for code, each in figures.items() if each}, due


async def check(log: MadeLog) -> None:
    store, models = await stored(log), MemoryReadModels()
    keeper, reference = Keeper(store, models), ReferenceCases(models)
    counted: dict[object, tuple[Figures, dict[str | None, int]]] = {}  # most positions change few days
    told = await store.tenant_events(log.tenant, types=AGENCY_TYPES)
    for position, event in enumerate(log.events, start=1):
        await keeper.take(log.tenant, [event])
        declared = reference_of(tenant_facts(told, up_to=position))
        for day in DAYS:
            period = period_of(day.replace(day=1), day, ZONE)
            query = CasesQuery(tenant=log.tenant, position=position, opens=period.opens, closes=period.closes)
            frames: list[pl.DataFrame] = []
            await reference.cases(query, frames.append)
            [cases] = frames
            at, counts = await models.month_to_date(log.tenant, day)
            assert at == position
            asked = (day, declared.digest, *cases.rows())
            if asked not in counted:
                counted[asked] = batch(cases, declared.agencies, day)
            live = nonzero(figures_of(counts, declared.agencies, day=day))
            assert live == counted[asked], f"position {position}, {day}"


@given(said, declared)
@settings(max_examples=15, deadline=None)
def test_they_are_what_the_batch_engine_counts_at_every_position_and_for_every_day(
    claims: list[Claim], declarations: list[Any]
) -> None:
    asyncio.run(check(recorded(claims, declarations)))


@given(said, st.integers(1, 9))
@settings(max_examples=60, deadline=None)
def test_however_the_log_is_cut_the_steps_are_the_same(claims: list[Claim], page: int) -> None:
    log, nothing_declared = recorded(claims, ()), reference_of(()).agencies

    async def shown(models: MemoryReadModels) -> list[object]:
        several = [(day, await models.month_to_date(log.tenant, day)) for day in DAYS]
        return [nonzero(figures_of(counts, nothing_declared, day=day)) for day, (_, counts) in several]

    async def cut() -> None:
        store, models = await stored(log), MemoryReadModels()
        await Keeper(store, models, page_events=page).catch_up(log.tenant, up_to=len(log.events))
        by_pages = await shown(models)
        assert await rebuild(store, models, projection=NAME, tenant=log.tenant) == len(log.events)
        assert await shown(models) == by_pages

    asyncio.run(cut())


def every_step(history: Sequence[Turn]) -> Counter[tuple[date, Held, str]]:
    """All that one telling of a dossier's history counts for, from its first day on."""
    found: Counter[tuple[date, Held, str]] = Counter()
    segments = timeline(history)
    if in_figures(segments):
        for day, held, difference, classes in steps(segments, since=date.min, zone=ZONE):
            found.update({(day, held, one): difference for one in classes})
    return found


@given(tellings())
@settings(max_examples=1_000, deadline=None)
def test_a_differencetakes_away_and_adds_no_more_and_no_less_than_where_all_steps_differ(told: Told) -> None:
    [changes] = project([change(told)])
    counted: Counter[tuple[date, Held, str]] = Counter()
    for row in map(StepRow._make, changes.counted):
        if row.span == "day":
            held = Held(row.agency, row.before, row.ended_on)
            counted.update({(row.day, held, one): number for one, number in zip(CLASSES, row[5:], strict=True)})
    first, later = map(every_step, told)
    later.subtract(first)
    assert {key: number for key, number in counted.items() if number} == {
        key: number for key, number in later.items() if number
    }


def test_the_life_of_a_dossier_day_by_day() -> None:
    # Accepted online on 20 April, due on 10 May, ended on 13 May, all local. The form of the month to date says: April
    # 20-30 received online, in hand, not due; May carried over; on 10 May it falls due and is overdue at that day's
    # end; from 13 May on resolved late; in June it is nowhere.
    log = MadeLog()
    log.connect(("one-stop", "one_stop"))
    noon = datetime(2024, 4, 20, 5, 0, tzinfo=UTC)
    told = {"agency": "H99.1", "channel": "online", "due_at": noon + timedelta(days=20)}
    log.say("one-stop", "A1", "accepted", noon, told)
    log.say("one-stop", "A1", "processing_finished", noon + timedelta(days=23))
    april, may = {"3": 1, "4": 1}, {"stock_before": 1, "3": 1, "6": 1}
    expected = {
        date(2024, 4, 19): {},
        date(2024, 4, 20): april | {"11": 1, "12": 1},
        date(2024, 4, 30): april | {"11": 1, "12": 1},
        date(2024, 5, 1): may | {"11": 1, "12": 1},
        date(2024, 5, 9): may | {"11": 1, "12": 1},
        date(2024, 5, 10): may | {"11": 1, "13": 1},
        date(2024, 5, 12): may | {"11": 1, "13": 1},
        date(2024, 5, 13): may | {"7": 1, "10": 1},
        date(2024, 5, 31): may | {"7": 1, "10": 1},
        date(2024, 6, 1): {},
    }

    found: dict[date, dict[str, int]] = {}
    falling: list[date] = []

    async def look() -> None:
        models = MemoryReadModels()
        await Keeper(await stored(log), models).catch_up(log.tenant, up_to=len(log.events))
        for day in expected:
            _, counts = await models.month_to_date(log.tenant, day)
            figures, due = nonzero(figures_of(counts, reference_of(()).agencies, day=day))
            found[day] = figures.get("H99.1", {})
            falling.extend([day] if due == {"H99.1": 1} else [])

    asyncio.run(look())
    assert (found, falling) == (expected, [date(2024, 5, 10)])


def test_a_step_counts_what_the_form_has_and_every_class_is_kept() -> None:
    assert StepRow._fields[5:] == CLASSES
    cells = {*CELLS, *CELLS_BEFORE, "transferred_in", "transferred_out"}
    assert cells == set(AgencyFigures().cells) == {cell.key for cell in DEFINITION.cells}
    counted = {one for classes in (*CELLS.values(), *CELLS_BEFORE.values()) for one in classes}
    assert counted == {*CLASSES} - {"falls_due"}
    assert (DEFINITION.name, DEFINITION.version) == FORM
    assert (DUE, NAME in PROJECTIONS) == ("day", True)
    assert {switch.name: switch.default for switch in DEFINITION.switches} == QUESTION
