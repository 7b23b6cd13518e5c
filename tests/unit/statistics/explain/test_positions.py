"""What became known between two positions is named for what it was: late, corrected, joined, reopened."""

from __future__ import annotations

import polars as pl

from services.domain.dossier import Fact
from services.domain.statistics.explain.trace import go_on, trace
from services.domain.statistics.explain.walk import Walk
from tests.builders import fact
from tests.unit.statistics.explain.walking import Told, frame, told_of, walked, way


def act(name: str, when: str, **data: str) -> Fact:
    return fact("one-stop", name, when, **data)


ACCEPTED = act("accepted", "13/5 08:00", channel="online", due_at="20/5 17:00")
LATE = act("processing_finished", "27/5 08:00")


def between(told: Told, cell: str, *, names: dict[str, str] | None = None) -> dict[str, tuple[int, tuple[str, ...]]]:
    """From position 5 to position 9, and back again with every sign turned."""
    [there] = walked(told, way("II.06a", position=5), way("II.06a", position=9), (cell, cell), names=names)
    [back] = walked(told, way("II.06a", position=9), way("II.06a", position=5), (cell, cell), names=names)
    found = told_of(there)
    assert told_of(back) == {name: (-by, lines) for name, (by, lines) in found.items()}
    assert there.a + sum(by for by, _ in found.values()) == there.b
    return found


def test_an_end_that_came_late_and_a_dossier_that_came_late() -> None:
    told = {
        "one-stop/H-1": [(1, ACCEPTED), (7, LATE)],
        "one-stop/H-2": [(8, ACCEPTED), (8, LATE)],
        "one-stop/H-3": [(1, ACCEPTED), (2, LATE)],
    }
    assert between(told, "10") == {"end_came": (1, ("one-stop/H-1",)), "dossier_came": (1, ("one-stop/H-2",))}


def test_a_due_date_that_was_moved_and_a_dossier_that_was_voided() -> None:
    # Promised for 20 May, finished on the 27th; on position 6 it is said that 30 May had been promised since the 18th.
    moved = act("due_date_changed", "18/5 08:00", due_at="30/5 17:00")
    voided = act("voided", "28/5 08:00")
    told = {
        "one-stop/H-1": [(1, ACCEPTED), (2, LATE), (6, moved)],
        "one-stop/H-2": [(1, ACCEPTED), (2, LATE), (7, voided)],
    }
    assert between(told, "10") == {"due_date_changed": (-1, ("one-stop/H-1",)), "voided": (-1, ("one-stop/H-2",))}


def test_a_reopening_takes_the_end_away() -> None:
    told = {"one-stop/H-1": [(1, ACCEPTED), (2, LATE), (8, act("reopened", "28/5 08:00"))]}
    assert between(told, "7") == {"reopened": (-1, ("one-stop/H-1",))}


def test_a_dossier_that_got_a_lesser_code_is_the_same_dossier() -> None:
    # At position 9 its least code is a portal's; at position 5 it stands under the one-stop system's.
    was = {"one-stop/H-1": [(1, ACCEPTED), (2, LATE)]}
    now = {"a-portal/P-1": [(1, ACCEPTED), (2, LATE)]}
    a, b = way("II.06a", position=5), way("II.06a", position=9)
    frames = {a.place: frame(was, a), b.place: frame(now, b)}
    names = {"one-stop/H-1": "a-portal/P-1"}
    [same] = Walk(a, b).bridges(frames, [("10", "10")], names=names)
    assert (same.a, same.b, same.spans) == (1, 1, ())
    [back] = Walk(b, a).bridges(frames, [("10", "10")], names=names)
    assert (back.a, back.b, back.spans) == (1, 1, ())
    # Nobody says that they are the same: one is gone, another came.
    [apart] = Walk(a, b).bridges(frames, [("10", "10")], names={})
    assert told_of(apart) == {"dossier_came": (1, ("a-portal/P-1",)), "codes_joined": (-1, ("one-stop/H-1",))}


def test_the_largest_reason_comes_first() -> None:
    late = {f"one-stop/H-{number}": [(1, ACCEPTED), (7, LATE)] for number in range(3)}
    came = {f"one-stop/N-{number}": [(8, ACCEPTED), (8, LATE)] for number in range(2)}
    voided = {"one-stop/V": [(1, ACCEPTED), (2, LATE), (7, act("voided", "28/5 08:00"))]}
    [found] = walked({**voided, **came, **late}, way("II.06a", position=5), way("II.06a", position=9), ("10", "10"))
    assert [(one.reason.name, one.dossiers) for one in found.spans] == [
        ("end_came", 3),
        ("dossier_came", 2),
        ("voided", 1),
    ]


def test_of_two_traces_the_later_one_settles_why() -> None:
    lines = pl.Series(["one-stop/H-1", "one-stop/H-2"])
    first = trace(lines, [pl.Series([0, 0]), pl.Series([1, 1])], first=0)
    then = trace(lines, [pl.Series([1, 1]), pl.Series([2, 1])], first=2)
    both = go_on(first, then, first=2).sort("line")
    assert both.rows() == [("one-stop/H-1", 0, 2, 3), ("one-stop/H-2", 0, 1, 1)]
