"""Truth first: a seeded history of a whole province, whose counts are exactly those of its profile.

Times are laid out on working seconds (`workdays`), so that order inside a dossier is certain. Early, on time and late
come out alike whether instants or days are compared: what is on time ends at or before its due moment, what is late
ends on a later day than it was due.
"""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import Final

from services.sandbox.history import ONLINE, VOIDED, History, Statement
from services.sandbox.plan import Case, plan
from services.sandbox.profiles import Profile, scaled
from services.sandbox.workdays import DAY_S, Workdays

AGENCIES: Final = tuple(f"H99.{number}" for number in range(10, 22)) + tuple(
    f"H99.{district}.{commune:02d}" for district in (31, 32) for commune in range(1, 5)
)
PROCEDURES: Final = tuple(f"9.{100 + number:06d}" for number in range(60))
_LAND: Final = range(50, 60)
"""Procedures that ask for a financial obligation."""
_LIMITS_DAYS: Final = (0, 0, 0, 1, 1, 2, 3, 3, 5, 5, 7, 10, 15, 20)
"""Time limits, as often as they are met."""
_WORK: Final = (1, 2, 15, 2, 15, 4)
"""Numbers shown while a dossier is worked on; the national list says 4 for all of them."""
_LAST_HOUR_S: Final = 1800
"""Before midnight: when the last dossiers of a quarter are closed by those who stay late."""
_BEFORE_DAYS: Final = 110
_AFTER_DAYS: Final = 80
_SKEW_S: Final = 97
"""The portal's clock is ahead of the one-stop system's by this much."""


@dataclass(slots=True)
class _Mark:
    """A statement still on working seconds; `extends` is by how much it moves the due date, `due` replaces it."""

    at: int
    shown: int
    extends: int = 0
    due: int | None = None


@dataclass(frozen=True, slots=True)
class _Course:
    """The outline of one accepted dossier: working seconds, half of what is needed to write its statements."""

    accepted: int
    ended: int | None
    due: int
    pauses: tuple[tuple[int, int, int], ...]
    """(number shown, from, to), inside the work; `to` 0 where it is still awaited."""
    stops: int
    """Up to when anything is said if it does not end."""
    end_shown: int = 6


def generate(profile: Profile, *, scale: int = 1, seed: int = 1) -> History:
    """The history of a profile at 1:`scale`. The same arguments give the same history on any machine."""
    history = History(profile, agencies=AGENCIES, procedures=PROCEDURES)
    days = Workdays(profile, before_days=_BEFORE_DAYS, after_days=_AFTER_DAYS)
    draw = Random(f"truth/{profile.name}/{scale}/{seed}")
    late_hours = max(1, scaled(profile, scale).resolved // 4000)
    for case in plan(profile, scale=scale, seed=seed):
        agency = draw.randrange(len(AGENCIES))
        procedure = draw.randrange(len(PROCEDURES))
        marks, submitted = _lay_out(draw, days, case, procedure)
        statements = _write(days, marks)
        if late_hours and case == Case("received", "on_time", ONLINE) and marks[-1].shown == 6:
            # The promised day lies beyond the period, so that staying late is still on time.
            statements = _close_at_night(days, profile, marks, statements)
            late_hours -= 1
        history.add(
            agency=agency,
            procedure=procedure,
            channel=case.channel,
            submitted=days.instant(submitted) + _SKEW_S if case.channel == ONLINE else 0,
            coded_on=days.date(marks[0].at),
            statements=statements,
        )
    return history


def _lay_out(draw: Random, days: Workdays, case: Case, procedure: int) -> tuple[list[_Mark], int]:
    """The marks of one dossier in order, and its submission on the same line of seconds."""
    if case.kind in ("refused", "withdrawn_early", "pending"):
        return _never_accepted(draw, days, case)
    course = _course(draw, days, case, procedure)
    marks = _worked(draw, course)
    if case.kind == "voided":
        marks.append(_Mark(_between(draw, marks[-1].at, min(days.last, marks[-1].at + 9 * DAY_S)), VOIDED))
    elif case.kind == "reopened":
        at = draw.randrange(days.first, days.last - 30 * DAY_S)
        marks.append(_Mark(_between(draw, course.ended or at, course.stops + 3600), 5))
        marks += _again(draw, at, at + draw.randrange(2 * DAY_S, 9 * DAY_S), case)
    elif case.kind == "ended_before":
        marks.append(_Mark(draw.randrange(days.first, days.first + 40 * DAY_S), 5))
    elif course.ended is not None and course.end_shown == 6 and draw.random() < 0.9:
        handed = course.ended + (draw.randrange(20, 3600) if draw.random() < 0.6 else draw.randrange(DAY_S, 12 * DAY_S))
        if handed < days.last:
            marks.append(_Mark(handed, 5))
            after = draw.random()
            if after < 0.003 and handed + 9 * DAY_S < days.last:
                marks += _again(draw, handed + DAY_S, handed + draw.randrange(4 * DAY_S, 8 * DAY_S), case)
            elif after < 0.005 and handed + DAY_S < days.last:
                marks.append(_Mark(_between(draw, handed, handed + DAY_S), 6))  # thu hồi kết quả
    return _preceded(draw, case, marks)


def _never_accepted(draw: Random, days: Workdays, case: Case) -> tuple[list[_Mark], int]:
    latest = days.last - 2 * DAY_S
    bounds = (latest, days.last - 3600) if case.kind == "pending" else (days.first, latest)
    registered = draw.randrange(*bounds)
    marks = [_Mark(registered, 0)]
    if case.kind == "refused":
        marks.append(_Mark(registered + draw.randrange(600, DAY_S), 16))
    elif case.kind == "withdrawn_early":
        marks.append(_Mark(registered + draw.randrange(600, 5000), 7))
        marks.append(_Mark(registered + draw.randrange(5000, DAY_S), 18))
    return marks, registered - 30


def _course(draw: Random, days: Workdays, case: Case, procedure: int) -> _Course:
    """Choose acceptance, pauses, end and due date so that kind and fate hold."""
    first, last = days.first, days.last
    limit = draw.choice(_LIMITS_DAYS) * DAY_S
    lengths = _pause_lengths(draw, procedure)
    paused = sum(length for _, length in lengths)
    if case.kind in ("reopened", "ended_before"):
        accepted = draw.randrange(first - 60 * DAY_S, first - 30 * DAY_S)
        ended = accepted + draw.randrange(DAY_S, 20 * DAY_S)
        return _Course(accepted, ended, ended + draw.randrange(3600, 4 * DAY_S), (), ended)
    if case.fate == "open":
        return _open(draw, days, case, max(limit, DAY_S), procedure)
    if case.kind == "carried_over":
        accepted = draw.randrange(first - 40 * DAY_S, first)
        least = first - accepted + paused + 3 * DAY_S
        span = least + draw.randrange(18 * DAY_S)
    elif case.fate == "late":
        span = paused + limit + 2 * DAY_S + draw.randrange(1 + int(draw.random() ** 2 * 12 * DAY_S))
        accepted = draw.randrange(first, last - span)
    else:
        work = draw.randrange(700, 9000) if not limit else draw.randrange(3600, limit + 1)
        span = paused + work
        accepted = draw.randrange(first, last - span)
        if not limit:  # a procedure of the same day: handed in early enough to be done by closing time
            accepted = accepted // DAY_S * DAY_S + draw.randrange(600, DAY_S - 10_000)
            accepted = min(accepted, last - span - 1)
    ended = accepted + span
    if case.fate == "late":
        due = draw.randrange(accepted + paused + 600, (ended // DAY_S) * DAY_S - 1)
    else:
        due = max(ended, accepted + limit + paused)
        due += draw.randrange(3 * DAY_S) if due == ended else 0
    ended_by = draw.random()
    shown = 18 if ended_by < 0.01 else 8 if ended_by < 0.02 else 6
    return _Course(accepted, ended, due, _spread(accepted, ended, lengths), ended, shown)


def _open(draw: Random, days: Workdays, case: Case, limit: int, procedure: int) -> _Course:
    if case.kind == "carried_over":
        accepted = draw.randrange(days.first - 40 * DAY_S, days.first)
    else:
        accepted = draw.randrange(days.last - 25 * DAY_S, days.last - 3600)
    if draw.random() < 0.9:  # most of what is in hand is within its time
        limit = max(limit, days.last - accepted + draw.randrange(12 * DAY_S))
    stops = _between(draw, max(accepted + 1200, days.first), days.last)
    awaited = draw.random()
    if awaited < 0.3 and stops - accepted > 2 * DAY_S and case.kind != "voided":
        shown = 9 if procedure in _LAND else 3
        since = _between(draw, accepted + DAY_S, stops)
        return _Course(accepted, None, accepted + limit, ((shown, since, 0),), since)
    return _Course(accepted, None, accepted + limit, (), stops)


def _pause_lengths(draw: Random, procedure: int) -> list[tuple[int, int]]:
    lengths: list[tuple[int, int]] = []
    if draw.random() < 0.08:
        lengths += [(3, draw.randrange(3600, 6 * DAY_S)) for _ in range(2 if draw.random() < 0.125 else 1)]
    if procedure in _LAND and draw.random() < 0.6:
        lengths.append((9, draw.randrange(3600, 5 * DAY_S)))
    return lengths


def _spread(start: int, stop: int, lengths: list[tuple[int, int]]) -> tuple[tuple[int, int, int], ...]:
    """Put pauses of these lengths into [start, stop] in order, with work before, between and after them."""
    gap = (stop - start - sum(length for _, length in lengths)) // (len(lengths) + 1)
    pauses, at = [], start
    for shown, length in lengths:
        at += gap
        pauses.append((shown, at, at + length))
        at += length
    return tuple(pauses)


def _worked(draw: Random, course: _Course) -> list[_Mark]:
    """Acceptance, work and pauses, and the end if there is one."""
    extended = sum(to - since for _, since, to in course.pauses if to)
    marks = [_Mark(course.accepted, 19, due=course.due - extended)]
    at = course.accepted
    for shown, since, to in course.pauses:
        marks += _steps(draw, at, since)
        if shown == 9 and since - at > 600:
            marks.append(_Mark(since - 1 - draw.randrange(30), 14))
        marks.append(_Mark(since, shown))
        if to:
            marks.append(_Mark(to, 2, extends=to - since))
            at = to
        else:
            return marks
    marks += _steps(draw, at, course.stops)
    if draw.random() < 0.02 and len(marks) > 2 and course.ended is not None:
        _promise_anew(marks, course)
    if course.ended is not None:
        if course.end_shown == 18:
            marks.append(_Mark(course.ended - 30, 7))
        marks.append(_Mark(course.ended, course.end_shown))
    return marks


def _promise_anew(marks: list[_Mark], course: _Course) -> None:
    """Hẹn lại: the first promise was an earlier date, the step after acceptance brings the one that holds."""
    if marks[1].extends == 0 and marks[1].shown in _WORK:
        first = marks[0]
        assert first.due is not None
        shorter = (first.due - course.accepted) // 2
        marks[1].extends = shorter
        first.due -= shorter


def _steps(draw: Random, start: int, stop: int) -> list[_Mark]:
    """Four to six statements of work strictly inside (start, stop), the last of them a little before it."""
    wanted = draw.choice((4, 4, 5, 6))
    gap = (stop - start) // (wanted + 1)
    if gap < 40:
        wanted, gap = (1, (stop - start) // 2) if stop - start > 120 else (0, 0)
    numbers = (1, 2, 12, 13, 15, 4) if wanted == 6 and draw.random() < 0.2 else _WORK
    return [_Mark(start + gap * (place + 1) - draw.randrange(gap // 2), numbers[place]) for place in range(wanted)]


def _again(draw: Random, at: int, ends: int, case: Case) -> list[_Mark]:
    """A reopening with its own due date, work, and the second end if there is one. It lasts two days or more."""
    due = ends + draw.randrange(DAY_S) if case.fate != "late" else draw.randrange(at + 60, (ends // DAY_S) * DAY_S - 1)
    marks = [_Mark(at, 15, due=due), *_steps(draw, at, ends)]
    if case.fate != "open":
        marks.append(_Mark(ends, 6))
    return marks


def _preceded(draw: Random, case: Case, marks: list[_Mark]) -> tuple[list[_Mark], int]:
    """Put the online submission, and a supplement before acceptance now and then, in front of an accepted dossier."""
    accepted = marks[0].at
    if case.channel != ONLINE:
        return marks, accepted
    if draw.random() < 0.01:
        registered = accepted - draw.randrange(2 * DAY_S, 3 * DAY_S)
        asked, resubmitted = registered + draw.randrange(600, DAY_S), accepted - draw.randrange(60, DAY_S // 2)
        return [_Mark(registered, 0), _Mark(asked, 3), _Mark(resubmitted, 17), *marks], registered - 30
    registered = accepted - draw.randrange(120, DAY_S)
    return [_Mark(registered, 0), *marks], registered - 30


def _write(days: Workdays, marks: list[_Mark]) -> list[Statement]:
    statements: list[Statement] = []
    due = 0
    for mark in marks:
        due = (due if mark.due is None else mark.due) + mark.extends
        statements.append(Statement(days.instant(mark.at), mark.shown, days.instant(due) if due else 0))
    return statements


def _close_at_night(
    days: Workdays, profile: Profile, marks: list[_Mark], statements: list[Statement]
) -> list[Statement]:
    promised = days.instant(days.last + 2 * DAY_S)
    beyond = [_with_due(statement, promised) for statement in statements]
    beyond[-1] = Statement(int(profile.closes_at.timestamp()) - _LAST_HOUR_S, marks[-1].shown, promised)
    return beyond


def _with_due(statement: Statement, due: int) -> Statement:
    """The same statement with another due date, where it had one."""
    return statement._replace(due=due) if statement.due else statement


def _between(draw: Random, start: int, stop: int) -> int:
    """A moment strictly inside (start, stop), or the one after start if there is no room."""
    return draw.randrange(start + 1, stop) if stop - start > 1 else start + 1
