"""A bridge from one figure to another: reasons with their dossiers, the largest first, whose sum is the difference."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

import polars as pl

from services.domain.statistics.explain.reason import Reason


@dataclass(frozen=True, slots=True)
class Span:
    """One reason: dossiers (`system/code`, sorted) that count more in B, and those that count more in A.

    `difference` is what they come to, B − A; of a residual it may stand alone, with no dossier to show.
    """

    reason: Reason
    difference: int
    more_in_b: tuple[str, ...]
    more_in_a: tuple[str, ...]

    @property
    def dossiers(self) -> int:
        """How many moved."""
        return len(self.more_in_a) + len(self.more_in_b)

    @property
    def hash(self) -> str:
        """SHA-256 (hex) of the lines `system/code`, sorted bytewise: how lists are compared between systems."""
        lines = sorted(f"{line}\n".encode() for line in (*self.more_in_a, *self.more_in_b))
        return sha256(b"".join(lines)).hexdigest()


@dataclass(frozen=True, slots=True)
class Bridge:
    """From figure `a` to figure `b` of a cell: `a` and all differences come to `b` exactly."""

    cells: tuple[str, str]
    a: int
    b: int
    spans: tuple[Span, ...]


def bridge(cells: tuple[str, str], traced: pl.DataFrame, reasons: Sequence[Reason]) -> Bridge:
    """The bridge that a whole trace makes; `reasons` by the number of their step."""
    a, b = (int(traced[side].sum()) for side in ("start", "end"))
    moved = traced.filter(pl.col("start") != pl.col("end")).sort("line")
    spans = []
    for (number,), some in moved.group_by("why"):
        assert number is not None
        spans.append(
            Span(
                reasons[int(number)],
                int((some["end"] - some["start"]).sum()),
                tuple(some.filter(pl.col("end") > pl.col("start"))["line"].sort()),
                tuple(some.filter(pl.col("end") < pl.col("start"))["line"].sort()),
            )
        )
    return Bridge(cells, a, b, tuple(sorted(spans, key=_size)))


def with_residual(found: Bridge, residual: Reason, *, a: int | None = None, b: int | None = None) -> Bridge:
    """The bridge with its ends where somebody else has them: what that leaves is named, never hidden."""
    from_a, from_b = found.a if a is None else a, found.b if b is None else b
    left = (from_b - from_a) - (found.b - found.a)
    spans = found.spans if left == 0 else (*found.spans, Span(residual, left, (), ()))
    return Bridge(found.cells, from_a, from_b, tuple(sorted(spans, key=_size)))


def _size(span: Span) -> tuple[int, int, str]:
    return (-max(span.dossiers, abs(span.difference)), -abs(span.difference), span.reason.name)
