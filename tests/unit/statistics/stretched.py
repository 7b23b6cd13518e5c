"""Random timelines that last days instead of an hour, so that local days and periods have edges within them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from hypothesis import strategies as st

from contracts.observations import Observation
from services.domain.dossier import Fact, Segment, fact_of_observation
from services.domain.fold import fold
from tests.builders import VIETNAM, connected
from tests.unit.domain.test_any_order import START, claims

STRETCH = 199
"""Five minutes become 16 h 35 min: every hour of the day comes up, and twelve such steps last eight days."""
FIRST_MIDNIGHT = datetime(2024, 5, 13, tzinfo=VIETNAM)
_TAKE_PART = connected({"one-stop": "one_stop", "portal": "provincial_portal"})

histories = st.lists(claims(), max_size=12)
days = st.integers(-1, 12)


def stretched(said: Sequence[Observation]) -> list[Fact]:
    """The facts of these claims, their times stretched."""
    facts = map(fact_of_observation, said)
    return [one._replace(occurred_at=START + STRETCH * (one.occurred_at - START)) for one in facts]


def timeline(facts: Sequence[Fact]) -> tuple[Segment, ...]:
    """What they come to."""
    return fold(facts, _TAKE_PART).segments


def midnight(day: int) -> datetime:
    """The first instant of a local day, counted from the first day."""
    return FIRST_MIDNIGHT + timedelta(days=day)
