"""What is built without validation equals what validation builds, and is written to the same bytes."""

from __future__ import annotations

import pytest

from contracts.dossier_events import DossierEvent, DossierState, encode, parse_current
from tests.builders import USUAL_SYSTEMS, connecting, link, observation, retraction
from tests.unit.domain.log import Log


def recorded() -> list[DossierEvent]:
    """Events of every kind that the recorder makes: facts, merges, splits, restated dossiers, tenant-level ones."""
    log = Log()
    log.record([connecting(name, kind) for name, kind in USUAL_SYSTEMS.items()])
    log.record(
        [
            observation("portal", "submitted", "13/5 08:00", code="P-1", channel="online"),
            observation("one-stop", "accepted", "13/5 09:00", code="H-1", due_at="20/5 09:00", act_id="7", sequence=2),
            observation("one-stop", "forwarded", "13/5 10:00", code="H-1"),
            link("one-stop", "H-1", "portal", "P-1", "13/5 09:00"),
            link("one-stop", "H-1", "portal", "P-1", "14/5 09:00", act="unlinked"),
            retraction("one-stop", "15/5 09:00", "accepted", code="H-1", named_id="7"),
            observation("one-stop", "system_disconnected", "1/1 00:00", code="one-stop"),
        ]
    )
    return log.events


@pytest.mark.parametrize("event", recorded(), ids=lambda event: f"{event.position}-{event.act}")
def test_an_event_equals_its_validated_self(event: DossierEvent) -> None:
    validated = type(event).model_validate(event.model_dump())
    assert validated == event
    assert encode(validated) == encode(event)
    assert parse_current(encode(event)) == event
    assert list(event.__dict__) == list(type(event).model_fields)


def test_every_kind_is_among_them() -> None:
    acts = {event.act for event in recorded()}
    assert acts >= {"submitted", "accepted", "linked", "unlinked", "merged", "split", "retracted", "restated"}
    assert acts >= {"system_connected", "system_disconnected"}


def test_a_state_has_every_field_in_order() -> None:
    states = [event.state for event in recorded() if event.state is not None]
    assert states
    for state in states:
        assert list(state.__dict__) == list(DossierState.model_fields)
