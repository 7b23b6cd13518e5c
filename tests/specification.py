"""Given facts, when more come, then the dossier stands so: tests of the domain that read like the procedure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Self

from contracts.dossier_events import DossierState
from services.domain.authority import Connections
from services.domain.dossier import Dossier, Fact, Judgement, Segment
from services.domain.fold import extend, fold
from services.domain.papers import Papers
from tests.builders import at, connected

Outcome = tuple[DossierState, tuple[Segment, ...], dict[str, str], tuple[Judgement, ...], tuple[Papers, ...]]


class Given:
    """A dossier of which some facts are known."""

    def __init__(self, facts: Sequence[Fact], connections: Connections) -> None:
        self._connections = connections
        self.dossier: Dossier = fold(facts, connections)

    def when(self, *facts: Fact) -> Self:
        """More becomes known, one fact after the other; each time the whole fold must say the same."""
        for one in facts:
            self.dossier = extend(self.dossier, one, self._connections)
            again = fold(self.dossier.facts, self._connections)
            assert outcome(self.dossier) == outcome(again)
        return self

    def then(self, **expected: Any) -> Self:
        """The state has these values; moments as for `builders.at`."""
        state = self.dossier.state({})
        for field, value in expected.items():
            actual = getattr(state, field)
            wanted = _moment(value) if field.endswith("_at") else value
            assert actual == wanted, f"{field}: expected {wanted}, is {actual}"
        return self

    def judged(self, *kinds: str) -> Self:
        """These are the kinds of its judgements, each as often as named."""
        assert sorted(judgement.kind for judgement in self.dossier.judgements) == sorted(kinds)
        return self

    def just_before(self, instant: str, **expected: Any) -> Self:
        """How it stood just before an instant, as known now."""
        segment = just_before(self.dossier.segments, at(instant))
        assert segment is not None, f"nothing is known before {instant}"
        for field, value in expected.items():
            actual = getattr(segment, field)
            wanted = _moment(value) if field.endswith(("_at", "_since")) else value
            assert actual == wanted, f"{field} just before {instant}: expected {wanted}, is {actual}"
        return self


def given(*facts: Fact, connections: Connections | None = None) -> Given:
    """These facts are known; the usual systems take part unless others are named."""
    return Given(facts, connections or connected())


def just_before(segments: Iterable[Segment], instant: datetime) -> Segment | None:
    """The segment in force just before an instant, found the slow way."""
    for segment in segments:
        if segment.occurred_from < instant and (segment.occurred_to is None or instant <= segment.occurred_to):
            return segment
    return None


def outcome(dossier: Dossier) -> Outcome:
    """All that a dossier's facts come to, ids and positions of ours aside."""
    return (dossier.state({}), dossier.segments, dict(dossier.rests_on), dossier.judgements, dossier.papers)


def _moment(value: object) -> object:
    return at(value) if isinstance(value, str) else value
