"""What every store of read models promises, whatever it keeps them in."""

import asyncio
from datetime import date, timedelta
from uuid import UUID, uuid4

import pytest

from contracts.codes import DossierStatus
from services.domain.statistics.month_to_date import CLASSES, NOT_ENDED, Held
from services.projections.agency_day import DAYS
from services.projections.dossier_segments import SEGMENTS
from services.projections.dossiers import CODES, DOSSIERS
from services.projections.month_to_date import STEPS
from services.projections.port import BuildGone, Division, ReadModels, TableChanges
from services.projections.tables import CodeRow, DayRow, DossierRow, SegmentRow
from tests.unit.projections.made_log import T0

T = "lang-son"


def dossier_row(dossier: UUID, position: int, *, merged_into: UUID | None = None, status: int = 4) -> DossierRow:
    return DossierRow(
        dossier, position, "one-stop", "Hồ sơ 1", merged_into, '{"one-stop": ["Hồ sơ 1"]}',
        '[{"kind": "disputed", "facts": [], "text": "x"}]', DossierStatus(status), "running", None, T0, T0, None,
        None, None, "online", "H99.1", None, False,
    )  # fmt: skip


def segment_row(known_from: int, ordinal: int, *, known_to: int | None = None, code: str = "A") -> SegmentRow:
    return SegmentRow(
        known_from, ordinal, known_to, UUID(int=1), "one-stop", code, T0 + timedelta(hours=ordinal), None, 2, "running",
        None, T0, None, None, None, None, None, None, None, False, 0, None, None, 0,
    )  # fmt: skip


async def put(models: ReadModels, projection: str, after: int, up_to: int, *changes: TableChanges) -> bool:
    return await models.apply(projection, T, after=after, up_to=up_to, changes=changes)


async def test_rows_are_written_only_from_the_position_they_follow(models: ReadModels) -> None:
    one, other = uuid4(), uuid4()
    first = TableChanges(table=DOSSIERS, added=[dossier_row(one, 3)])
    codes = TableChanges(table=CODES, added=[CodeRow("one-stop", "Hồ sơ 1", one)])
    assert await put(models, "dossiers", 0, 3, first, codes)
    assert await models.positions(T) == {"dossiers": 3}

    second = TableChanges(table=DOSSIERS, removed=[(one,)], added=[dossier_row(other, 4)])
    assert not await put(models, "dossiers", 0, 4, second), "another instance was faster"
    assert not await put(models, "dossiers", 2, 4, second)
    assert not await put(models, "dossiers", 4, 5, second)
    assert await models.find(T, "one-stop", "Hồ sơ 1") == dossier_row(one, 3)
    assert await models.positions(T) == {"dossiers": 3}


async def test_steps_are_added_up_to_a_day_and_what_is_of_a_month_before_it_by_month(models: ReadModels) -> None:
    here, gone = Held("H99.1", "", NOT_ENDED), Held("H99.1", "H99.2", date(2024, 2, 5))

    def step(span: str, day: date, held: Held, number: int) -> tuple[object, ...]:
        return (span, day, *held, *(number * (place + 1) for place in range(len(CLASSES))))

    first = [
        step("month", date(2024, 1, 1), here, 7),
        step("day", date(2024, 1, 31), here, 100),  # in the month's sum already
        step("month", date(2024, 2, 1), here, 5),  # the days say it
        step("day", date(2024, 2, 5), here, 5),
        step("day", date(2024, 2, 5), gone, 1),
        step("day", date(2024, 2, 6), here, 50),  # not yet
    ]
    assert await put(models, "month_to_date", 0, 4, TableChanges(table=STEPS, counted=first))
    again = [step("day", date(2024, 2, 5), gone, 2), step("day", date(2024, 2, 1), here, -3)]
    assert await put(models, "month_to_date", 4, 6, TableChanges(table=STEPS, counted=again))
    one = tuple(range(1, len(CLASSES) + 1))
    assert await models.month_to_date(T, date(2024, 2, 5)) == (
        6,
        {here: tuple(9 * number for number in one), gone: tuple(3 * number for number in one)},
    )
    # In March the end of February is of no month to date any more.
    assert (await models.month_to_date(T, date(2024, 3, 1))).counts == {here: tuple(12 * number for number in one)}
    assert await models.month_to_date("nobody", date(2024, 2, 5)) == (0, {})


async def test_two_at_once_from_the_same_position_write_once(models: ReadModels) -> None:
    changes = [
        TableChanges(table=DAYS, counted=[(date(2024, 1, 2), "H99.1", "", "", 1, 0, 0, 0, 0, 0)]),
    ]
    won = await asyncio.gather(*(models.apply("agency_day", T, after=0, up_to=1, changes=changes) for _ in range(4)))
    assert sorted(won) == [False, False, False, True]
    assert [row.received for row in await models.days(T)] == [1]


async def test_a_write_that_fails_leaves_the_position_where_it_was(models: ReadModels) -> None:
    row = dossier_row(uuid4(), 1)
    assert await put(models, "dossiers", 0, 1, TableChanges(table=DOSSIERS, added=[row]))
    with pytest.raises(Exception):  # noqa: B017, PT011 - which one is the adapter's own affair; that it is raised counts
        await put(models, "dossiers", 1, 2, TableChanges(table=DOSSIERS, added=[row]))
    assert await models.positions(T) == {"dossiers": 1}


async def test_tenants_and_projections_are_apart(models: ReadModels) -> None:
    await put(models, "dossiers", 0, 5)
    await models.apply("dossier_segments", "ha-noi", after=0, up_to=7, changes=[])
    assert await models.all_positions() == {T: {"dossiers": 5}, "ha-noi": {"dossier_segments": 7}}
    assert await models.positions("nobody") == {}


async def test_a_dossier_is_found_by_any_code_with_its_whole_state(models: ReadModels) -> None:
    one = uuid4()
    codes = TableChanges(table=CODES, added=[CodeRow("portal", "P-1", one), CodeRow("one-stop", "Hồ sơ 1", one)])
    await put(models, "dossiers", 0, 1, TableChanges(table=DOSSIERS, added=[dossier_row(one, 1)]), codes)
    row = await models.find(T, "portal", "P-1")
    assert row is not None
    state = row.state()
    assert (state.status, state.accepted_at, state.codes) == (4, T0, {"one-stop": ("Hồ sơ 1",)})
    assert await models.find(T, "portal", "P-2") is None
    assert await models.find("ha-noi", "portal", "P-1") is None


async def test_a_code_moves_to_the_dossier_that_takes_it(models: ReadModels) -> None:
    one, other = uuid4(), uuid4()
    rows = TableChanges(table=DOSSIERS, added=[dossier_row(one, 1), dossier_row(other, 1)])
    await put(models, "dossiers", 0, 1, rows, TableChanges(table=CODES, added=[CodeRow("portal", "P-1", one)]))
    taken = TableChanges(table=CODES, removed=[("portal", "P-1")], added=[CodeRow("portal", "P-1", other)])
    await put(models, "dossiers", 1, 2, taken)
    row = await models.find(T, "portal", "P-1")
    assert row is not None
    assert row.dossier == other


async def test_states_are_those_of_one_position_while_newer_ones_are_written(models: ReadModels) -> None:
    living, gone, late = (UUID(int=number) for number in (1, 2, 3))
    rows = [dossier_row(living, 1), dossier_row(gone, 1, merged_into=living)]
    await put(models, "dossiers", 0, 1, TableChanges(table=DOSSIERS, added=rows))
    async with models.states(T) as (position, states):
        newer = TableChanges(
            table=DOSSIERS, removed=[(living,)], added=[dossier_row(living, 2, status=9), dossier_row(late, 2)]
        )
        assert await put(models, "dossiers", 1, 2, newer)
        assert position == 1
        assert [row async for row in states] == [dossier_row(living, 1)]
    async with models.states("nobody") as (position, states):
        assert (position, [row async for row in states]) == (0, [])


async def test_what_was_believed_at_a_position_stays_so(models: ReadModels) -> None:
    await put(models, "dossier_segments", 0, 3, TableChanges(table=SEGMENTS, added=[segment_row(3, 0)]))
    await put(
        models,
        "dossier_segments",
        3,
        9,
        TableChanges(
            table=SEGMENTS,
            added=[segment_row(9, 0), segment_row(9, 1), segment_row(7, 0, known_to=8)],
            retired=[(3, 0, 9)],
        ),
    )

    async def at(position: int) -> list[tuple[int, int]]:
        return [(row.known_from, row.ordinal) for row in await models.segments(T, as_of=position)]

    assert await at(2) == []
    assert await at(3) == [(3, 0)]
    assert await at(7) == [(3, 0), (7, 0)]
    assert await at(8) == [(3, 0)]
    assert await at(9) == [(9, 0), (9, 1)]
    assert (await models.segments(T, as_of=9))[0] == segment_row(9, 0)


async def test_counts_add_up_and_rows_of_zeros_are_not_shown(models: ReadModels) -> None:
    day, other = (date(2024, 1, 2), "", "9.1", "online"), (date(2024, 1, 3), "H", "", "")
    plus = TableChanges(table=DAYS, counted=[(*day, 2, 0, 1, 0, 0, 0), (*other, 1, 0, 0, 0, 0, 0)])
    minus = TableChanges(table=DAYS, counted=[(*day, -1, 0, 0, 0, 0, 1), (*other, -1, 0, 0, 0, 0, 0)])
    await put(models, "agency_day", 0, 1, plus)
    await put(models, "agency_day", 1, 2, minus)
    assert await models.days(T) == [DayRow(*day, 1, 0, 1, 0, 0, 1)]


async def test_a_build_is_unseen_until_it_is_swapped_in_and_swept_after_it_is_out(models: ReadModels) -> None:
    await put(models, "dossier_segments", 0, 5, TableChanges(table=SEGMENTS, added=[segment_row(5, 0, code="old")]))
    build = await models.open_build("dossier_segments", T, afresh=False)
    assert build.position == 0
    fresh = [TableChanges(table=SEGMENTS, added=[segment_row(4, 0, code="new")])]
    assert await models.apply("dossier_segments", T, after=0, up_to=4, changes=fresh, build=build.number)
    assert [row.least_code for row in await models.segments(T, as_of=9)] == ["old"]
    assert not await models.swap("dossier_segments", T, build=build.number), "it is behind the live one"

    again = await models.open_build("dossier_segments", T, afresh=False)
    assert (again.number, again.position) == (build.number, 4), "a killed rebuild goes on"
    assert await models.apply("dossier_segments", T, after=4, up_to=6, changes=[], build=build.number)
    assert await models.swap("dossier_segments", T, build=build.number)
    assert await models.positions(T) == {"dossier_segments": 6}
    assert [row.least_code for row in await models.segments(T, as_of=9)] == ["new"]
    assert not await put(models, "dossier_segments", 5, 7), "who followed the old one looks again"

    assert await models.sweep("dossier_segments", rows_max=100) == 1
    assert await models.sweep("dossier_segments", rows_max=100) == 0
    assert [row.least_code for row in await models.segments(T, as_of=9)] == ["new"]


async def test_a_build_begun_afresh_ends_the_one_before(models: ReadModels) -> None:
    first = await models.open_build("dossiers", T, afresh=False)
    second = await models.open_build("dossiers", T, afresh=True)
    assert second.number != first.number
    assert not await models.apply("dossiers", T, after=0, up_to=1, changes=[], build=first.number)
    assert await models.build_position("dossiers", T, build=second.number) == 0
    with pytest.raises(BuildGone):
        await models.build_position("dossiers", T, build=first.number)


async def divided(models: ReadModels, projection: str, *, up_to: int, strays: dict[UUID, int] | None = None) -> int:
    """The number of a build that is made in two parts."""
    build = (await models.open_build(projection, T, afresh=False)).number
    given = (strays or {}).items()
    assert await models.divide(projection, T, build=build, parts=2, up_to=up_to, strays=given)
    return build


async def test_parts_of_a_build_are_written_each_from_its_own_position_and_joined_when_all_are_there(
    models: ReadModels,
) -> None:
    build = await divided(models, "dossier_segments", up_to=9)

    async def write(part: int | None, after: int, up_to: int, *ordinals: int) -> bool:
        rows = [segment_row(up_to, ordinal, code=str(part)) for ordinal in ordinals]
        changes = [TableChanges(table=SEGMENTS, added=rows)]
        return await models.apply(
            "dossier_segments", T, after=after, up_to=up_to, changes=changes, build=build, part=part
        )

    assert await write(0, 0, 4, 0)
    assert not await write(0, 0, 4, 0), "who followed the same part was faster"
    assert not await write(None, 0, 9, 0), "nobody may write the whole"
    assert await write(1, 0, 9, 0, 1)
    assert await models.division("dossier_segments", T, build=build) == Division(9, (4, 9))
    assert [await models.build_position("dossier_segments", T, build=build, part=part) for part in (0, 1)] == [4, 9]
    with pytest.raises(BuildGone, match="in parts"):
        await models.build_position("dossier_segments", T, build=build)
    assert not await models.join("dossier_segments", T, build=build), "one is not there yet"

    assert await write(0, 4, 9)
    assert await models.join("dossier_segments", T, build=build)
    assert not await models.join("dossier_segments", T, build=build)
    assert await models.division("dossier_segments", T, build=build) is None
    assert await models.build_position("dossier_segments", T, build=build) == 9
    assert await models.build_position("dossier_segments", T, build=build, part=0) == 9, "who comes late is done"
    assert not await write(0, 9, 10, 5)
    assert await write(None, 9, 12, 0)
    assert await models.swap("dossier_segments", T, build=build)
    assert [row.least_code for row in await models.segments(T, as_of=12)] == ["0", "1", "1", "None"]


async def test_a_build_is_divided_once_and_only_before_anything_is_in_it(models: ReadModels) -> None:
    first, second, third = sorted(uuid4() for _ in range(3))
    build = await divided(models, "dossiers", up_to=9, strays={second: 0, third: 1, first: 1})
    assert not await models.divide("dossiers", T, build=build, parts=3, up_to=10, strays=[(first, 2)])
    assert await models.division("dossiers", T, build=build) == Division(9, (0, 0))
    assert await models.strays_after(build, None, 2) == [(first, 1), (second, 0)]
    assert await models.strays_after(build, second, 2) == [(third, 1)]

    begun = (await models.open_build("agency_day", T, afresh=False)).number
    assert await models.apply("agency_day", T, after=0, up_to=1, changes=[], build=begun)
    assert not await models.divide("agency_day", T, build=begun, parts=2, up_to=9, strays=[])
    assert await models.division("agency_day", T, build=begun) is None
    assert not await models.divide("agency_day", T, build=begun + 1, parts=2, up_to=9, strays=[])


async def test_a_build_begun_afresh_ends_the_parts_of_the_one_before_and_they_are_swept(models: ReadModels) -> None:
    strays = {uuid4(): 1 for _ in range(3)}
    first = await divided(models, "dossiers", up_to=9, strays=strays)
    second = await models.open_build("dossiers", T, afresh=True)
    assert (second.position, await models.division("dossiers", T, build=second.number)) == (0, None)
    assert not await models.apply("dossiers", T, after=0, up_to=1, changes=[], build=first, part=0)
    assert not await models.join("dossiers", T, build=first)
    with pytest.raises(BuildGone):
        await models.division("dossiers", T, build=first)
    with pytest.raises(BuildGone):
        await models.build_position("dossiers", T, build=first, part=0)
    assert await models.strays_after(first, None, 9) == sorted(strays.items())
    assert [await models.sweep("dossiers", rows_max=2) for _ in range(3)] == [2, 1, 0]
    assert await models.strays_after(first, None, 9) == []


async def test_parts_that_add_to_the_same_rows_at_once_do_not_lock_each_other_out(models: ReadModels) -> None:
    rounds, keys = 30, 300
    build = await divided(models, "agency_day", up_to=rounds)
    rows = [(date(2024, 1, 1) + timedelta(days=day), "H99.1", "", "", 1, 0, 0, 0, 0, 0) for day in range(keys)]

    async def add(part: int) -> None:
        for after in range(rounds):
            changes = [TableChanges(table=DAYS, counted=rows)]
            assert await models.apply(
                "agency_day", T, after=after, up_to=after + 1, changes=changes, build=build, part=part
            )

    await asyncio.gather(add(0), add(1))
    assert await models.join("agency_day", T, build=build)
    assert await models.swap("agency_day", T, build=build)
    assert [row.received for row in await models.days(T)] == [2 * rounds] * keys
