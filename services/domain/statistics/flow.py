"""The flow of dossiers through one period: what came in, what was resolved, what is in hand (form II.06a/VPCP/KSTT).

The reference that every faster way to count is tested against. A dossier is looked at just before the period's first
instant and just before its closing instant, never in between; only the due date is compared at the closing instant.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from hashlib import sha256
from typing import Final, Literal, TypeVar, get_args

from services.domain.dossier import CodeKey, Segment
from services.domain.papers import Papers

VERSION: Final = 1
"""Of this definition. A changed rule makes another report, never a changed one."""

Due = Literal["instant", "day"]
"""How due dates are compared: as instants, or as local days (the day of the due date counts whole)."""

Figure = Literal[
    "carried_over",
    "received_online",
    "received_direct",
    "received_channel_unknown",
    "reopened",
    "resolved_on_time",
    "resolved_late",
    "resolved_no_due_date",
    "in_hand_not_due",
    "in_hand_overdue",
    "in_hand_no_due_date",
    "voided",
]
FIGURES: Final[tuple[Figure, ...]] = get_args(Figure)
CAME: Final[tuple[Figure, ...]] = FIGURES[:5]
WENT_OR_STAYED: Final[tuple[Figure, ...]] = FIGURES[5:11]
"""A dossier is in one figure of `CAME` and in one of these, or in none of either: the identity of the form."""


_Row = TypeVar("_Row", Segment, Papers)


def just_before(timeline: Sequence[_Row], instant: datetime) -> _Row | None:
    """How a dossier stood just before an instant; None if nothing had been said of it by then."""
    for row in reversed(timeline):
        if row.occurred_from < instant:
            return row
    return None


def classify(
    segments: Sequence[Segment], *, opens: datetime, closes: datetime, zone: tzinfo, due: Due
) -> frozenset[Figure]:
    """The figures of the period [opens, closes) that one dossier counts in."""
    now, before = just_before(segments, closes), just_before(segments, opens)
    return figures_seen(now, before, opens=opens, closes=closes, zone=zone, due=due)


def figures_seen(
    now: Segment | None, before: Segment | None, *, opens: datetime, closes: datetime, zone: tzinfo, due: Due
) -> frozenset[Figure]:
    """The same of a dossier that stands as `now` just before `closes` and stood as `before` just before `opens`.

    Received (tiếp nhận trong kỳ) by the time of acceptance, carried over (từ kỳ trước) if it was accepted and not ended
    before the period, reopened if the end that was in force then is in force no more, resolved (đã giải quyết) if its
    end falls into the period, else in hand (đang giải quyết). A void dossier counts nowhere but in the period in which
    it became void.
    """
    if now is None:
        return frozenset()
    if now.void:
        return frozenset() if before is not None and before.void else frozenset({"voided"})
    accepted, ended = now.accepted_at, now.ended_at
    if accepted is None:
        return frozenset()
    figures: set[Figure] = set()
    if accepted >= opens:
        figures.add(_received(now))
    elif before is None or before.ended_at is None:
        figures.add("carried_over")
    elif before.ended_at != ended:
        figures.add("reopened")
    if ended is None:
        figures.add(_in_hand(now, closes=closes, zone=zone, due=due))
    elif ended >= opens:
        figures.add(_resolved(now, ended, zone=zone, due=due))
    return frozenset(figures)


def _received(now: Segment) -> Figure:
    # An absent channel is a figure of its own: counting it as direct is how portals came to differ.
    if now.channel is None:
        return "received_channel_unknown"
    return "received_online" if now.channel == "online" else "received_direct"


def _resolved(now: Segment, ended: datetime, *, zone: tzinfo, due: Due) -> Figure:
    if now.due_at is None:
        return "resolved_no_due_date"
    return "resolved_late" if _passed(now.due_at, ended, zone, due) else "resolved_on_time"


def _in_hand(now: Segment, *, closes: datetime, zone: tzinfo, due: Due) -> Figure:
    if now.due_at is None:
        return "in_hand_no_due_date"
    # While it is paused the clock stands still: overdue only if the date had passed before the pause.
    until = closes if now.paused_since is None else min(now.paused_since, closes)
    return "in_hand_overdue" if _passed(now.due_at, until, zone, due) else "in_hand_not_due"


def _passed(due_at: datetime, moment: datetime, zone: tzinfo, due: Due) -> bool:
    if due == "instant":
        return due_at < moment
    return due_at.astimezone(zone).date() < moment.astimezone(zone).date()


@dataclass(frozen=True, slots=True)
class Flow:
    """One row of the report."""

    counts: Mapping[Figure, int]
    hashes: Mapping[Figure, str]
    """Figure → `list_hash` of the dossiers it counts: equal sums of other dossiers are told apart."""

    @property
    def balances(self) -> bool:
        """Whether carried over + received + reopened = resolved + in hand."""
        return sum(self.counts[figure] for figure in CAME) == sum(self.counts[figure] for figure in WENT_OR_STAYED)


def flow(
    dossiers: Iterable[tuple[Sequence[Segment], CodeKey]],
    *,
    opens: datetime,
    closes: datetime,
    zone: tzinfo,
    due: Due,
) -> Flow:
    """The row of all these dossiers, each with its least (system, code)."""
    lists: dict[Figure, list[CodeKey]] = {figure: [] for figure in FIGURES}
    for segments, least in dossiers:
        for figure in classify(segments, opens=opens, closes=closes, zone=zone, due=due):
            lists[figure].append(least)
    return Flow(
        {figure: len(codes) for figure, codes in lists.items()},
        {figure: list_hash(codes) for figure, codes in lists.items()},
    )


def list_hash(codes: Iterable[CodeKey]) -> str:
    """SHA-256 in hex of the lines `system/code`, sorted bytewise, one for each dossier by its least code."""
    lines = sorted(f"{system}/{code}\n".encode() for system, code in codes)
    return sha256(b"".join(lines)).hexdigest()
