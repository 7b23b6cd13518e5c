"""Every due date a dossier has had, from when and why: an earlier promise is never overwritten by a later one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from services.domain.working_time.calendar import Calendar
from services.domain.working_time.due import RULES, due_date
from services.domain.working_time.limits import Limit
from services.domain.working_time.paused import Paused, standstills

Why = Literal["accepted", "paused", "resumed", "changed"]


@dataclass(frozen=True, slots=True)
class Change:
    """Gia hạn, hẹn lại: another due date was promised. `reason`: as the source words it."""

    occurred_at: datetime
    due_at: datetime
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reckoning:
    """What a due date was reckoned with: enough to reckon it again, and to see why another calendar gives another."""

    calendar: str
    calendar_version: str
    rules: int
    start: datetime
    """The acceptance; for a date that moved because the clock stood still, the date it moved from."""
    amount: Limit | timedelta
    """The limit; or the working time in which the clock stood still."""
    skip_holidays: bool
    edge: bool
    """Whether the date is said as a closing or an opening: another moment would name the same place."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DueInForce:
    """The due date from `since` on, until the next one."""

    since: datetime
    due_at: datetime
    firm: bool
    """False while the clock stands still: it will be no earlier than this, how much later is not known yet."""
    why: Why
    reckoned: Reckoning | None
    """None: it was promised, and nothing here says how."""
    reason: str | None = None


def due_history(
    calendar: Calendar,
    *,
    accepted: datetime,
    limit: Limit,
    pauses: Iterable[Paused] = (),
    changes: Iterable[Change] = (),
    skip_holidays: bool = False,
) -> tuple[DueInForce, ...]:
    """The due dates of one dossier in the order in which they came into force.

    When the clock goes on, the due date moves by the working time in which it stood. A date promised while it stood
    allows for what came before: only the rest of the pause moves it. Of what happens at one moment the end of a pause
    comes first, then a promise, then the next pause. What is dated before the acceptance counts from the acceptance.

    Raises:
        YearMissing: a day of an undeclared year would have to be known.
    """

    def reckoned(start: datetime, amount: Limit | timedelta, due_at: datetime) -> Reckoning:
        return Reckoning(
            calendar=calendar.name,
            calendar_version=calendar.version,
            rules=RULES,
            start=start,
            amount=amount,
            skip_holidays=skip_holidays,
            edge=calendar.is_edge(due_at),
        )

    first = due_date(calendar, accepted, limit, skip_holidays=skip_holidays)
    found = [
        DueInForce(since=accepted, due_at=first, firm=True, why="accepted", reckoned=reckoned(accepted, limit, first))
    ]
    stands_since: datetime | None = None
    for at, step in _steps(accepted, pauses, changes):
        last = found[-1]
        if isinstance(step, Change):
            found.append(
                DueInForce(
                    since=at,
                    due_at=step.due_at,
                    firm=stands_since is None,
                    why="changed",
                    reckoned=None,
                    reason=step.reason,
                )
            )
            stands_since = at if stands_since else None
        elif step == "paused":
            found.append(replace(last, since=at, firm=False, why="paused", reason=None))
            stands_since = at
        elif stands_since:
            stood = calendar.working_time(stands_since, at)
            due_at = calendar.plus(last.due_at, stood)
            by = reckoned(last.due_at, stood, due_at) if stood else last.reckoned
            found.append(DueInForce(since=at, due_at=due_at, firm=True, why="resumed", reckoned=by))
            stands_since = None
    return tuple(found)


_Step = Change | Literal["paused", "resumed"]


def _steps(accepted: datetime, pauses: Iterable[Paused], changes: Iterable[Change]) -> list[tuple[datetime, _Step]]:
    steps: list[tuple[datetime, int, _Step]] = []
    for still in standstills(pauses, after=accepted):
        steps.append((still.since, 2, "paused"))
        if still.until is not None:
            steps.append((still.until, 0, "resumed"))
    # Of two promises of one moment the one said later holds: sorting keeps the order they are given in.
    steps += [(max(change.occurred_at, accepted), 1, change) for change in changes]
    return [(at, step) for at, _, step in sorted(steps, key=lambda each: each[:2])]
