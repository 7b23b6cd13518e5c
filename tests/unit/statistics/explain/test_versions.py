"""A newer version bridged to the older: what the rule moves is the rule's, a bug that both have is no difference."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import polars as pl

from services.domain.statistics.definition import Question
from services.domain.statistics.definitions import hv06
from services.domain.statistics.explain.walk import Walk
from tests.builders import fact
from tests.unit.statistics.explain.walking import Told, frame, told_of, way


def measure(question: Question) -> Mapping[str, pl.Expr]:
    """A program that leaves dossiers handed in by post out of those it received directly."""
    older = hv06.measure(question)
    return {**older, "5": older["5"] & (pl.col("now_channel") != "postal")}


NEWER = replace(hv06.DEFINITION, version=2, measure=measure)


def test_only_what_the_rule_moves_is_in_the_rule() -> None:
    told: Told = {
        f"one-stop/{channel}": [(1, fact("one-stop", "accepted", "13/5 08:00", channel=channel))]
        for channel in ("postal", "direct", "online")
    }
    told = {**told, "one-stop/unsaid": [(1, fact("one-stop", "accepted", "13/5 08:00"))]}
    older = way("hv06")
    newer = replace(older, definition=NEWER)
    walk = Walk(older, newer)
    frames = {older.place: frame(told, older)}
    # The dossier without a channel is lost to both versions, and so it is no difference.
    [found] = walk.bridges(frames, [("5", "5")], names={})
    assert (found.a, found.b) == (2, 1)
    assert told_of(found) == {"hv06 v1 → hv06 v2": (-1, ("one-stop/postal",))}
    others = [one for one in walk.common() if one != ("5", "5")]
    assert all(each.spans == () for each in walk.bridges(frames, others, names={}))


def test_a_bug_that_the_newer_version_has_no_more_is_named() -> None:
    told: Told = {"one-stop/unsaid": [(1, fact("one-stop", "accepted", "13/5 08:00"))]}
    without = tuple(bug for bug in hv06.BUGS if bug.name != "null_channel_lost")

    def mended(question: Question) -> Mapping[str, pl.Expr]:
        return hv06.measure(replace(question, mended=question.mended | {"null_channel_lost"}))

    older = way("hv06")
    newer = replace(older, definition=replace(hv06.DEFINITION, version=2, known_bugs=without, measure=mended))
    [found] = Walk(older, newer).bridges({older.place: frame(told, older)}, [("5", "5")], names={})
    assert told_of(found) == {"hv06/null_channel_lost": (1, ("one-stop/unsaid",))}


def test_what_the_newer_rule_counts_in_spite_of_a_shared_bug_is_the_rules() -> None:
    # Stopped dossiers are left out by both; the newer version counts those received online even so.
    def counts_online(question: Question) -> Mapping[str, pl.Expr]:
        older = hv06.measure(question)
        return {**older, "7": older["7"] | ((pl.col("now_status") == 8) & (pl.col("now_channel") == "online"))}

    accepted = fact("one-stop", "accepted", "13/5 08:00", channel="online")
    said = [accepted, fact("one-stop", "processing_stopped", "17/5 08:00")]
    told: Told = {"one-stop/stopped": [(1, one) for one in said]}
    older = way("hv06")
    newer = replace(older, definition=replace(hv06.DEFINITION, version=2, measure=counts_online))
    [found] = Walk(older, newer).bridges({older.place: frame(told, older)}, [("7", "7")], names={})
    assert told_of(found) == {"hv06 v1 → hv06 v2": (1, ("one-stop/stopped",))}
