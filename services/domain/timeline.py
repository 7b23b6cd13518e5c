"""Going on with a timeline: rows without a gap, each told from when until when in its first two fields."""

from __future__ import annotations

from typing import Any, TypeVar

Row = TypeVar("Row", bound=tuple[Any, ...])


def go_on(rows: tuple[Row, ...], now: Row) -> tuple[Row, ...]:
    """The timeline with how things stand from `now[0]` on, which is not before the last row begins."""
    if not rows:
        return (now,)
    if rows[-1][0] == now[0]:
        # Only what holds after everything at one instant is shown.
        rows = rows[:-1]
        if not rows:
            return (now,)
    last = rows[-1]
    if last[2:] == now[2:]:  # all but from when to when
        return rows if last[1] is None else (*rows[:-1], _until(last, None))
    return (*rows[:-1], _until(last, now[0]), now)


def _until(row: Row, occurred_to: object) -> Row:
    # A named tuple takes its fields as they stand; `_replace` takes twice as long, and this is done for every event.
    made: Row = type(row)(row[0], occurred_to, *row[2:])  # type: ignore[call-arg]
    return made
