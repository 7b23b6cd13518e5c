"""What another system shows of a dossier against what follows from the facts: the differences, and nothing done."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from contracts.dossier_events import DossierState

COMPARED: Final = (
    "status",
    "submitted_at",
    "accepted_at",
    "due_at",
    "ended_at",
    "outcome",
    "channel",
    "agency",
    "procedure",
    "void",
)
"""Fields of the state that a figure can rest on. Codes are the identity map's, the clock follows from the others."""

_MOMENTS: Final = frozenset({"submitted_at", "accepted_at", "due_at", "ended_at"})

Plain = str | int | bool | None
"""A value as JSON has it."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One field, as it should be and as it is shown; the field `dossier` when the whole is missing there."""

    field: str
    expected: Plain
    shown: Plain


def compare(
    expected: DossierState, shown: Mapping[str, object] | None, *, rests_on: Mapping[str, str], system: str
) -> tuple[Difference, ...]:
    """How `shown`, by `system`, differs from `expected`; empty when every figure they give is the same.

    Not compared: what rests on that system's own claim (it is right by definition), what nobody with authority has
    said yet, and what it does not show at all. Moments are equal to the second: portals keep no more.
    """
    if shown is None:
        # What was entered by mistake and is void counts nowhere, so it need not be there.
        missing = not expected.void and any(on != system for on in rests_on.values())
        return (Difference("dossier", "present", "absent"),) if missing else ()
    return tuple(
        Difference(field, wanted, found)
        for field in COMPARED
        if field in shown and rests_on.get(field, system) != system
        for wanted, found in [(_plain(field, getattr(expected, field)), _plain(field, shown[field]))]
        if wanted != found
    )


def fingerprint(differences: tuple[Difference, ...]) -> str:
    """A short digest of what was shown where it differs: the same again gives the same repair, not another one."""
    shown = json.dumps([[each.field, each.shown] for each in differences], ensure_ascii=False)
    return hashlib.sha256(shown.encode()).hexdigest()[:16]


def _plain(field: str, value: object) -> Plain:
    if isinstance(value, datetime):
        return _second(value)
    if isinstance(value, str):
        return _moment(value) if field in _MOMENTS else value
    if value is None or isinstance(value, bool):
        return value
    return int(value) if isinstance(value, int) else repr(value)[:100]


def _moment(text: str) -> str:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return text
    # Without a zone it is no moment: it stays as it is shown, and so differs.
    return text if moment.tzinfo is None else _second(moment)


def _second(moment: datetime) -> str:
    return moment.astimezone(UTC).replace(microsecond=0).isoformat()
