"""How the ledger tells a person the story of one delivery, the same whatever keeps it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence


def told(owed: Mapping[str, object], attempts: Sequence[Mapping[str, object]]) -> dict[str, object]:
    """One delivery with what was tried of it, the oldest first, and its receipt once it was accepted.

    Keys: subscriber, number, dossier, position, repair, creates, owed_at, attempts (outcome, detail, at), receipt
    (detail, at; None while open), and of an open one next_at, leased, parked_reason (None unless it is set aside).
    """
    receipt = next(
        ({"detail": each["detail"], "at": each["at"]} for each in attempts if each["outcome"] == "accepted"), None
    )
    return {**owed, "attempts": [dict(each) for each in attempts], "receipt": receipt}
