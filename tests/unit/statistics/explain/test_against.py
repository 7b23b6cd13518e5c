"""A number and a list are held against a count: by the reading that fits, and the rest dossier by dossier."""

from __future__ import annotations

from collections.abc import Sequence

from services.domain.dossier import Fact
from services.domain.statistics.explain.against import Held, against_list, against_number
from services.domain.statistics.explain.listed import Listed, listed_trace, turned_round
from services.domain.statistics.explain.readings import Reading, agencies, other_cells, readings
from services.domain.statistics.explain.way import Way
from tests.builders import fact
from tests.unit.statistics.explain.walking import Told, frame, told_of, way


def act(name: str, when: str, **data: str) -> Fact:
    return fact("one-stop", name, when, **data)


def told(**dossiers: Sequence[Fact]) -> Told:
    return {f"one-stop/{name}": [(1, one) for one in facts] for name, facts in dossiers.items()}


def accepted(when: str, **data: str) -> Fact:
    return act("accepted", when, **{"channel": "online", "due_at": "20/6 17:00"} | data)


def listed(*lines: str, unknown: Sequence[str] = (), not_then: Sequence[str] = ()) -> Listed:
    return Listed(
        known={f"one-stop/{line}": lines.count(line) for line in lines},
        unknown=dict.fromkeys(unknown, 1),
        not_then=dict.fromkeys(not_then, 1),
    )


def by_number(known: Told, one: Way, cell: str, number: int, *, first: bool = False) -> tuple[Held, list[Reading]]:
    tried = [*readings(one, cell), *other_cells(one, cell)]
    frames = {reading.way.place: frame(known, reading.way) for reading in tried}
    tried += agencies(one, cell, frames[one.place])
    held, found = against_number(number, tried, frames, number_first=first)
    return held, list(found.exact)


def by_list(known: Told, one: Way, cell: str, lines: Listed, *, first: bool = False) -> Held:
    tried = readings(one, cell)
    frames = {reading.way.place: frame(known, reading.way) for reading in tried}
    return against_list(lines, tried, frames, list_first=first)


# At 06:00 of 1 June it is still May in UTC, at 06:00 of 1 May still April.
MAY = told(
    A=[accepted("13/5 08:00")],
    B=[accepted("14/5 08:00")],
    C=[accepted("15/5 08:00", agency="H99.2")],
    D=[accepted("1/6 06:00")],
    E=[accepted("1/6 06:30")],
)


def test_a_number_that_the_count_gives_has_no_difference() -> None:
    held, _ = by_number(MAY, way("II.06a"), "4", 3)
    assert (held.bridge.a, held.bridge.b, held.bridge.spans) == (3, 3, ())


def test_a_number_by_days_of_utc_is_told_as_such() -> None:
    for first in (False, True):
        held, _ = by_number(MAY, way("II.06a"), "4", 5, first=first)
        sign = -1 if first else 1
        assert (held.bridge.b - held.bridge.a) == 2 * sign
        assert list(told_of(held.bridge).values()) == [(2 * sign, ("one-stop/D", "one-stop/E"))]
        assert held.bridge.spans[0].reason.kind == "zone"


def test_a_number_that_is_one_agencys_or_another_cells_is_told_as_such() -> None:
    held, _ = by_number(MAY, way("II.06a"), "4", 1)
    assert [span.reason.kind for span in held.bridge.spans] == ["agency"]
    assert held.by.way.request.agency == "H99.2"
    held, exact = by_number(MAY, way("II.06a"), "5", 3)
    assert held.by.cell in {"3", "4", "11", "12"}
    assert {reading.cell for reading in exact} == {"3", "4", "11", "12"}


def test_a_number_that_nothing_gives_is_a_residual_with_the_whole_difference() -> None:
    held, exact = by_number(MAY, way("II.06a"), "4", 77)
    assert exact == []
    assert told_of(held.bridge) == {"no_reading": (74, ())}
    held, _ = by_number(MAY, way("II.06a"), "4", 77, first=True)
    assert (held.bridge.a, held.bridge.b, told_of(held.bridge)) == (77, 3, {"no_reading": (-74, ())})


FULL = told(
    IN=[accepted("13/5 08:00")],
    GONE=[accepted("14/5 08:00")],
    DESK=[accepted("15/5 08:00", channel="direct")],
    VOID=[accepted("15/5 08:00"), act("voided", "16/5 08:00")],
    SUBMITTED=[fact("one-stop", "submitted", "15/5 08:00", channel="online")],
    APRIL=[accepted("2/4 08:00"), act("processing_finished", "9/4 08:00")],
    LATER=[accepted("9/6 08:00")],
)


def test_each_line_of_a_list_that_does_not_count_says_why() -> None:
    lines = listed(
        *("IN", "IN", "DESK", "VOID", "SUBMITTED", "APRIL", "LATER"), unknown=["one-stop/X"], not_then=["one-stop/Y"]
    )
    held = by_list(FULL, way("II.06a"), "4", lines)
    expected = {
        "missing": (-1, ("one-stop/GONE",)),
        "listed_twice": (1, ("one-stop/IN",)),
        "counted_in/5": (1, ("one-stop/DESK",)),
        "listed_void": (1, ("one-stop/VOID",)),
        "not_accepted": (1, ("one-stop/SUBMITTED",)),
        "not_counted": (1, ("one-stop/APRIL",)),
        "after_period": (1, ("one-stop/LATER",)),
        "unknown_code": (1, ("one-stop/X",)),
        "not_known_then": (1, ("one-stop/Y",)),
    }
    assert (held.bridge.a, held.bridge.b, told_of(held.bridge)) == (2, 9, expected)
    turned = by_list(FULL, way("II.06a"), "4", lines, first=True)
    assert (turned.bridge.a, turned.bridge.b) == (9, 2)
    assert told_of(turned.bridge) == {name: (-by, lines) for name, (by, lines) in expected.items()}


def test_a_list_of_a_program_on_utc_is_read_as_such_and_its_gaps_stay_gaps() -> None:
    held = by_list(MAY, way("II.06a"), "4", listed("A", "B", "C", "D", "E"))
    assert [span.reason.kind for span in held.bridge.spans] == ["zone"]
    # One gap beside: the reading still explains more than half of what differs.
    held = by_list(MAY, way("II.06a"), "4", listed("A", "B", "D", "E"))
    assert told_of(held.bridge) == {
        "zone Asia/Ho_Chi_Minh → UTC": (2, ("one-stop/D", "one-stop/E")),
        "missing": (-1, ("one-stop/C",)),
    }
    # A gap alone is no reading.
    held = by_list(MAY, way("II.06a"), "4", listed("A", "C"))
    assert told_of(held.bridge) == {"missing": (-1, ("one-stop/B",))}


def test_a_reading_that_leaves_half_of_what_differs_is_none() -> None:
    # B and C missing, D and E of June: by days of UTC two of the four are left.
    held = by_list(MAY, way("II.06a"), "4", listed("A", "D", "E"))
    assert told_of(held.bridge) == {
        "missing": (-2, ("one-stop/B", "one-stop/C")),
        "after_period": (2, ("one-stop/D", "one-stop/E")),
    }


def test_a_trace_turned_round_twice_is_itself() -> None:
    one = way("II.06a")
    traced, _ = listed_trace(listed("A", "D"), Reading(one, "4"), frame(MAY, one), first=3)
    assert turned_round(turned_round(traced)).equals(traced)
