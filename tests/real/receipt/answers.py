"""The report's figures under the names that the right answers of the real log use."""

from __future__ import annotations

from collections.abc import Mapping

NEVER = ("received_channel_unknown", "reopened", "voided", "resolved_no_due_date", "in_hand_no_due_date")
"""What this log has none of, so that the right answers have no name for it."""


def in_their_words(figures: Mapping[str, int]) -> dict[str, int]:
    """One row of the right answers, from one row of ours."""
    assert {figures[name] for name in NEVER} == {0}
    return {
        "carried_over": figures["carried_over"],
        "received": figures["received_online"] + figures["received_direct"],
        "received_online": figures["received_online"],
        "received_direct": figures["received_direct"],
        "released": figures["resolved_on_time"] + figures["resolved_late"],
        "released_on_time": figures["resolved_on_time"],
        "released_late": figures["resolved_late"],
        "in_hand_end": figures["in_hand_overdue"] + figures["in_hand_not_due"],
        "in_hand_overdue": figures["in_hand_overdue"],
        "in_hand_undue": figures["in_hand_not_due"],
    }
