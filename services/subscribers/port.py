"""What a downstream system is to the deliverer and the reconciler: something that takes parcels and can be asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Protocol
from uuid import UUID

from services.deliveries.port import Outcome

PRESENT_AT: Final = "present_at"
"""Setting of a subscriber that starts from the present: the position whose states it gets before what comes after."""


class Unreachable(Exception):
    """Nothing was sent: no connection. The same request may be made again without asking."""


class NoReply(Exception):
    """Something was sent and no answer came: whether it arrived is unknown."""


class NotAnswered(Exception):
    """The other side cannot be read now; says why in one sentence, without its body."""


@dataclass(frozen=True, slots=True)
class Request:
    """One HTTP request, complete."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class Response:
    """What came back; header names in lower case."""

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


class Transport(Protocol):
    """Carries a request to the other side."""

    async def send(self, request: Request, *, timeout_s: float) -> Response:
        """Gives whatever answer came, of any status. Raises Unreachable, NoReply."""
        ...


@dataclass(frozen=True, slots=True)
class Parcel:
    """One delivery on its way: the stored event's bytes and what makes it this delivery."""

    number: int
    key: str
    """Idempotency key: (subscriber, subject, position[, repair])."""
    subject: str
    body: bytes
    repair: str | None = None
    into: str | None = None
    """The dossier that this event's dossier was merged into after it."""


@dataclass(frozen=True, slots=True)
class Answer:
    """How the other side answered one parcel."""

    number: int
    outcome: Outcome
    detail: str
    code: str | None = None
    """The code it uses for the dossier, where it said so."""
    retry_after_s: float | None = None
    whole: bool = False
    """This is the fate of the whole request, not of this parcel: the system itself is in trouble."""


class Portal(Protocol):
    """One subscribed system. Faults of the other side are answers, never exceptions."""

    batch_max: int
    """Most parcels of one request."""
    requests_max: int
    """Most requests at one time."""
    timeout_s: float
    """For one request."""
    rejections_max: int
    """After so many refusals a dossier is set aside for a person."""

    async def deliver(self, parcels: Sequence[Parcel]) -> list[Answer]:
        """Send; one answer a parcel, in their order. Parcels of one dossier must be in order of position."""
        ...

    async def ask(self, parcel: Parcel) -> Answer | None:
        """What became of an earlier try; None if it never arrived."""
        ...

    async def states(self, asked: Sequence[tuple[UUID, Sequence[str]]]) -> dict[UUID, dict[str, Any] | None]:
        """What it shows of each (dossier, codes it uses); None where it has no such dossier. Raises NotAnswered."""
        ...
