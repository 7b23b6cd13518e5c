"""Reading what older versions wrote: each step lifts one version of one type to the next, on plain JSON objects."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, TypeVar

from pydantic import ValidationError
from pydantic_core import from_json, to_json

from contracts.dossier_events import DossierEvent, parse_current
from contracts.events_to_fold import EventToFold, parse_current_to_fold

E = TypeVar("E")
Upcast = Callable[[dict[str, Any]], dict[str, Any]]
"""Takes an event of version n, gives the same event in version n+1 with its new `type`."""

UPCASTS: Final[Mapping[str, Upcast]] = {}
"""Old type → step. Empty while every type is in its first version."""


def upcast(event: dict[str, Any], steps: Mapping[str, Upcast] = UPCASTS) -> dict[str, Any]:
    """Lift an event through every step there is for its type; an event of a current version comes back as it is."""
    while (step := steps.get(event["type"])) is not None:
        event = step(event)
    return event


def parse_event(raw: bytes, steps: Mapping[str, Upcast] = UPCASTS) -> DossierEvent:
    """Read one event of any version.

    Raises pydantic.ValidationError when it is none: an unknown type stays unknown, it is never skipped.
    """
    return _parse(raw, steps, parse_current)


def parse_event_to_fold(raw: bytes, steps: Mapping[str, Upcast] = UPCASTS) -> EventToFold:
    """The same for a reader that folds events itself and needs no state."""
    return _parse(raw, steps, parse_current_to_fold)


def _parse(raw: bytes, steps: Mapping[str, Upcast], parse: Callable[[bytes], E]) -> E:
    try:
        return parse(raw)
    except ValidationError:
        try:
            document = from_json(raw)
        except ValueError:
            document = None
        if not isinstance(document, dict) or not isinstance(kind := document.get("type"), str) or kind not in steps:
            raise
        return parse(to_json(upcast(document, steps)))
