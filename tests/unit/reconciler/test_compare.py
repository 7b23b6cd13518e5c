"""What counts as a difference: every field a figure can rest on, and nothing that the other side decides itself."""

from datetime import UTC, datetime

import pytest

from contracts.codes import DossierStatus
from contracts.dossier_events import DossierState
from services.domain.reconcile import Difference, compare, fingerprint

ACCEPTED = datetime(2024, 5, 13, 2, 12, 30, 250_000, tzinfo=UTC)
STATE = DossierState(
    status=DossierStatus.IN_PROCESS, clock="running", accepted_at=ACCEPTED, channel="online", agency="H99.10"
)
RESTS_ON = {
    "status": "one-stop",
    "accepted_at": "one-stop",
    "channel": "portal",
    "agency": "one-stop",
    "ended_at": "one-stop",
}
SAME = {
    "status": 4,
    "accepted_at": "2024-05-13T09:12:30+07:00",
    "channel": "online",
    "agency": "H99.10",
    "ended_at": None,
}


def differences(shown: dict[str, object] | None, state: DossierState = STATE) -> tuple[Difference, ...]:
    return compare(state, shown, rests_on=RESTS_ON, system="portal")


def test_the_same_to_the_second_in_another_zone_is_the_same() -> None:
    assert differences(SAME) == ()


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ({"status": 2}, Difference("status", 4, 2)),
        ({"status": None}, Difference("status", 4, None)),
        ({"status": "4"}, Difference("status", 4, "4")),
        (
            {"accepted_at": "2024-05-13T09:12:31+07:00"},
            Difference("accepted_at", "2024-05-13T02:12:30+00:00", "2024-05-13T02:12:31+00:00"),
        ),
        (
            {"accepted_at": "2024-05-13T02:12:30"},
            Difference("accepted_at", "2024-05-13T02:12:30+00:00", "2024-05-13T02:12:30"),
        ),
        ({"accepted_at": "soon"}, Difference("accepted_at", "2024-05-13T02:12:30+00:00", "soon")),
        (
            {"ended_at": "2024-05-14T00:00:00Z"},
            Difference("ended_at", None, "2024-05-14T00:00:00+00:00"),
        ),
        ({"agency": ["H99"]}, Difference("agency", "H99.10", "['H99']")),
    ],
)
def test_each_field_that_differs_is_named_with_both_values(change: dict[str, object], found: Difference) -> None:
    assert differences(SAME | change) == (found,)


def test_what_rests_on_the_system_itself_or_on_nobody_or_is_not_shown_is_not_compared() -> None:
    assert differences({"status": 4, "channel": "direct", "procedure": "9.000123", "mood": "good"}) == ()


def test_a_dossier_that_is_not_there_is_missing_unless_it_is_void_or_its_own() -> None:
    assert differences(None) == (Difference("dossier", "present", "absent"),)
    assert differences(None, STATE.model_copy(update={"void": True})) == ()
    assert compare(STATE, None, rests_on={"status": "portal"}, system="portal") == ()


def test_the_fingerprint_is_of_what_was_shown() -> None:
    one, same = differences(SAME | {"status": 2}), differences(SAME | {"status": 2})
    other = differences(SAME | {"status": 9})
    assert fingerprint(one) == fingerprint(same) != fingerprint(other)
