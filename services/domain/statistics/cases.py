"""What a definition counts: one line a dossier, seen at the moments a report asks about, as of one position.

`just before the period's closing instant` has plain names; `before_…` is just before its first instant; `now_…` is the
latest that is known, whatever its date, which only definitions of vendors look at: they count current columns.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Final

import polars as pl

from services.domain.dossier import CodeKey, Segment
from services.domain.statistics.flow import just_before

_INSTANT: Final = pl.Datetime("us", "UTC")

SEEN: Final[dict[str, Any]] = {
    "status": pl.Int16,
    "submitted_at": _INSTANT,
    "accepted_at": _INSTANT,
    "ended_at": _INSTANT,
    "returned_at": _INSTANT,
    "due_at": _INSTANT,
    "paused_since": _INSTANT,
    "outcome": pl.String,
    "agency": pl.String,
    "receiving_agency": pl.String,
    "procedure": pl.String,
    "channel": pl.String,
    "supplements": pl.Int16,
    "void": pl.Boolean,
    "reopened": pl.Int16,
}
"""What is seen of a dossier at a moment: the fields of a `Segment` of the same names."""

AT_CLOSE: Final = tuple(SEEN)
BEFORE: Final = ("accepted_at", "ended_at", "agency", "void")
"""What of a dossier is looked at just before the period: who carried it, and whether it was there at all."""
NOW: Final = (
    *("status", "submitted_at", "accepted_at", "ended_at", "returned_at", "due_at", "paused_since", "agency"),
    *("procedure", "channel", "supplements", "void"),
)

SCHEMA: Final[dict[str, Any]] = {
    "system": pl.String,
    "code": pl.String,
    **SEEN,
    **{f"before_{name}": SEEN[name] for name in BEFORE},
    **{f"now_{name}": SEEN[name] for name in NOW},
}
"""Column → type. `system` and `code` are the dossier's least code; a moment at which it was unknown shows nulls."""


def looks_now(expressions: Iterable[pl.Expr]) -> bool:
    """Whether any of these looks at what is known latest: then dossiers that came after the period are cases too."""
    return any(name.startswith("now_") for expression in expressions for name in expression.meta.root_names())


def with_later_ones(cases: pl.DataFrame) -> pl.DataFrame:
    """The cases, those that came after the period told apart by what is known of them now."""
    came_later = pl.col("void").is_null()
    return cases.with_columns(
        pl.when(came_later).then(f"now_{name}").otherwise(name).alias(name)
        for name in ("agency", "procedure", "channel")
    )


def cases_of(
    dossiers: Iterable[tuple[Sequence[Segment], CodeKey]], *, opens: datetime, closes: datetime, latest: bool = False
) -> pl.DataFrame:
    """The cases of the period [opens, closes) out of timelines, each with its least (system, code).

    A dossier of which nothing was known just before `closes` is no case, unless the `latest` is looked at too. For
    tests and small sets: a large province is read as a frame from where its segments are kept.
    """
    rows: list[tuple[Any, ...]] = []
    for segments, (system, code) in dossiers:
        close = just_before(segments, closes)
        if close is None and not (latest and segments):
            continue
        before, last = just_before(segments, opens), segments[-1]
        rows.append(
            (
                system,
                code,
                *(None if close is None else getattr(close, name) for name in AT_CLOSE),
                *(None if before is None else getattr(before, name) for name in BEFORE),
                *(getattr(last, name) for name in NOW),
            )
        )
    return pl.DataFrame(rows, schema=SCHEMA, orient="row")
