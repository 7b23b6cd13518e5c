"""What the two sources show, with every fault, comes to the truth when it is mapped and folded: nothing is in the way
between them but the product's own rules."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, datetime

import pytest

from services.domain.authority import connections_of
from services.domain.dossier import Fact, fact_of_observation
from services.domain.fold import fold
from services.sandbox.faults import SourceFaults
from services.sandbox.feeds import OneStopFeed, PortalFeed
from services.sandbox.profiles import PROFILES
from services.sandbox.province import truly
from services.sandbox.truth import generate
from services.sources import one_stop, portal
from services.sources.connected import connected
from services.sources.mapping import load_mapping
from services.sources.row import Row, Said
from services.sources.translate import Translator

NOW = datetime(2026, 1, 1, tzinfo=UTC)
FAULTS = SourceFaults(doubled=0.1, out_of_order=0.1, late=0.1)
CHANNELS = {"direct": 1, "online": 2, "postal": 3}


@pytest.mark.parametrize("profile", sorted(PROFILES))
def test_every_dossier_folds_to_its_truth(profile: str) -> None:
    history = generate(PROFILES[profile], scale=100, seed=5)
    connecting: list[Fact] = []
    facts: defaultdict[tuple[str, str], list[Fact]] = defaultdict(list)
    for source, feed, system in (
        (one_stop, OneStopFeed(history, FAULTS, seed=5), "one-stop"),
        (portal, PortalFeed(history, FAULTS, seed=5), "portal"),
    ):
        mapping = load_mapping(source.MAPPING, tenant="lang-son", system=system)
        connecting.append(fact_of_observation(connected(mapping, observed_at=NOW).observation))
        translator = Translator(mapping, mapping.rows[0])
        for row in feed.page(0, len(feed)):
            said = translator.translate(Row("here", row), observed_at=NOW)
            assert isinstance(said, list), said
            for one in said:
                assert isinstance(one, Said)
                facts[one.observation.system, one.observation.code].append(fact_of_observation(one.observation))
    connections = connections_of(connecting)
    for dossier in history:
        codes = [("one-stop", dossier.code)] + ([("portal", dossier.portal_code)] if dossier.portal_code else [])
        folded = fold([fact for code in codes for fact in facts[code]], connections).state({})
        seconds = [
            int(moment.timestamp()) if moment else 0 for moment in (folded.accepted_at, folded.due_at, folded.ended_at)
        ]
        channel = CHANNELS[folded.channel] if folded.channel else 0
        shown = (dossier.code, int(folded.status or 0), channel, *seconds, folded.void)
        assert shown == tuple(truly(dossier))
