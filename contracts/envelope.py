"""The CloudEvents 1.0 envelope with the extension attributes every event of ours carries."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from contracts.codes import Code, Instant
from contracts.frozen import Frozen

Position = Annotated[int, Field(ge=1, lt=2**63)]
"""Place in a tenant's log: 1, 2, 3 … without a gap."""


class Envelope(Frozen):
    """CloudEvents 1.0 in JSON. Attribute names are lower case without separators, as the specification demands."""

    specversion: Literal["1.0"] = "1.0"
    id: UUID
    source: Annotated[str, Field(pattern=r"^/tenants/[a-z0-9-]+/systems/[a-z0-9-]+$")]
    type: str
    subject: str
    """The dossier's id; `tenant` for a tenant-level event."""
    time: Instant
    """`occurred_at`: when it happened in the office."""
    recordedtime: Instant
    """When we wrote it; never earlier than the event before it in the log."""
    observedtime: Instant
    """When we saw it."""
    position: Position
    previous: Position | None = None
    """The dossier's event before this one: a subscriber that sees only some dossiers can tell that it missed one."""
    code: Code
    """The code the system used; for a tenant-level event what it is about, such as the name of a system."""
    actid: Code | None = None
    item: Code | None = None
    actsequence: Annotated[int, Field(ge=0, lt=2**63)] | None = None
    revision: Instant | None = None
    traceparent: str | None = None
    datacontenttype: Literal["application/json"] = "application/json"
