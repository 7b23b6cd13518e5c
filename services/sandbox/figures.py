"""The right figures of a period, counted plainly over the history: what every portal and Khớp is held against."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from services.sandbox.history import ONLINE, Dossier, History, columns

NAMES: Final = (
    "carried_over",
    "received_online",
    "received_direct",
    "reopened",
    "resolved_on_time",
    "resolved_late",
    "in_hand_not_due",
    "in_hand_overdue",
    "voided",
)
"""The figures of the flow report (form II.06a, TT 01/2020/TT-VPCP, with reopened and voided beside it)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """Numbers of dossiers of one period, as far as a portal's columns can tell."""

    received_online: int
    received_direct: int
    """Counter and post together, as the form has them."""
    resolved_on_time: int
    resolved_late: int
    in_hand: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Truth:
    """The whole flow report of the truth."""

    figures: dict[str, int]
    """One of each of NAMES."""
    lists: dict[str, str]
    """Per figure SHA-256 over the sorted lines `system/code` of its dossiers: sets are compared, not only sums."""

    @property
    def portal(self) -> Counts:
        """What a portal that is right counts."""
        return Counts(
            received_online=self.figures["received_online"],
            received_direct=self.figures["received_direct"],
            resolved_on_time=self.figures["resolved_on_time"],
            resolved_late=self.figures["resolved_late"],
            in_hand=self.figures["in_hand_not_due"] + self.figures["in_hand_overdue"],
        )


def count(history: History, *, system: str) -> Truth:
    """Count the profile's period over the whole truth. `system` is the one-stop system's name, for the lists."""
    opens, closes = (int(moment.timestamp()) for moment in (history.profile.opens_at, history.profile.closes_at))
    found: dict[str, list[bytes]] = {name: [] for name in NAMES}
    for dossier in history:
        line = f"{system}/{dossier.code}\n".encode()
        for name in _in(dossier, opens, closes):
            found[name].append(line)
    return Truth(
        figures={name: len(lines) for name, lines in found.items()},
        lists={name: sha256(b"".join(sorted(lines))).hexdigest() for name, lines in found.items()},
    )


def _in(dossier: Dossier, opens: int, closes: int) -> list[str]:
    """The figures that a dossier is in."""
    now = columns(dossier)
    then = columns(dossier, sum(statement.at < opens for statement in dossier.statements))
    if now.void:
        return [] if then.void else ["voided"]
    if not now.accepted:
        return []
    names: list[str] = []
    if now.accepted >= opens:
        names.append("received_online" if now.channel == ONLINE else "received_direct")
    elif not then.ended:
        names.append("carried_over")
    elif then.ended != now.ended:
        names.append("reopened")
    if not now.ended:
        names.append("in_hand_overdue" if now.due < (now.paused or closes) else "in_hand_not_due")
    elif now.ended >= opens:
        names.append("resolved_on_time" if now.ended <= now.due else "resolved_late")
    return names
