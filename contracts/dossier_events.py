"""An observation once recorded: the stored event, which is the very bytes that go on the wire (CloudEvents 1.0 JSON).

An event carries the claim (`data`) and the small `state` of its dossier after it. A subscriber that keeps, per
dossier, the `state` with the highest `position` is right without knowing our rules.
"""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal, Protocol, Union, cast
from uuid import UUID

from pydantic import Field, TypeAdapter, create_model

from contracts.claims import ACTS
from contracts.codes import Channel, Clock, Code, DossierStatus, Instant, Outcome
from contracts.envelope import Envelope
from contracts.frozen import Frozen


class DossierState(Frozen):
    """What the facts about a dossier come to. `None` means that nobody with authority has said it."""

    status: DossierStatus | None = None
    clock: Clock = "not_started"
    submitted_at: Instant | None = None
    accepted_at: Instant | None = None
    due_at: Instant | None = None
    ended_at: Instant | None = None
    """When the end in force took effect; absent again after a reopening."""
    returned_at: Instant | None = None
    outcome: Outcome | None = None
    channel: Channel | None = None
    agency: Code | None = None
    procedure: Code | None = None
    void: bool = False
    codes: dict[str, tuple[Code, ...]] = Field(default_factory=dict)
    """System → the codes it uses for this dossier, sorted."""
    merged_into: UUID | None = None
    """The dossier that goes on with this one's codes."""


class _Typed(Protocol):
    @property
    def type(self) -> str: ...
    @property
    def source(self) -> str: ...


class Named:
    """What `type` and `source` of an event say, in our words."""

    @property
    def act(self: _Typed) -> str:
        """The act this type stands for."""
        return ACT_OF_TYPE[self.type]

    @property
    def tenant(self: _Typed) -> str:
        """The tenant named in `source`."""
        return self.source.split("/", 3)[2]

    @property
    def system(self: _Typed) -> str:
        """The system named in `source`."""
        return self.source.rpartition("/")[2]


class DossierEvent(Named, Envelope):
    """One recorded fact or announcement at one position of a tenant's log. `parse_event` gives the fitting subclass."""

    data: Frozen
    state: DossierState | None = None
    """After this event; absent for a tenant-level event."""
    changed: dict[str, str] = Field(default_factory=dict)
    """Field of the state that this event moved → the system whose claim it now rests on."""


def type_of(act: str) -> str:
    """The event type of an act: `vn.khop.dossier.status-reported.v1`; tenant-level acts say `tenant` instead."""
    scope = ACTS[act][1]
    return f"vn.khop.{'tenant' if scope == 'tenant' else 'dossier'}.{act.replace('_', '-')}.v1"


def source_of(tenant: str, system: str) -> str:
    """The source URI of a system of a tenant."""
    return f"/tenants/{tenant}/systems/{system}"


ACT_OF_TYPE: Final[dict[str, str]] = {type_of(act): act for act in ACTS}


def _subclass(act: str, claim: type[Frozen]) -> type[DossierEvent]:
    fields: dict[str, Any] = {"type": (Literal[type_of(act)], ...), "data": (claim, ...)}
    name = "".join(word.capitalize() for word in act.split("_")) + "Event"
    return cast(type[DossierEvent], create_model(name, __base__=DossierEvent, **fields))


EVENT_TYPES: Final[dict[str, type[DossierEvent]]] = {
    type_of(act): _subclass(act, claim) for act, (claim, _) in ACTS.items()
}
_ANY: Final[Any] = Annotated[Union[tuple(EVENT_TYPES.values())], Field(discriminator="type")]  # noqa: UP007 - built from the table of acts
_ADAPTER: Final[TypeAdapter[DossierEvent]] = TypeAdapter(_ANY)


def parse_current(raw: bytes) -> DossierEvent:
    """Read one event of a current version; older versions go through `contracts.upcasting.parse_event`.

    Raises pydantic.ValidationError when the bytes are no such event.
    """
    # A newer writer may have added fields: a reader that refused them would stop at every upgrade.
    return _ADAPTER.validate_json(raw, extra="ignore")


def encode(event: DossierEvent) -> bytes:
    """The bytes that are stored and published; absent values are left out, empty `changed` is not."""
    return event.__pydantic_serializer__.to_json(event, exclude_none=True)
