"""Each known bug is named on the very dossiers it moves; the expected cell and sign are the bug's own sentence."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

import pytest

from services.domain.dossier import Fact
from services.domain.statistics.registry import all_definitions, find
from tests.builders import at, fact
from tests.unit.statistics.explain.walking import told_of, walked, way

DEPLOYED = ("hv06", "hv06-older", "hv766", "opencps")


class Moved(NamedTuple):
    """A dossier that a bug moves into a cell (+1) or out of it (-1), under these switches."""

    bug: str
    facts: tuple[Fact, ...]
    cell: str
    by: int
    switches: Mapping[str, str] = MappingProxyType({})


def act(name: str, when: str, **data: str) -> Fact:
    return fact("one-stop", name, when, **data)


def accepted(when: str = "13/5 08:00", due_at: str = "20/5 17:00", channel: str = "online") -> Fact:
    return act("accepted", when, channel=channel, due_at=due_at)


NO_DUE = act("accepted", "13/5 08:00", channel="online")
NO_CHANNEL = act("accepted", "13/5 08:00", due_at="20/6 17:00")
# Forwarded and then waiting for papers: status 5, in hand on the form. Stopped: status 8, resolved on the form.
WAITS = (accepted(due_at="20/6 17:00"), act("forwarded", "14/5 08:00"), act("supplement_requested", "15/5 08:00"))
STOPPED = (accepted(), act("processing_stopped", "17/5 08:00"))
WITHDRAWN = (accepted(), act("withdrawn", "17/5 08:00"))
FINISHED = act("processing_finished", "17/5 08:00")
# 31/5 23:00 UTC is 06:00 of 1 June here: the form counts it in June, a server on UTC in May.
SIX_IN_JUNE = accepted("1/6 06:00", "20/6 17:00")
UTC_SERVER = {"server_zone": "UTC"}
AT_FINISH = {"hand_over": "at_finish"}
DECLARED = {"catalogue": "declared"}
SHARED = (
    Moved("current_columns", (accepted(due_at="20/6 17:00"), act("processing_finished", "5/6 08:00")), "11", -1),
    Moved("utc_server", (SIX_IN_JUNE,), "4", +1, UTC_SERVER),
)
MOVED = {
    "hv06": (
        *SHARED,
        Moved("unmapped_dropped", (accepted(due_at="20/6 17:00"),), "4", -1, DECLARED),
        # Withdrawn after the due date: late on the form.
        Moved("withdrawn_on_time", (accepted(), act("withdrawn", "25/5 08:00")), "9", +1),
        Moved("stopped_left_out", STOPPED, "7", -1),
        Moved("only_2_and_4_open", WAITS, "11", -1),
        Moved("null_channel_lost", (NO_CHANNEL,), "5", -1),
        Moved("null_due_on_time", (NO_DUE, FINISHED), "9", +1),
        # An hour after the due moment, on the due day.
        Moved("by_day", (accepted(), act("processing_finished", "20/5 18:00")), "10", -1),
    ),
    "hv06-older": (
        Moved("unmapped_dropped", (accepted(due_at="20/6 17:00"),), "4", -1, DECLARED),
        Moved("withdrawn_apart", WITHDRAWN, "7", -1, AT_FINISH),
        Moved("hand_over_as_end", (accepted(), FINISHED), "7", -1),
        Moved("only_2_and_4_open", WAITS, "11", -1),
        Moved("null_channel_lost", (NO_CHANNEL,), "5", -1),
        Moved("last_day_lost", (accepted("31/5 10:00", "20/6 17:00"),), "4", -1),
        Moved("first_instant_lost", (accepted("13/4 08:00"), act("processing_finished", "1/5 00:00")), "6", -1,
              AT_FINISH),
        # An hour before the due moment, on the due day: on time on the form.
        Moved("exact_equality", (accepted(), act("processing_finished", "20/5 16:00")), "8", +1,
              AT_FINISH),
        SHARED[0],
        # 06:00 of 1 May is 30 April in UTC.
        Moved("utc_server", (accepted("1/5 06:00", "20/6 17:00"),), "4", -1, UTC_SERVER),
    ),
    "hv766": (
        *SHARED,
        Moved("unmapped_dropped", (accepted(due_at="20/6 17:00"),), "4", -1, DECLARED),
        # Not accepted at all, and counted as on time.
        Moved("null_due_leaks", (fact("portal", "submitted", "13/5 08:00", channel="online"),), "9", +1),
        Moved("first_day_lost", (accepted("13/4 08:00"), act("processing_finished", "1/5 10:00")), "6", -1),
        Moved("stopped_left_out", STOPPED, "7", -1),
        Moved("only_2_and_4_open", WAITS, "11", -1),
        Moved("null_channel_lost", (NO_CHANNEL,), "5", -1),
        Moved("by_day", (accepted(), act("processing_finished", "20/5 18:00")), "10", -1),
    ),
    "opencps": (
        *SHARED[1:],
        # Ended in May; reopened in June, the column of the end is empty today.
        Moved("current_columns", (accepted(), FINISHED, act("reopened", "5/6 08:00")), "7", -1),
        Moved("fieldless_skipped", (accepted(due_at="20/6 17:00"),), "4", -1, DECLARED),
        Moved("unaccepted_counted", (fact("portal", "submitted", "13/5 08:00", channel="online"),), "11", +1),
        Moved("withdrawn_apart", WITHDRAWN, "7", -1),
        Moved("first_instant_carried", (accepted("1/5 00:00", "20/6 17:00"),), "6", +1),
        # Due on 10 June, counted on 1 July.
        Moved("wall_clock", (accepted(due_at="10/6 17:00"),), "13", +1),
        Moved("null_due_on_time", (NO_DUE, FINISHED), "9", +1),
        # Released early, handed over after the due date.
        Moved("early_by_hand_over", (accepted(), FINISHED, act("result_returned", "24/5 08:00")), "8", -1),
    ),
}  # fmt: skip
CASES = [(name, moved) for name, each in MOVED.items() for moved in each]
# A dossier that counts on both sides, so that a bug is not named for want of another reason.
UNMOVED = (accepted("14/5 08:00", "20/6 17:00"), act("supplement_requested", "15/5 08:00"), act("voided", "16/5 08:00"))


@pytest.mark.parametrize(("name", "moved"), CASES, ids=[f"{name}/{moved.bug}" for name, moved in CASES])
def test_from_the_form_to_the_program_the_bug_is_the_reason(name: str, moved: Moved) -> None:
    told = {
        "one-stop/H-0": [(1, one) for one in moved.facts],
        "one-stop/H-1": [(1, one) for one in UNMOVED],
    }
    counted_at = at("1/7 08:00")
    form = way("II.06a", counted_at=counted_at)
    program = way(name, switches=moved.switches, counted_at=counted_at)
    [there] = walked(told, form, program, (moved.cell, moved.cell))
    assert told_of(there) == {f"{name}/{moved.bug}": (moved.by, ("one-stop/H-0",))}
    [back] = walked(told, program, form, (moved.cell, moved.cell))
    assert told_of(back) == {f"{name}/{moved.bug}": (-moved.by, ("one-stop/H-0",))}


# Those whose effect the form has no cell for, or which the rest of the same program covers on the form's cells: the
# program is held against itself without them.

# 11 May is a Saturday, 13 May a Monday.
ON_SATURDAY = (accepted("11/5 08:00"), act("processing_finished", "13/5 08:00"))
STOPPED_IN_TIME = (accepted(due_at="20/6 17:00"), act("processing_stopped", "15/5 08:00"))
ALONE = [
    ("opencps", Moved("saturday_by_reception", ON_SATURDAY, "saturday", +1)),
    ("hv766", Moved("stopped_late_as_in_time", STOPPED_IN_TIME, "stopped_late", +1)),
    # Every dossier without a due date leaks into (12) anyway; with brackets, this bug alone would put it there.
    ("hv766", Moved("null_due_on_time", (NO_DUE,), "12", +1)),
    ("opencps", Moved("by_instant", (accepted(), act("processing_finished", "20/5 18:00")), "10", +1)),
    # Without a hand-over it would not be resolved for that reason; here the end itself is taken for one.
    ("hv06-older", Moved("stopped_left_out", STOPPED, "7", -1, AT_FINISH)),
]  # fmt: skip


@pytest.mark.parametrize(("name", "moved"), ALONE, ids=[f"{name}/{moved.bug}" for name, moved in ALONE])
def test_a_program_and_itself_without_a_bug_differ_by_that_bug(name: str, moved: Moved) -> None:
    others = ["null_due_leaks"] if (name, moved.bug) == ("hv766", "null_due_on_time") else []
    told = {"one-stop/H-0": [(1, one) for one in moved.facts]}
    due = "day" if moved.bug == "by_instant" else "instant"
    without = way(name, mended=[*others, moved.bug], switches=moved.switches, due=due)
    program = way(name, mended=others, switches=moved.switches, due=due)
    [there] = walked(told, without, program, (moved.cell, moved.cell))
    assert told_of(there) == {f"{name}/{moved.bug}": (moved.by, ("one-stop/H-0",))}


@pytest.mark.parametrize("name", DEPLOYED)
def test_every_known_bug_is_among_these(name: str) -> None:
    tried = {moved.bug for one, moved in (*CASES, *ALONE) if one == name}
    assert tried == {bug.name for bug in find(name).known_bugs}


def test_every_definition_with_bugs_is_among_these() -> None:
    assert {name for name, versions in all_definitions().items() if versions[-1].known_bugs} == set(DEPLOYED)
