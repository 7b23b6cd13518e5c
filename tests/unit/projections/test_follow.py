"""Reading the log event by event: merges, splits, configuration and forgetting change nothing in what is known."""

from datetime import timedelta
from uuid import UUID

import pytest

from services.projections import agency_day, dossier_segments, dossiers
from services.projections.follow import BrokenLog, Follower, Mind
from services.projections.known import Change, Known
from tests.unit.projections.made_log import T0, MadeLog

HOUR = timedelta(hours=1)


def followed(log: MadeLog) -> list[Change]:
    follower = Follower(Mind(facts_max=10_000), configuration=(), position=0)
    return [change for event in log.events for change in follower.follow(event)]


def last_of(changes: list[Change]) -> dict[UUID, Known]:
    return {change.after.dossier: change.after for change in changes}


@pytest.fixture
def log() -> MadeLog:
    made = MadeLog()
    made.connect(("one-stop", "one_stop"), ("portal", "provincial_portal"))
    return made


def test_an_acceptance_gives_one_row_that_a_finish_replaces_by_two(log: MadeLog) -> None:
    log.say("one-stop", "A1", "accepted", T0, {"due_at": T0 + 5 * HOUR, "channel": "online", "agency": "H99.1"})
    log.say("one-stop", "A1", "processing_finished", T0 + HOUR)
    changes = followed(log)
    [first] = dossier_segments.project(changes[:1])
    [second] = dossier_segments.project(changes[1:])

    assert [(row.known_from, row.known_to, row.occurred_from, row.occurred_to) for row in first.added] == [
        (3, None, T0, None)
    ]
    assert second.retired == [(3, 0, 4)]
    assert [(row.known_from, row.occurred_from, row.occurred_to, row.ended_at) for row in second.added] == [
        (4, T0, T0 + HOUR, None),
        (4, T0 + HOUR, None, T0 + HOUR),
    ]


def test_what_came_and_went_within_one_run_is_written_once(log: MadeLog) -> None:
    log.say("one-stop", "A1", "accepted", T0)
    log.say("one-stop", "A1", "processing_finished", T0 + HOUR)
    [both] = dossier_segments.project(followed(log))

    assert both.retired == []
    assert sorted((row.known_from, row.ordinal, row.known_to) for row in both.added) == [
        (3, 0, 4),
        (4, 0, None),
        (4, 1, None),
    ]


def test_a_step_that_moves_nothing_leaves_the_rows_alone(log: MadeLog) -> None:
    log.say("one-stop", "A1", "accepted", T0)
    log.say("one-stop", "A1", "processing_finished", T0 + HOUR)
    log.say("one-stop", "A1", "step_completed", T0 + 2 * HOUR)
    before, after = followed(log)[-2:]
    assert after.after.rows == before.after.rows
    [nothing] = dossier_segments.project([after])
    assert (list(nothing.added), list(nothing.retired)) == ([], [])


@pytest.mark.parametrize("survivor_first", [False, True])
def test_a_merge_takes_the_absorbed_dossier_out_and_its_facts_over_at_one_position(
    log: MadeLog, survivor_first: bool
) -> None:
    log.say("portal", "P-1", "submitted", T0 - HOUR, {"channel": "online"})
    log.say("one-stop", "A1", "accepted", T0, {"channel": "online"})
    log.say("one-stop", "A1", "linked", T0, {"system": "portal", "code": "P-1"})
    survivor, absorbed = log.holders["one-stop", "A1"], log.holders["portal", "P-1"]
    log.join(survivor, absorbed, survivor_first=survivor_first)
    changes = followed(log)
    known = last_of(changes)

    assert known[absorbed].rows == ()
    assert known[absorbed].merged_into == survivor
    assert known[survivor].least == ("one-stop", "A1")
    assert {fact.act for fact in known[survivor].folded.facts} == {"submitted", "accepted", "linked"}
    at = {c.position for c in changes if c.before is not None and c.before.rows and c.after.rows != c.before.rows}
    assert at == {6 if survivor_first else 7}, "both dossiers move at the survivor's announcement"


@pytest.mark.parametrize("parted_first", [False, True])
def test_a_split_gives_each_part_the_facts_of_its_codes_and_a_later_merge_brings_them_back(
    log: MadeLog, parted_first: bool
) -> None:
    log.say("one-stop", "A1", "accepted", T0, {"channel": "online"})
    log.say("one-stop", "A1", "linked", T0, {"system": "one-stop", "code": "B2"})
    log.say("one-stop", "B2", "accepted", T0 + HOUR, {"channel": "direct"})
    origin = log.holders["one-stop", "A1"]
    log.say("one-stop", "A1", "unlinked", T0, {"system": "one-stop", "code": "B2"})
    parted = log.part(origin, {("one-stop", "B2")}, parted_first=parted_first)
    known = last_of(followed(log))
    assert {fact.code for fact in known[origin].folded.facts} == {"A1"}
    assert [fact.act for fact in known[parted].folded.facts] == ["accepted"]
    assert known[origin].codes == {"one-stop": ("A1",)}

    log.say("one-stop", "A1", "linked", T0 + HOUR, {"system": "one-stop", "code": "B2"})
    log.join(origin, parted)
    known = last_of(followed(log))
    assert {fact.code for fact in known[origin].folded.facts} == {"A1", "B2"}
    names = [name for one in known.values() for name in one.rows]
    assert len(names) == len(set(names)), "no two rows have one name"


def test_rows_of_both_parts_of_a_split_have_names_of_their_own(log: MadeLog) -> None:
    log.say("one-stop", "A1", "accepted", T0)
    log.say("one-stop", "A1", "linked", T0, {"system": "one-stop", "code": "B2"})
    log.say("one-stop", "B2", "accepted", T0 - HOUR)
    log.say("one-stop", "A1", "unlinked", T0, {"system": "one-stop", "code": "B2"})
    log.part(log.holders["one-stop", "A1"], {("one-stop", "B2")})
    [rows] = dossier_segments.project(followed(log))
    names = [(row.known_from, row.ordinal) for row in rows.added]
    assert len(names) == len(set(names))


def test_a_configuration_counts_from_its_announcement_to_the_dossier_on() -> None:
    log = MadeLog()
    log.say("one-stop", "A1", "accepted", T0)
    dossier = log.holders["one-stop", "A1"]
    assert last_of(followed(log))[dossier].folded.segments == ()
    log.connect(("one-stop", "one_stop"))
    log.restate(dossier)
    changes = followed(log)
    assert [change.position for change in changes] == [1, 3]
    assert changes[-1].after.folded.segments[-1].accepted_at == T0


def test_a_dossier_brought_back_to_mind_is_known_as_if_it_had_never_been_forgotten(log: MadeLog) -> None:
    log.say("portal", "P-1", "submitted", T0 - HOUR, {"channel": "online"})
    log.say("one-stop", "A1", "accepted", T0)
    log.say("one-stop", "A1", "linked", T0, {"system": "portal", "code": "P-1"})
    survivor, absorbed = log.holders["one-stop", "A1"], log.holders["portal", "P-1"]
    log.join(survivor, absorbed)
    log.say("one-stop", "A1", "processing_finished", T0 + HOUR)
    expected = followed(log)[-1]

    done = log.events[:-1]
    follower = Follower(
        Mind(facts_max=10_000),
        configuration=[event for event in done if event.subject == "tenant"],
        position=done[-1].position,
    )
    assert follower.missing(log.events[-1:]) == {survivor}
    follower.learn([event for event in done if event.subject != "tenant"], wanted={survivor})
    [change] = follower.follow(log.events[-1])
    assert change.before is not None
    assert expected.before is not None
    assert (change.before.rows, change.after.rows) == (expected.before.rows, expected.after.rows)
    assert change.after.folded.segments == expected.after.folded.segments
    assert follower.missing(log.events[-1:]) == set()


def test_a_hole_in_the_log_is_refused(log: MadeLog) -> None:
    log.say("one-stop", "A1", "accepted", T0)
    log.say("one-stop", "A1", "processing_finished", T0 + HOUR)
    follower = Follower(Mind(facts_max=100), configuration=log.events[:2], position=3)
    with pytest.raises(BrokenLog, match="was last at 3, but here it was at None"):
        follower.follow(log.events[3])
    with pytest.raises(BrokenLog, match="position 3 does not follow 4"):
        follower.follow(log.events[2])


def test_the_mind_forgets_what_was_not_met_for_longest(log: MadeLog) -> None:
    mind = Mind(facts_max=2)
    follower = Follower(mind, configuration=(), position=0)
    for number in range(4):
        log.say("one-stop", f"A{number}", "accepted", T0)
    for event in log.events:
        follower.follow(event)
    mind.trim()
    log.say("one-stop", "A0", "processing_finished", T0 + HOUR)
    log.say("one-stop", "A3", "processing_finished", T0 + HOUR)
    assert follower.missing(log.events[-2:]) == {log.holders["one-stop", "A0"]}


def test_a_code_is_written_where_it_is_taken_and_never_where_it_was_given_up(log: MadeLog) -> None:
    log.say("portal", "P-1", "submitted", T0 - HOUR)
    log.say("one-stop", "A1", "accepted", T0)
    log.say("one-stop", "A1", "linked", T0, {"system": "portal", "code": "P-1"})
    survivor, absorbed = log.holders["one-stop", "A1"], log.holders["portal", "P-1"]
    log.join(survivor, absorbed)
    changes = followed(log)
    _, codes = dossiers.project(changes[-3:])
    assert codes.added == [("portal", "P-1", survivor)]
    rows, _ = dossiers.project(changes)
    assert {(row.dossier, row.merged_into) for row in rows.added} == {(survivor, None), (absorbed, survivor)}


def test_a_day_gets_what_a_dossier_contributes_and_gives_it_back(log: MadeLog) -> None:
    told = {"channel": "online", "agency": "H99.1", "procedure": "9.1", "due_at": T0 + HOUR}
    log.say("one-stop", "A1", "accepted", T0, told)
    log.say("one-stop", "A1", "processing_finished", T0 + 2 * HOUR)
    log.say("one-stop", "A1", "voided", T0 + 3 * HOUR)
    changes = followed(log)
    day = T0.date()
    key = (day, "H99.1", "9.1", "online")
    assert [agency_day.project([change])[0].counted for change in changes] == [
        [(*key, 1, 0, 0, 0, 0, 0)],
        [(*key, 0, 0, 0, 1, 0, 0)],
        [(*key, -1, 0, 0, -1, 0, 1)],
    ]
