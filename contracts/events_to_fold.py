"""The part of an event that a reader needs which folds it itself: who claimed what, and of which codes; no state.

Made out of the contract of the whole event, field by field, so that there is one definition. It is read in two thirds
of the time and kept in two thirds of the memory: much of an event is the state after it.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Final, Protocol, Union
from uuid import UUID

from pydantic import Field, TypeAdapter, create_model

from contracts.dossier_events import EVENT_TYPES, DossierEvent, DossierState, Named
from contracts.frozen import Frozen


class CodesToFold(Protocol):
    """What a state says of identity, which alone no fold can conclude from the facts of one dossier."""

    @property
    def codes(self) -> dict[str, tuple[str, ...]]: ...
    @property
    def merged_into(self) -> UUID | None: ...


class EventToFold(Protocol):
    """Any event, whole or in part. The attributes are those of `DossierEvent`."""

    @property
    def id(self) -> UUID: ...
    @property
    def type(self) -> str: ...
    @property
    def subject(self) -> str: ...
    @property
    def time(self) -> datetime: ...
    @property
    def observedtime(self) -> datetime: ...
    @property
    def position(self) -> int: ...
    @property
    def previous(self) -> int | None: ...
    @property
    def code(self) -> str: ...
    @property
    def actid(self) -> str | None: ...
    @property
    def item(self) -> str | None: ...
    @property
    def actsequence(self) -> int | None: ...
    @property
    def revision(self) -> datetime | None: ...
    @property
    def data(self) -> Frozen: ...
    @property
    def state(self) -> CodesToFold | None: ...
    @property
    def act(self) -> str: ...
    @property
    def tenant(self) -> str: ...
    @property
    def system(self) -> str: ...


class _Part(Named, Frozen):
    pass


def _fields(whole: type[Frozen], names: frozenset[str]) -> dict[str, Any]:
    return {name: (field.annotation, field) for name, field in whole.model_fields.items() if name in names}


def _part_of(kind: type[DossierEvent]) -> type[_Part]:
    fields = _fields(kind, _NAMES) | {"state": (_STATE | None, None)}
    return create_model(f"{kind.__name__}ToFold", __base__=_Part, **fields)


_NAMES: Final = frozenset(DossierEvent.model_fields) - {
    *("specversion", "recordedtime", "traceparent", "datacontenttype", "state", "changed")
}
_STATE: Final = create_model(
    "StateToFold", __base__=Frozen, **_fields(DossierState, frozenset({"codes", "merged_into"}))
)
_PARTS: Final = tuple(_part_of(kind) for kind in EVENT_TYPES.values())
_ANY: Final[Any] = Annotated[Union[_PARTS], Field(discriminator="type")]  # noqa: UP007 - built from the table of acts
_ADAPTER: Final[TypeAdapter[EventToFold]] = TypeAdapter(_ANY)


def parse_current_to_fold(raw: bytes) -> EventToFold:
    """Read this part of an event of a current version; see `contracts.upcasting.parse_event_to_fold`.

    Raises pydantic.ValidationError when it is no such event; what is not read is not looked at either.
    """
    return _ADAPTER.validate_json(raw, extra="ignore")
