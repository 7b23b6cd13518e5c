"""Building contracts out of values that were validated already, because the recorder builds one pair for every fact.

pydantic's `model_construct` walks all fields to fill in defaults and costs eight times as much; here every field is
given. A test holds that what is built this way equals, and is written to the same bytes as, what validation builds.
"""

from __future__ import annotations

from typing import Any, Final, TypeVar

from contracts.dossier_events import DossierEvent, DossierState
from contracts.frozen import Frozen

M = TypeVar("M", bound=Frozen)

EVENT_FIELDS: Final = set(DossierEvent.model_fields)
STATE_FIELDS_SET: Final = set(DossierState.model_fields)

_put: Final = object.__setattr__


def construct(kind: type[M], values: dict[str, Any], fields: set[str]) -> M:
    """An instance with exactly these values, in the order of the class's fields; nothing is checked."""
    made = kind.__new__(kind)
    _put(made, "__dict__", values)
    _put(made, "__pydantic_fields_set__", fields)
    _put(made, "__pydantic_extra__", None)
    _put(made, "__pydantic_private__", None)
    return made
