"""The right figures of a period, counted plainly over the history: what every portal and Khớp is held against."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256

from services.sandbox.history import DIRECT, ONLINE, POSTAL, Columns, Dossier, History, columns


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """Numbers of dossiers of one period, by the predicate of the flow report (form II.06a, TT 01/2020/TT-VPCP)."""

    received_online: int = 0
    received_direct: int = 0
    """Counter and post together, as the form has them."""
    resolved_on_time: int = 0
    resolved_late: int = 0
    in_hand: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class FullCounts:
    """As `Counts`, with the columns that need more than a portal keeps."""

    portal: Counts
    carried_over: int
    reopened: int
    in_hand_not_due: int
    in_hand_overdue: int
    voided: int
    resolved_list: str
    """SHA-256 over the sorted lines `system/code` of all resolved dossiers: sets are compared, not only sums."""


def count(history: History, *, system: str) -> FullCounts:
    """Count the profile's period over the whole truth. `system` is the one-stop system's name, for the list."""
    opens, closes = (int(moment.timestamp()) for moment in (history.profile.opens_at, history.profile.closes_at))
    tally = dict.fromkeys(
        ("online", "direct", "on_time", "late", "not_due", "overdue", "carried_over", "reopened", "voided"), 0
    )
    resolved: list[bytes] = []
    for dossier in history:
        now, then = columns(dossier), _columns_before(dossier, opens)
        if now.void:
            tally["voided"] += not then.void
            continue
        if not now.accepted:
            continue
        if now.accepted >= opens:
            tally["online" if now.channel == ONLINE else "direct"] += now.channel in (ONLINE, DIRECT, POSTAL)
        elif not then.ended:
            tally["carried_over"] += 1
        elif then.ended != now.ended:
            tally["reopened"] += 1
        if now.ended and opens <= now.ended < closes:
            tally["on_time" if now.ended <= now.due else "late"] += 1
            resolved.append(f"{system}/{dossier.code}\n".encode())
        elif not now.ended:
            tally["overdue" if now.due < (now.paused or closes) else "not_due"] += 1
    return FullCounts(
        portal=Counts(
            received_online=tally["online"],
            received_direct=tally["direct"],
            resolved_on_time=tally["on_time"],
            resolved_late=tally["late"],
            in_hand=tally["not_due"] + tally["overdue"],
        ),
        carried_over=tally["carried_over"],
        reopened=tally["reopened"],
        in_hand_not_due=tally["not_due"],
        in_hand_overdue=tally["overdue"],
        voided=tally["voided"],
        resolved_list=sha256(b"".join(sorted(resolved))).hexdigest(),
    )


def _columns_before(dossier: Dossier, instant: int) -> Columns:
    return columns(dossier, sum(statement.at < instant for statement in dossier.statements))
