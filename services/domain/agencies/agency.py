"""An agency for as long as its title, level and place stayed the same, and why a dossier may belong to none."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Final, Literal
from uuid import UUID

from contracts.codes import AgencyLevel, Succession


@dataclass(frozen=True, slots=True, kw_only=True)
class Agency:
    """What a code stands for from `valid_from` until before `valid_to`: declared, or ended by its succession."""

    code: str
    title: str
    level: AgencyLevel
    parent: str | None
    valid_from: date
    valid_to: date | None
    fact: UUID = field(compare=False)
    """The fact that declared it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Succeeded:
    """From `on` on, `to` do what `code` did."""

    code: str
    kind: Succession
    to: tuple[str, ...]
    on: date
    fact: UUID = field(compare=False)


Reason = Literal["absent", "undeclared", "not_yet", "ended", "split", "contradicted"]

REASONS: Final[dict[Reason, tuple[str, str]]] = {
    "absent": ("không có đơn vị xử lý", "no system said which agency handles it"),
    "undeclared": ("mã đơn vị chưa khai báo", "nobody declared an agency of this code"),
    "not_yet": ("đơn vị chưa thành lập vào ngày này", "the agency is declared from a later day on only"),
    "ended": ("đơn vị đã kết thúc, hồ sơ chưa chuyển", "the agency had ended, and the dossier was not reassigned"),
    "split": ("đơn vị đã chia tách, hồ sơ chưa chuyển", "the agency was split, and the dossier was not reassigned"),
    "contradicted": ("khai báo đơn vị mâu thuẫn", "what is declared of the agency's succession contradicts itself"),
}
"""What officials read: Vietnamese, English."""


@dataclass(frozen=True, slots=True)
class NotKnown:
    """A dossier belongs to no agency's row, and why; `candidates` are the agencies that may have it, sorted."""

    reason: Reason
    candidates: tuple[str, ...] = ()
