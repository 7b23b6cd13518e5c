"""What a reader or a polled system hands on, and what its mapping makes of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from contracts.observations import Observation


@dataclass(frozen=True, slots=True)
class Row:
    """One row as it came: its values by column, and where a person finds it."""

    locator: str
    values: Mapping[str, Any]
    rows: str = ""
    """Name of the mapping's [[rows]] it is one of, where the mapping names them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """One row that cannot be taken: which field and value, why, and what to do. The rows around it are not touched."""

    locator: str
    field: str
    value: str
    reason: str
    raw: bytes
    """The whole row as JSON, or what there is of it."""
    unknown: bool = False
    """A code that the mapping lacks: the row can be taken once it is added."""
    rows: str = ""
    """Name of the mapping's [[rows]] it is one of."""

    def __str__(self) -> str:
        shown = self.value if len(self.value) <= _SHOWN_MAX else f"{self.value[:_SHOWN_MAX]}…"
        return f"{self.locator}: {self.field}{f' {shown!r}' if self.value else ''} {self.reason}"


@dataclass(frozen=True, slots=True)
class Said:
    """An act that a row states. `key` names the act, `content` is what is said of it."""

    observation: Observation
    key: bytes
    content: bytes
    locator: str


@dataclass(frozen=True, slots=True)
class Unsaid:
    """An act that a dossier has at most once is empty in this row: if it was said before, it is taken back."""

    code: str
    act: str
    act_id: str
    key: bytes
    locator: str


_SHOWN_MAX = 80
