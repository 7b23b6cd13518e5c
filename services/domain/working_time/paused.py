"""When the clock stood still: pauses of every kind laid over one another, so that none counts twice."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from services.domain.pauses import PauseKind


@dataclass(frozen=True, slots=True)
class Paused:
    """The office waits for papers, for money or by a decision, until the reply; None: it still waits.

    A reply that is dated before its request ends the pause at once: no time passed.
    """

    kind: PauseKind
    since: datetime
    until: datetime | None


@dataclass(frozen=True, slots=True)
class Standstill:
    """Time in which at least one pause held; `until` None: one still does."""

    since: datetime
    until: datetime | None


def standstills(pauses: Iterable[Paused], *, after: datetime) -> tuple[Standstill, ...]:
    """The pauses after a moment as stretches that neither overlap nor touch, in order."""
    merged: list[Standstill] = []
    for pause in sorted(pauses, key=lambda each: each.since):
        since = max(pause.since, after)
        if pause.until is not None and pause.until <= since:
            continue
        last = merged[-1] if merged else None
        if last is None or (last.until is not None and last.until < since):
            merged.append(Standstill(since, pause.until))
        elif last.until is not None and (pause.until is None or pause.until > last.until):
            merged[-1] = Standstill(last.since, pause.until)
    return tuple(merged)
