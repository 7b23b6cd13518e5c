"""Live figures are those of the batch engine, at every position and for every day, with what midnight changes."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from services.domain.periods import period_of
from services.domain.statistics.count import count
from services.domain.statistics.definition import Question
from services.domain.statistics.definitions.ii06a import DEFINITION
from services.domain.statistics.month_to_date import CLASSES, COLUMNS, DUE, FORM, cells, falls_due
from services.domain.zones import offsets_of
from services.event_store.memory import MemoryEventStore
from services.projections.agency_day import ZONE
from services.projections.cases import CasesQuery
from services.projections.cases_memory import ReferenceCases
from services.projections.keep import PROJECTIONS, Keeper
from services.projections.memory import MemoryReadModels
from services.projections.month_to_date import NAME
from services.projections.rebuild import rebuild
from services.projections.tables import StepRow
from tests.unit.projections.made_log import MadeLog

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
        st.sampled_from([None, "H99.1", "H99.2"]),
        st.sampled_from([None, "online", "direct"]),
        st.none() | days_and_edges,
    ),
    max_size=14,
)
Claim = tuple[str, str, datetime, str | None, str | None, datetime | None]


def recorded(claims: Sequence[Claim]) -> MadeLog:
    """What one system says of three dossiers and of their links, in the order in which it is learnt."""
    log = MadeLog()
    log.connect(("one-stop", "one_stop"), ("portal", "provincial_portal"))
    for code, act, at, agency, channel, due_at in claims:
        data = {
            "linked": {"system": "portal", "code": "1"},
            "unlinked": {"system": "portal", "code": "1"},
            "retracted": {"act": "processing_finished", "act_id": "x"},
            "due_date_changed": {"due_at": due_at or at, "previous_due_at": at, "reason": "x"},
            "reassigned": {"agency": agency or "H99.1"},
        }.get(act)
        if data is None:
            data = {"agency": agency, "channel": channel}
            if act in {"accepted", "reopened", "supplement_received"}:
                data["due_at"] = due_at
        more = {"act_id": "x"} if act == "processing_finished" and agency else {}
        log.say("one-stop", code, act, at, {name: value for name, value in data.items() if value is not None}, **more)
    return log


async def stored(log: MadeLog) -> MemoryEventStore:
    store = MemoryEventStore()
    async with store.writer(log.tenant) as writer:
        await writer.append(log.stored(), log.identity())
    return store


def batch(cases: pl.DataFrame, day: date) -> dict[str, dict[str, int]]:
    """Agency → cell → figure that is not 0, as the definition counts them from the first of the month to this day."""
    period = period_of(day.replace(day=1), day, ZONE)
    question = Question(
        opens=period.opens, closes=period.closes, offsets=offsets_of(ZONE), due="day", switches=QUESTION
    )
    counted = count(cases, DEFINITION, question, by=("agency",))
    return {
        row.labels["agency"] or "": {key: int(figure) for key, figure in row.figures.items() if figure}
        for row in counted.rows
    }


def live(counts: Mapping[str, Sequence[int]]) -> dict[str, dict[str, int]]:
    shown = {agency: {key: figure for key, figure in cells(each).items() if figure} for agency, each in counts.items()}
    return {agency: figures for agency, figures in shown.items() if figures}


def due_within(cases: pl.DataFrame, day: date) -> dict[str, int]:
    """Agency → open, unpaused dossiers whose due date lies on this local day, straight from the columns."""
    period = period_of(day, day, ZONE)
    due = cases.filter(
        pl.col("accepted_at").is_not_null(),
        pl.col("ended_at").is_null(),
        ~pl.col("void"),
        pl.col("due_at") >= period.opens,
        pl.col("due_at") < period.closes,
        pl.col("paused_since").is_null(),
    )
    return {row[0] or "": row[1] for row in due.group_by("agency").len().iter_rows()}


async def check(log: MadeLog) -> None:
    store, models = await stored(log), MemoryReadModels()
    keeper, reference = Keeper(store, models), ReferenceCases(models)
    counted: dict[object, tuple[dict[str, dict[str, int]], dict[str, int]]] = {}  # most positions change few days
    for position, event in enumerate(log.events, start=1):
        await keeper.take(log.tenant, [event])
        for day in DAYS:
            period = period_of(day.replace(day=1), day, ZONE)
            query = CasesQuery(tenant=log.tenant, position=position, opens=period.opens, closes=period.closes)
            cases = await reference.cases(query)
            at, counts = await models.month_to_date(log.tenant, day)
            assert at == position
            asked = (day, *cases.rows())
            if asked not in counted:
                counted[asked] = batch(cases, day), due_within(cases, day)
            due = {agency: falls_due(each) for agency, each in counts.items() if falls_due(each)}
            assert (live(counts), due) == counted[asked], f"position {position}, {day}"


@given(said)
@settings(max_examples=30, deadline=None)
def test_they_are_what_the_batch_engine_counts_at_every_position_and_for_every_day(claims: list[Claim]) -> None:
    asyncio.run(check(recorded(claims)))


@given(said, st.integers(1, 9))
@settings(max_examples=60, deadline=None)
def test_however_the_log_is_cut_the_steps_are_the_same(claims: list[Claim], page: int) -> None:
    log = recorded(claims)

    async def cut() -> None:
        store, models = await stored(log), MemoryReadModels()
        await Keeper(store, models, page_events=page).catch_up(log.tenant, up_to=len(log.events))
        by_pages = [live((await models.month_to_date(log.tenant, day)).counts) for day in DAYS]
        assert await rebuild(store, models, projection=NAME, tenant=log.tenant) == len(log.events)
        assert [live((await models.month_to_date(log.tenant, day)).counts) for day in DAYS] == by_pages

    asyncio.run(cut())


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
    april, may = {"3": 1, "4": 1}, {"3": 1, "6": 1}
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

    async def shown() -> tuple[dict[date, dict[str, int]], list[date]]:
        models = MemoryReadModels()
        await Keeper(await stored(log), models).catch_up(log.tenant, up_to=len(log.events))
        found, falling = {}, []
        for day in expected:
            _, counts = await models.month_to_date(log.tenant, day)
            found[day] = live(counts).get("H99.1", {})
            falling += [day] if any(falls_due(each) for each in counts.values()) else []
        return found, falling

    assert asyncio.run(shown()) == (expected, [date(2024, 5, 10)])


def test_a_step_counts_what_the_form_has_and_every_class_is_kept() -> None:
    assert StepRow._fields[3:] == CLASSES
    assert set(COLUMNS) == {cell.key for cell in DEFINITION.cells}
    assert {one for classes in COLUMNS.values() for one in classes} == {*CLASSES} - {"falls_due"}
    assert (DEFINITION.name, DEFINITION.version) == FORM
    assert (DUE, NAME in PROJECTIONS) == ("day", True)
    assert {switch.name: switch.default for switch in DEFINITION.switches} == QUESTION
