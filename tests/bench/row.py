"""One line of the bench: what was measured, and the limit or peer it stands beside, measured in the same run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Goal:
    """Bounds on a row's value, and on its ratio to what was measured beside it; what is absent is not asked for."""

    at_least: float | None = None
    at_most: float | None = None
    ratio_at_least: float | None = None
    above_limit_at_most: float | None = None
    """By how much the value may lie above the limit's, in the row's unit."""

    def text(self, unit: str) -> str:
        """As a person reads it."""
        parts = []
        if self.at_least is not None:
            parts.append(f"≥ {self.at_least:,.6g} {unit}")
        if self.at_most is not None:
            parts.append(f"≤ {self.at_most:,.6g} {unit}")
        if self.ratio_at_least is not None:
            parts.append(f"≥ {self.ratio_at_least:g} × the limit")
        if self.above_limit_at_most is not None:
            parts.append(f"at most {self.above_limit_at_most:g} {unit} above the limit")
        return ", ".join(parts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """`limit` says what `limit_value` is, in the same unit. A row that falls short stays, with its figure."""

    name: str
    value: float
    unit: str
    limit: str
    limit_value: float
    goal: Goal

    @property
    def ratio(self) -> float:
        """Value to limit."""
        return self.value / self.limit_value if self.limit_value else 0.0

    @property
    def met(self) -> bool:
        """Whether the goal is reached."""
        goal = self.goal
        return (
            (goal.at_least is None or self.value >= goal.at_least)
            and (goal.at_most is None or self.value <= goal.at_most)
            and (goal.ratio_at_least is None or self.ratio >= goal.ratio_at_least)
            and (goal.above_limit_at_most is None or self.value - self.limit_value <= goal.above_limit_at_most)
        )

    def document(self) -> dict[str, Any]:
        """As it is written to bench.json."""
        return {
            "name": self.name,
            "value": round(self.value, 3),
            "unit": self.unit,
            "limit": self.limit,
            "limit_value": round(self.limit_value, 3),
            "ratio": round(self.ratio, 3),
            "goal": self.goal.text(self.unit),
            "met": self.met,
        }
