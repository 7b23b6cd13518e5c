"""Reading the log event by event: merges, splits, configuration and forgetting change nothing in what is known."""

from datetime import timedelta
from uuid import UUID

import pytest

from services.projections import agency_day, dossier_papers, dossier_segments, dossiers
from services.projections.follow import BrokenLog, Follower, Mind, groups_of
from services.projections.known import Change, Known
from tests.unit.projections.made_log import T0, MadeLog

HOUR = timedelta(hours=1)


def follower_of(log: MadeLog, *, facts_max: int = 10_000) -> Follower:
    follower = Follower(Mind(facts_max=facts_max), configuration=(), position=0)
    follower.groups = groups_of(one.lineage for one in log.identities.values())
    return follower


def followed(log: MadeLog) -> list[Change]:
    follower = follower_of(log)
    return [change for event in log.events for change in follower.follow(event)]


def last_of(changes: list[Change]) -> dict[UUID, Known]:
    return {change.after.dossier: change.after for change in changes}


def moved(changes: list[Change]) -> set[tuple[int, UUID]]:
    """Where dossiers that were there got other segment rows."""
    return {
        (change.position, change.after.dossier)
        for change in changes
        if change.before is not None and change.after.rows != change.before.rows
    }


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


def test_a_merge_moves_both_dossiers_at_the_position_of_the_link(log: MadeLog) -> None:
    log.say("portal", "P-1", "submitted", T0 - HOUR, {"channel": "online"})
    log.say("one-stop", "A1", "accepted", T0, {"channel": "online"})
    survivor, absorbed = log.holders["one-stop", "A1"], log.holders["portal", "P-1"]
    log.say("one-stop", "A1", "linked", T0, {"system": "portal", "code": "P-1"})
    assert [event.act for event in log.events[4:]] == ["linked", "merged", "merged"]
    changes = followed(log)
    known = last_of(changes)

    assert known[absorbed].rows == ()
    assert known[absorbed].merged_into == survivor
    assert known[survivor].least == ("one-stop", "A1")
    assert {fact.act for fact in known[survivor].folded.facts} == {"submitted", "accepted", "linked"}
    moved = {
        (c.position, c.after.dossier) for c in changes[2:] if c.before is not None and c.after.rows != c.before.rows
    }
    assert moved == {(5, survivor), (5, absorbed)}


def test_a_split_gives_each_part_the_facts_of_its_codes_and_a_later_link_brings_them_back(log: MadeLog) -> None:
    log.say("one-stop", "A1", "accepted", T0, {"channel": "online"})
    log.say("one-stop", "A1", "linked", T0, {"system": "one-stop", "code": "B2"})
    log.say("one-stop", "B2", "accepted", T0 + HOUR, {"channel": "direct"})
    origin = log.holders["one-stop", "A1"]
    log.say("one-stop", "A1", "unlinked", T0 + HOUR, {"system": "one-stop", "code": "B2"})
    parted = log.holders["one-stop", "B2"]
    assert parted != origin
    changes = followed(log)
    known = last_of(changes)
    assert {fact.code for fact in known[origin].folded.facts} == {"A1"}
    assert [fact.act for fact in known[parted].folded.facts] == ["accepted"]
    assert known[origin].codes == {"one-stop": ("A1",)}
    at = {change.position for change in changes if change.position > 6 and change.before is None}
    assert len(at) == 1
    assert {
        c.position for c in changes if c.after.dossier == origin and c.before and c.before.rows != c.after.rows
    } >= at

    log.say("one-stop", "A1", "linked", T0 + 2 * HOUR, {"system": "one-stop", "code": "B2"})
    known = last_of(followed(log))
    assert {fact.code for fact in known[origin].folded.facts} == {"A1", "B2"}
    assert known[parted].merged_into == origin
    [rows] = dossier_segments.project(followed(log))
    names = [(row.known_from, row.ordinal) for row in rows.added]
    assert len(names) == len(set(names)), "no two rows have one name"


def test_a_corrected_link_moves_a_code_between_two_dossiers_that_both_live_on(log: MadeLog) -> None:
    for code in ("A1", "B2", "C3"):
        log.say("one-stop", code, "accepted", T0)
    log.say("one-stop", "B2", "linked", T0, {"system": "one-stop", "code": "A1"}, act_id="x")
    log.say("one-stop", "B2", "linked", T0, {"system": "one-stop", "code": "C3"}, act_id="x", revision=T0 + HOUR)
    known = last_of(followed(log))
    now = {tuple(one.codes.get("one-stop", ())) for one in known.values() if one.merged_into is None}
    assert now == {("A1",), ("B2", "C3")}
    for one in known.values():
        assert {fact.code for fact in one.folded.facts} <= set(one.codes.get("one-stop", ()))
        assert bool(one.rows) == (one.merged_into is None)


def test_a_configuration_counts_from_its_announcement_to_the_dossier_on() -> None:
    log = MadeLog()
    log.say("one-stop", "A1", "accepted", T0)
    dossier = log.holders["one-stop", "A1"]
    assert last_of(followed(log))[dossier].folded.segments == ()
    log.connect(("one-stop", "one_stop"))
    changes = followed(log)
    assert [change.position for change in changes] == [1, 3]
    assert changes[-1].after.folded.segments[-1].accepted_at == T0


def test_a_dossier_brought_back_to_mind_is_known_as_if_it_had_never_been_forgotten(log: MadeLog) -> None:
    log.say("portal", "P-1", "submitted", T0 - HOUR, {"channel": "online"})
    log.say("one-stop", "A1", "accepted", T0)
    log.say("one-stop", "A1", "linked", T0, {"system": "portal", "code": "P-1"})
    log.say("one-stop", "A1", "processing_finished", T0 + HOUR)
    dossier = log.holders["one-stop", "A1"]
    expected = followed(log)[-1]

    done, last = log.events[:-1], log.events[-1:]
    configuration = [event for event in done if event.subject == "tenant"]
    follower = Follower(Mind(facts_max=10_000), configuration=configuration, position=len(done))
    assert follower.needs(last).missing == {str(dossier)}
    groups = groups_of(one.lineage for one in log.identities.values())
    assert follower.strangers(follower.needs(last), groups) == {dossier}
    follower.learn([event for event in done if event.subject != "tenant"], groups=groups, wanted={dossier})
    assert follower.needs(last).missing == set()
    [change] = follower.follow(last[0])
    assert change.before is not None
    assert expected.before is not None
    assert (change.before.rows, change.after.rows) == (expected.before.rows, expected.after.rows)
    assert change.after.folded.segments == expected.after.folded.segments


def test_a_hole_in_the_log_is_refused(log: MadeLog) -> None:
    log.say("one-stop", "A1", "accepted", T0)
    log.say("one-stop", "A1", "processing_finished", T0 + HOUR)
    follower = Follower(Mind(facts_max=100), configuration=log.events[:2], position=3)
    with pytest.raises(BrokenLog, match="was last at 3, but here it was at None"):
        follower.follow(log.events[3])
    with pytest.raises(BrokenLog, match="position 3 does not follow 4"):
        follower.follow(log.events[2])


def test_who_follows_a_part_passes_over_what_is_of_others_and_no_event_of_its_own(log: MadeLog) -> None:
    log.say("one-stop", "A1", "accepted", T0)
    log.say("one-stop", "B2", "accepted", T0)
    log.say("one-stop", "B2", "processing_finished", T0 + HOUR)
    log.say("one-stop", "A1", "processing_finished", T0 + HOUR)
    log.say("one-stop", "A1", "reopened", T0 + 2 * HOUR)
    part = Follower(Mind(facts_max=100), configuration=log.events[:2], position=2, whole=False)
    [born] = part.follow(log.events[2])
    assert (born.position, part.position) == (3, 3)
    part.pass_to(5)
    with pytest.raises(BrokenLog, match="position 3 does not follow 5"):
        part.follow(log.events[2])
    with pytest.raises(BrokenLog, match="was last at 6, but here it was at 3"):
        part.follow(log.events[6])
    with pytest.raises(BrokenLog, match="position 6 is to be passed over after 7"):
        part.pass_to(6)

    whole = Follower(Mind(facts_max=100), configuration=log.events[:2], position=2)
    whole.pass_to(2)
    with pytest.raises(BrokenLog, match="position 3 is to be passed over after 2"):
        whole.pass_to(3)
    with pytest.raises(BrokenLog, match="position 4 does not follow 2"):
        whole.follow(log.events[3])


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
    assert follower.needs(log.events[-2:]).missing == {str(log.holders["one-stop", "A0"])}


def test_a_code_is_written_where_it_is_taken_and_never_where_it_was_given_up(log: MadeLog) -> None:
    log.say("portal", "P-1", "submitted", T0 - HOUR)
    log.say("one-stop", "A1", "accepted", T0)
    survivor, absorbed = log.holders["one-stop", "A1"], log.holders["portal", "P-1"]
    log.say("one-stop", "A1", "linked", T0, {"system": "portal", "code": "P-1"})
    changes = followed(log)
    _, codes = dossiers.project([change for change in changes if change.position > 4])
    assert codes.added == [("portal", "P-1", survivor)]
    rows, _ = dossiers.project(changes)
    assert {(row.dossier, row.merged_into) for row in rows.added} == {(survivor, None), (absorbed, survivor)}


def test_every_living_dossier_is_as_its_last_event_says(log: MadeLog) -> None:
    log.say("portal", "P-1", "submitted", T0 - HOUR, {"channel": "online"})
    log.say("one-stop", "A1", "accepted", T0, {"due_at": T0 + HOUR, "agency": "H99.1"})
    log.say("one-stop", "A1", "linked", T0, {"system": "portal", "code": "P-1"})
    log.say("one-stop", "B2", "status_reported", T0, {"status": 4, "raw": "4"})
    log.say("one-stop", "A1", "processing_finished", T0 + 2 * HOUR)
    log.say("one-stop", "A1", "unlinked", T0 + 2 * HOUR, {"system": "portal", "code": "P-1"})
    rows, _ = dossiers.project(followed(log))
    said = {UUID(event.subject): event.state for event in log.events if event.subject != "tenant"}
    living = [row for row in rows.added if row.merged_into is None]
    assert len(living) == 3
    for row in living:
        assert row.state() == said[row.dossier]


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


def test_most_events_bring_no_row_on_papers_and_none_is_looked_at(log: MadeLog) -> None:
    log.say("one-stop", "A1", "accepted", T0)
    log.say("one-stop", "A1", "component_digitised", T0 + HOUR, {"component": "G1"})
    log.say("one-stop", "A1", "forwarded", T0 + 2 * HOUR)
    log.say("one-stop", "A1", "component_digitised", T0 + 3 * HOUR, {"component": "G2"})
    changes = followed(log)
    rows = [dossier_papers.project([change])[0] for change in changes]
    assert [(len(one.added), list(one.retired)) for one in rows] == [(0, []), (1, []), (0, []), (2, [(4, 0, 6)])]
    assert changes[2].after.folded.course.papers is changes[1].after.folded.course.papers
    [told] = dossier_papers.project(changes)
    assert [
        (row.known_from, row.ordinal, row.known_to, row.occurred_from, row.occurred_to, row.components_digitised)
        for row in told.added
    ] == [
        (4, 0, 6, T0 + HOUR, None, 1),
        (6, 0, None, T0 + HOUR, T0 + 3 * HOUR, 1),
        (6, 1, None, T0 + 3 * HOUR, None, 2),
    ]


def test_a_merge_moves_the_papers_with_the_codes(log: MadeLog) -> None:
    log.say("one-stop", "B2", "component_digitised", T0, {"component": "G1"})
    log.say("one-stop", "A1", "component_digitised", T0 + HOUR, {"component": "G1"})
    log.say("one-stop", "B2", "linked", T0, {"system": "one-stop", "code": "A1"})
    [told] = dossier_papers.project(followed(log))
    believed = [row for row in told.added if row.known_to is None]
    # One dossier with one component, digitised by the earlier of the two words.
    assert [(row.least_code, row.occurred_from, row.components_digitised) for row in believed] == [("A1", T0, 1)]
