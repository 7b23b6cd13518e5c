"""How long a procedure may take: a number of one of four units (đơn vị tính thời hạn giải quyết)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, get_args

Unit = Literal["hour", "working_day", "calendar_day", "month"]
"""Giờ làm việc, ngày làm việc, ngày, tháng."""
UNITS: Final[tuple[Unit, ...]] = get_args(Unit)


@dataclass(frozen=True, slots=True)
class Limit:
    """A whole positive number of units; half a working day is said in hours.

    Raises ValueError for anything else: a limit that is missing or nought is never made up.
    """

    value: int
    unit: Unit

    def __post_init__(self) -> None:
        if self.value < 1:
            raise ValueError(f"a limit is at least 1 {self.unit}, not {self.value}")
