"""One dossier's history as it was told first and as it was told later: pairs of timelines to be counted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from hypothesis import strategies as st

from contracts.codes import Channel, DossierStatus
from services.domain.authority import connections_of
from services.domain.dossier import Segment
from services.domain.fold import fold
from services.domain.zones import start_of
from services.projections.agency_day import ZONE
from services.projections.known import Change, Known

FIRST = date(2024, 2, 28)
_NOBODY = fold((), connections_of(()))
_UNSAID = _NOBODY.course.segment(start_of(FIRST, ZONE))

moments = st.integers(0, 5).map(lambda number: start_of(FIRST, ZONE) + timedelta(hours=16 * number))


class Turn(NamedTuple):
    """How a dossier stands from a moment on."""

    at: datetime
    status: DossierStatus
    accepted: bool
    ended: bool
    due_at: datetime | None
    agency: str | None
    procedure: str | None
    channel: Channel | None
    void: bool
    paused_since: datetime | None


_AS_TOLD = tuple(field for field in Turn._fields if field in Segment._fields)

turns = st.builds(
    Turn,
    at=moments,
    status=st.sampled_from([DossierStatus.ACCEPTED, DossierStatus.IN_PROCESS]),
    accepted=st.booleans(),
    ended=st.booleans(),
    due_at=st.none() | moments,
    agency=st.sampled_from([None, "H99.1"]),
    procedure=st.sampled_from([None, "9.1"]),
    channel=st.sampled_from([None, "online"]),
    void=st.sampled_from([False, False, False, True]),
    paused_since=st.none() | moments,
)
histories = st.lists(turns, max_size=4, unique_by=lambda turn: turn.at)
Told = tuple[list[Turn], list[Turn]]


@st.composite
def tellings(draw: st.DrawFn) -> Told:
    """The same history as told first and later: with other turns from somewhere on, or with one thing corrected."""
    first = sorted(draw(histories), key=lambda turn: turn.at)
    if not first or draw(st.booleans()):
        return first, first[: draw(st.integers(0, 4))] + draw(histories)
    since, other = draw(st.integers(0, len(first) - 1)), draw(turns)
    field = draw(st.sampled_from(Turn._fields[2:]))
    return first, first[:since] + [turn._replace(**{field: getattr(other, field)}) for turn in first[since:]]


def timeline(history: Sequence[Turn]) -> tuple[Segment, ...]:
    """Its segments: acceptance and end are dated by the first of the turns in a row that have them."""
    by_moment = sorted({turn.at: turn for turn in history}.values())
    until = [turn.at for turn in by_moment[1:]]
    segments: list[Segment] = []
    accepted_at = ended_at = None
    for turn, ends in zip(by_moment, [*until, None], strict=False):
        accepted_at = (accepted_at or turn.at) if turn.accepted else None
        ended_at = (ended_at or turn.at) if turn.ended else None
        segments.append(
            _UNSAID._replace(
                occurred_from=turn.at,
                occurred_to=ends,
                accepted_at=accepted_at,
                ended_at=ended_at,
                **{field: getattr(turn, field) for field in _AS_TOLD},
            )
        )
    return tuple(segments)


def _known(segments: tuple[Segment, ...], *, position: int) -> Known:
    code = {"one-stop": ("1",)}
    names = tuple((position, number) for number in range(len(segments)))
    folded = replace(_NOBODY, segments=segments)
    return Known(UUID(int=1), position, code, ("one-stop", "1"), None, folded, 0, names)


def change(told: Told) -> Change:
    """The step from what was told first to what was told later."""
    first, later = told
    return Change(2, _known(timeline(first), position=1), _known(timeline(later), position=2))
