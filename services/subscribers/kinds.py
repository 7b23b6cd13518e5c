"""Finds a subscriber's kind: a file of this folder that has `connect` is a kind, its name is the kind's name."""

from __future__ import annotations

from typing import cast

import services.subscribers
from services.deliveries.port import Subscriber
from services.runtime import plugins
from services.runtime.clock import Clock
from services.subscribers.port import PRESENT_AT, Portal, Transport


class UnknownKind(ValueError):
    """No file of that name serves subscribers; says which there are."""


def portal_of(subscriber: Subscriber, *, transport: Transport, clock: Clock) -> Portal:
    """The downstream system behind a subscriber. Raises UnknownKind, or ValueError for a setting it cannot use."""
    kinds = plugins.modules(services.subscribers, attribute="connect")
    if subscriber.kind not in kinds:
        raise UnknownKind(f"kind: {subscriber.kind!r} is none of {', '.join(kinds)}")
    own = {name: value for name, value in subscriber.settings.items() if name != PRESENT_AT}
    return cast(Portal, kinds[subscriber.kind].connect(settings=own, transport=transport, clock=clock))
