"""A province's published figures come out of what its systems say: every dossier, every row of both feeds.

The sandbox's history is made to have the published figures; its feeds repeat themselves, are late and out of order.
Here their rows go through the mappings, the fold and the count in one process. `make test` plays 1:20 of them, the
whole is `KHOP_SCALE=1 make test ARGS=tests/oracle/test_published_figures.py` (three minutes of CPU, 1.3 GB).
"""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any, Literal

import polars as pl
import pytest

from services.domain.authority import Connections, connections_of
from services.domain.dossier import CodeKey, Segment, fact_of_observation
from services.domain.fold import fold
from services.domain.identity import components
from services.domain.reference import reference_of
from services.domain.statistics.cases import cases_of
from services.domain.statistics.registry import find
from services.sandbox.faults import SourceFaults
from services.sandbox.feeds import PAGE_MAX, OneStopFeed, PortalFeed
from services.sandbox.figures import count
from services.sandbox.history import History
from services.sandbox.profiles import PROFILES, Profile
from services.sandbox.truth import generate
from services.sources import one_stop, portal
from services.sources.connected import connected
from services.sources.mapping import SourceMapping, load_mapping
from services.sources.row import Refused, Row, Said
from services.sources.translate import Translator
from tests.oracle.engine import FrameOfCases, report
from tests.oracle.oracle import Asked

SCALE = int(os.environ.get("KHOP_SCALE", "20"))
SEED = 1
SEEN = datetime(2024, 8, 1, tzinfo=UTC)
PUBLISHED = {
    "langson-2024-h1": {"received": 171_997, "received_online": 168_014, "resolved": 171_035, "in_time": 169_123},
    "langson-2020": {"received": 19_569, "received_online": 2_427, "resolved": 15_799},
}
"""Lạng Sơn, report of the second quarter of 2024 and of June 2020: what the province printed."""

Rows = defaultdict[str, list[dict[str, Any]]]


class Systems:
    """Both source systems with their mappings: what their rows say of one dossier after another."""

    def __init__(self, history: History) -> None:
        self._mappings = [load_mapping(path, tenant="lang-son") for path in (one_stop.MAPPING, portal.MAPPING)]
        self._translators = [Translator(mapping, mapping.rows[0]) for mapping in self._mappings]
        self._rows: tuple[Rows, Rows] = (defaultdict(list), defaultdict(list))
        feeds = OneStopFeed(history, SourceFaults(), seed=SEED), PortalFeed(history, SourceFaults(), seed=SEED)
        for feed, rows, code in zip(feeds, self._rows, ("soHoSo", "code"), strict=True):
            for start in range(0, len(feed), PAGE_MAX):
                for row in feed.page(start, PAGE_MAX):
                    rows[row[code]].append(row)

    def timelines(self) -> Iterator[tuple[Sequence[Segment], CodeKey]]:
        """Every dossier with its least code, folded from all rows about it."""
        taking_part = connections_of(_take_part(mapping) for mapping in self._mappings)
        at_desk, at_portal = self._rows
        for own in at_desk.values():
            linked = {row["maLienKet"] for row in own if "maLienKet" in row}
            yield self._folded([own, *(at_portal.pop(code) for code in linked)], taking_part)
        assert not at_portal, "what was submitted on the portal came to the desk"

    def _folded(
        self, rows: Sequence[list[dict[str, Any]]], taking_part: Connections
    ) -> tuple[Sequence[Segment], CodeKey]:
        said = {}
        for translator, own in zip(self._translators, rows, strict=False):
            for row in own:
                stated = translator.translate(Row("", row), observed_at=SEEN)
                assert not isinstance(stated, Refused), stated
                said.update({one.observation.id: one.observation for one in stated if isinstance(one, Said)})
        facts = [fact_of_observation(one) for one in said.values()]
        [codes] = components({fact.key: () for fact in facts}, facts)
        return fold(facts, taking_part).segments, min(codes)


def _take_part(mapping: SourceMapping) -> Any:
    return fact_of_observation(connected(mapping, observed_at=SEEN).observation)


def scaled(figure: int) -> int:
    """A published figure at the scale that is played, half up."""
    return (2 * figure + SCALE) // (2 * SCALE)


def told(profile: Profile, frame: pl.DataFrame, definition: str, due: Literal["instant", "day"]) -> dict[str, Any]:
    """The total of a report about the profile's period."""
    asked = Asked(profile.first_day, profile.last_day, due)
    document = report(FrameOfCases(frame), find(definition), asked, (), reference_of(()))
    assert not document["breaches"]
    total: dict[str, Any] = document["total"]
    return total


@pytest.mark.parametrize("name", PUBLISHED)
def test_what_the_systems_say_comes_to_what_was_published(name: str) -> None:
    profile, published = PROFILES[name], {key: scaled(figure) for key, figure in PUBLISHED[name].items()}
    history = generate(profile, scale=SCALE, seed=SEED)
    frame = cases_of(Systems(history).timelines(), opens=profile.opens_at, closes=profile.closes_at)
    truth = count(history, system="one-stop")
    dues: tuple[Literal["instant", "day"], ...] = ("instant", "day")
    for due in dues:
        four, form = told(profile, frame, "four-figures", due), told(profile, frame, "II.06a", due)
        assert (four["received"], four["received_online"]) == (published["received"], published["received_online"])
        assert four["resolved"] == published["resolved"]
        assert four["resolved_in_time"] == form["8"] + form["9"] == published.get("in_time", form["8"] + form["9"])
        assert form["4"] + form["5"] == published["received"]
        assert (form["4"], form["7"]) == (published["received_online"], published["resolved"])
        assert form["3"] + form["reopened"] == form["7"] + form["11"]
        # The same dossiers behind each figure, not only as many. The sandbox knows of overdue ones by instants alone.
        same = {cell: own for cell, own in SAME.items() if due == "instant" or not own.startswith("in_hand")}
        assert {cell: form["hashes"][cell] for cell in same} == {cell: truth.lists[own] for cell, own in same.items()}


SAME = {
    "4": "received_online",
    "5": "received_direct",
    "6": "carried_over",
    "10": "resolved_late",
    "12": "in_hand_not_due",
    "13": "in_hand_overdue",
    "reopened": "reopened",
    "voided": "voided",
}
"""Column of form II.06a → the sandbox's own name for it."""
