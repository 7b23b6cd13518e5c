"""Every bridge sums exactly, and each dossier that moved is in exactly one reason, whatever is compared."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given as for_all
from hypothesis import settings
from hypothesis import strategies as st

from services.domain.statistics.count import mark
from services.domain.statistics.explain.against import against_list, against_number
from services.domain.statistics.explain.listed import Listed
from services.domain.statistics.explain.readings import readings
from services.domain.statistics.explain.reason import UNEXPLAINED
from services.domain.statistics.explain.way import Way
from services.domain.statistics.registry import find
from tests.unit.statistics.explain.walking import Told, frame, walked, way
from tests.unit.statistics.stretched import FIRST_MIDNIGHT, days, histories, stretched

NAMES = ["II.06a", "hv06", "hv06-older", "hv766", "opencps"]


@st.composite
def provinces(draw: st.DrawFn) -> Told:
    told = {}
    for number, said in enumerate(draw(st.lists(histories, min_size=1, max_size=4))):
        facts = stretched(said)
        known = draw(st.lists(st.integers(1, 9), min_size=len(facts), max_size=len(facts)))
        told[f"one-stop/H-{number}"] = list(zip(known, facts, strict=True))
    return told


@st.composite
def ways(draw: st.DrawFn) -> Way:
    definition = find(draw(st.sampled_from(NAMES)))
    one, other = sorted((draw(days), draw(days)))
    values = {switch.name: draw(st.sampled_from(list(switch.values))) for switch in definition.switches}
    position = draw(st.integers(0, 10))
    return way(
        definition.name,
        first=(FIRST_MIDNIGHT + timedelta(days=one)).date(),
        last=(FIRST_MIDNIGHT + timedelta(days=other)).date(),
        zone=draw(st.sampled_from(["Asia/Ho_Chi_Minh", "UTC", "Asia/Tokyo"])),
        due=draw(st.sampled_from(["instant", "day"])),
        agency=draw(st.sampled_from([None, None, "A", "B"])),
        position=position,
        counted_at=FIRST_MIDNIGHT + timedelta(days=position),
        switches=values,
    )


def figures(told: Told, one: Way) -> dict[str, dict[str, int]]:
    """What each dossier counts in each cell, by the way a report counts."""
    marked = mark(frame(told, one), one.definition, one.question)
    if one.request.agency is not None:
        marked = marked.filter(agency=one.request.agency)
    keys = [name for name in marked.columns if name.startswith("#")]
    return {key[1:]: {line: value for line, value in marked.select("line", key).iter_rows() if value} for key in keys}


@settings(max_examples=60, deadline=None)
@for_all(provinces(), ways(), ways())
def test_reasons_come_to_the_difference_and_each_dossier_has_one(told: Told, a: Way, b: Way) -> None:
    in_a, in_b = figures(told, a), figures(told, b)
    for found in walked(told, a, b):
        one, other = in_a[found.cells[0]], in_b[found.cells[1]]
        assert (found.a, found.b) == (sum(one.values()), sum(other.values()))
        assert found.b - found.a == sum(span.difference for span in found.spans)
        moved = sorted(line for line in {*one, *other} if one.get(line, 0) != other.get(line, 0))
        assert sorted(line for span in found.spans for line in (*span.more_in_a, *span.more_in_b)) == moved
        for span in found.spans:
            assert span.reason != UNEXPLAINED
            assert span.difference == sum(
                other.get(line, 0) - one.get(line, 0) for line in (*span.more_in_a, *span.more_in_b)
            )
            assert all(other.get(line, 0) > one.get(line, 0) for line in span.more_in_b)
            assert all(other.get(line, 0) < one.get(line, 0) for line in span.more_in_a)


@settings(max_examples=15, deadline=None)
@for_all(provinces(), ways())
def test_a_way_and_itself_have_nothing_between_them(told: Told, one: Way) -> None:
    assert all(found.spans == () for found in walked(told, one, one))


@settings(max_examples=12, deadline=None)
@for_all(provinces(), ways(), st.data())
def test_a_list_and_a_figure_are_bridged_exactly_too(told: Told, one: Way, drawn: st.DataObject) -> None:
    cell = drawn.draw(st.sampled_from([str(number) for number in range(3, 14)]))
    tried = readings(one, cell)
    frames = {reading.way.place: frame(told, reading.way) for reading in tried}
    counted = figures(told, one)[cell]
    often = drawn.draw(st.dictionaries(st.sampled_from(sorted({*told, "one-stop/H-9"})), st.integers(1, 2)))
    lines = Listed(
        known={line: many for line, many in often.items() if line in told},
        unknown={line: many for line, many in often.items() if line not in told},
        not_then={},
    )
    first = drawn.draw(st.booleans())
    sign = -1 if first else 1
    found = against_list(lines, tried, frames, list_first=first).bridge
    assert (found.b - found.a) * sign == sum(often.values()) - sum(counted.values())
    assert found.b - found.a == sum(span.difference for span in found.spans)
    moved = sorted(line for line in {*often, *counted} if often.get(line, 0) != counted.get(line, 0))
    assert sorted(line for span in found.spans for line in (*span.more_in_a, *span.more_in_b)) == moved

    number = drawn.draw(st.integers(0, 6))
    held, _ = against_number(number, tried, frames, number_first=first)
    assert (held.bridge.b - held.bridge.a) * sign == number - sum(counted.values())
    assert held.bridge.b - held.bridge.a == sum(span.difference for span in held.bridge.spans)
