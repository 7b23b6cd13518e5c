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
from services.domain.papers import Papers
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

NAME: Final = ("system", "code")
"""What names a dossier: its least code."""

SCHEMA: Final[dict[str, Any]] = {
    **dict.fromkeys(NAME, pl.String),
    **SEEN,
    **{f"before_{name}": SEEN[name] for name in BEFORE},
    **{f"now_{name}": SEEN[name] for name in NOW},
}
"""Column → type. A moment at which the dossier was unknown shows nulls."""


def with_later_ones(cases: pl.DataFrame) -> pl.DataFrame:
    """The cases, those that came after the period told apart by what is known of them now."""
    came_later = pl.col("void").is_null()
    return cases.with_columns(
        pl.when(came_later).then(f"now_{name}").otherwise(name).alias(name)
        for name in ("agency", "procedure", "channel")
    )


PAPERS: Final[dict[str, Any]] = {
    "components_digitised": pl.Int32,
    "components_reused": pl.Int32,
    "results_digitised": pl.Int32,
    "documents_signed": pl.Int32,
    "documents_signed_digitally": pl.Int32,
    "paid_online": pl.Boolean,
    "fee_zero": pl.Boolean,
    "identity_verified": pl.Boolean,
    "national_at": _INSTANT,
    "first_supplement_at": _INSTANT,
    "supplement_since": _INSTANT,
    "supplement_seconds": pl.Int64,
}
"""What is seen of a dossier's papers just before the period closes: the fields of `Papers` of the same names."""

PAPERS_BEFORE: Final = ("documents_signed", "documents_signed_digitally")
"""What of them is looked at just before the period too: signing is counted by its own date."""

PAPERS_SCHEMA: Final[dict[str, Any]] = {
    **dict.fromkeys(NAME, pl.String),
    **PAPERS,
    **{f"before_{name}": PAPERS[name] for name in PAPERS_BEFORE},
}
PAPER_COLUMNS: Final = frozenset(PAPERS_SCHEMA).difference(NAME)


def papers_of(
    dossiers: Iterable[tuple[Sequence[Papers], CodeKey]], *, opens: datetime, closes: datetime
) -> pl.DataFrame:
    """The papers of the same dossiers at the same moments; those of which nobody had said anything are left out."""
    rows: list[tuple[Any, ...]] = []
    for papers, (system, code) in dossiers:
        close, before = just_before(papers, closes), just_before(papers, opens)
        if close is not None:
            were = [None if before is None else getattr(before, name) for name in PAPERS_BEFORE]
            rows.append((system, code, *(getattr(close, name) for name in PAPERS), *were))
    return pl.DataFrame(rows, schema=PAPERS_SCHEMA, orient="row")


def with_papers(cases: pl.DataFrame, papers: pl.DataFrame) -> pl.DataFrame:
    """The cases with what is known of their papers beside them."""
    return cases.join(papers, on=NAME, how="left")


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
