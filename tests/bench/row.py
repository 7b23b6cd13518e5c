"""One line of the bench: what was measured, and the limit or peer it stands beside, measured in the same run."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """`limit` says what `limit_value` is; `ratio` is value to limit_value. A row that falls short stays."""

    name: str
    value: float
    unit: str
    limit: str
    limit_value: float

    @property
    def ratio(self) -> float:
        return self.value / self.limit_value
