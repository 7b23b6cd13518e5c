"""The one front door: a claim by a system, in our words, on its way to the recorder."""

from __future__ import annotations

from datetime import UTC, date, datetime
from functools import cache
from hashlib import sha1
from typing import Annotated, Any, Final, Literal, Union, cast
from uuid import UUID

from pydantic import Field, TypeAdapter, create_model
from pydantic_core import to_json

from contracts.claims import ACTS
from contracts.codes import Code, Instant, SystemName, TenantName
from contracts.frozen import Frozen

NAMESPACE: Final = UUID("5f0c3a34-64a5-5a5b-9d52-0f1b1c1b9f6e")
"""Root of every id Khớp derives; it never changes."""


class Observation(Frozen):
    """A claim by a system. `parse_observation` gives the subclass whose `data` fits `act`.

    `occurred_at` is the moment in the office, `observed_at` the moment we saw it. For a tenant-level act `code` is
    what the act is about: the name of a system, the code of an agency, procedure or form, the name of a calendar.
    """

    id: UUID
    tenant: TenantName
    system: SystemName
    code: Code
    act: str
    occurred_at: Instant
    observed_at: Instant
    act_id: Code | None = None
    """The source's own id of the act, where it has one."""
    item: Code | None = None
    """Which of several things inside one act (a component, a fee), where the act repeats."""
    sequence: Annotated[int, Field(ge=0, lt=2**63)] | None = None
    """The source's own order among its acts, where it has one."""
    revision: Instant | None = None
    """When the source (else its observer) changed what it says of this act; absent on what was said first."""
    traceparent: Annotated[str, Field(pattern=r"^[0-9a-f-]{55}$")] | None = None
    data: Frozen


def _subclass(act: str, claim: type[Frozen]) -> type[Observation]:
    fields: dict[str, Any] = {"act": (Literal[act], ...), "data": (claim, ...)}
    name = "".join(word.capitalize() for word in act.split("_")) + "Observation"
    return cast(type[Observation], create_model(name, __base__=Observation, **fields))


OBSERVATION_TYPES: Final[dict[str, type[Observation]]] = {
    act: _subclass(act, claim) for act, (claim, scope) in ACTS.items() if scope != "announcement"
}
_ANY: Final[Any] = Annotated[Union[tuple(OBSERVATION_TYPES.values())], Field(discriminator="act")]  # noqa: UP007 - built from the table of acts
_ADAPTER: Final[TypeAdapter[Observation]] = TypeAdapter(_ANY)


def parse_observation(raw: bytes) -> Observation:
    """Read one observation off the wire.

    Raises pydantic.ValidationError when it is not one: not JSON, an unknown act, a missing or unknown field.
    """
    return _ADAPTER.validate_json(raw)


def make_observation(
    *,
    tenant: str,
    system: str,
    code: str,
    act: str,
    occurred_at: datetime,
    observed_at: datetime,
    data: Frozen | dict[str, Any],
    act_id: str | None = None,
    item: str | None = None,
    sequence: int | None = None,
    revision: datetime | None = None,
    traceparent: str | None = None,
) -> Observation:
    """Build an observation and give it its id; raises pydantic.ValidationError, or KeyError for an unknown act."""
    kind = OBSERVATION_TYPES[act]
    draft = kind.model_validate(
        {
            "id": NAMESPACE,
            "tenant": tenant,
            "system": system,
            "code": code,
            "act": act,
            "occurred_at": occurred_at,
            "observed_at": observed_at,
            "act_id": act_id,
            "item": item,
            "sequence": sequence,
            "revision": revision,
            "traceparent": traceparent,
            "data": data if isinstance(data, dict) else data.model_dump(),
        }
    )
    return draft.model_copy(update={"id": observation_id(draft)})


def encode_observation(observation: Observation) -> bytes:
    """The bytes that are published; absent values are left out."""
    return observation.__pydantic_serializer__.to_json(observation, exclude_none=True)


def observation_id(observation: Observation) -> UUID:
    """The id that the claim's key and content give, so that saying the same thing twice gives the same id.

    `observed_at` and the trace are bookkeeping and no part of it; the revision is, so that a source which goes back
    to what it said before is heard.
    """
    return UUID(int=_id_number(observation))


def has_own_id(observation: Observation) -> bool:
    """Whether the id is the one that the claim's key and content give."""
    return observation.id.int == _id_number(observation)


_SCALARS: Final = (str, int, bool, date)
_NAMESPACE_BYTES: Final = NAMESPACE.bytes
_FIXED_BITS: Final = (0xF << 76) | (0x3 << 62)
_VERSION_5: Final = (0x5 << 76) | (0x2 << 62)


def _id_number(observation: Observation) -> int:
    content = to_json(
        [
            *(observation.tenant, observation.system, observation.code, observation.act),
            *(observation.act_id, _moment(observation.occurred_at), observation.item, observation.sequence),
            None if observation.revision is None else _moment(observation.revision),
            _canonical(observation.data),
        ]
    )
    # What `uuid5` does of the canonical JSON, without the conversions on its way and without an object to compare
    # with: every observation pays it.
    number = int.from_bytes(sha1(_NAMESPACE_BYTES + content, usedforsecurity=False).digest()[:16])
    return (number & ~_FIXED_BITS) | _VERSION_5


def _moment(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat()


def _canonical(data: Frozen) -> dict[str, Any]:
    # Absent fields are left out: a field added to a class later must not change the id of what was said before it.
    said = data.__dict__
    return {
        name: value if type(value) in _SCALARS else _plain(value)
        for name in _fields_in_order(type(data))
        if (value := said[name]) is not None
    }


@cache
def _fields_in_order(kind: type[Frozen]) -> list[str]:
    return sorted(kind.model_fields)


def _plain(value: object) -> object:
    match value:
        case datetime():
            return _moment(value)
        case Frozen():
            return _canonical(value)
        case tuple():
            return [_plain(one) for one in value]
        case dict():
            return {key: _plain(value[key]) for key in sorted(value)}
    return value
