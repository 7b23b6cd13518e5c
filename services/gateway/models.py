"""The gateway's own shapes, for its OpenAPI page: what is said to it and what it answers."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel, Field

from contracts.codes import Code
from contracts.dossier_events import DossierState


class Item(BaseModel):
    """One claim. Tenant and system are those of the key. Saying the same again is harmless: it gets the same id."""

    code: Code = Field(description="The code your system uses for the dossier", examples=["H99.10-240513-0007"])
    act: str = Field(description="What happened; `data` follows it", examples=["status_reported"])
    occurred_at: datetime = Field(description="When it happened in the office, with zone")
    data: dict[str, Any] = Field(default_factory=dict, examples=[{"status": 4, "raw": "processing"}])
    act_id: str | None = Field(None, description="Your own id of the act, where you have one")
    item: str | None = Field(None, description="Which of several things inside one act")
    sequence: int | None = Field(None, description="Your own order among your acts")
    revision: datetime | None = Field(None, description="When you changed what you said of this act before")
    observed_at: datetime | None = Field(None, description="When it was seen; now, if absent")


class ItemError(BaseModel):
    """Why an item was rejected."""

    field: str
    value: str
    what_to_do: str


class ItemResult(BaseModel):
    """What became of one item."""

    index: int
    id: UUID | None = None
    status: Literal["accepted", "rejected"]
    error: ItemError | None = None


class Results(BaseModel):
    """In the order of the items. Accepted: Kafka has it, acknowledged by all replicas; it is not lost from there."""

    results: list[ItemResult]


class Problem(BaseModel):
    """Why a request as a whole was not done."""

    error: str
    what_to_do: str


class DossierDocument(BaseModel):
    """A dossier, what follows from its facts, and every fact."""

    dossier: UUID
    position: int
    """Of its last event."""
    state: DossierState | None
    judgements: list[Any] | None
    """None while the read model is behind `position`."""
    history: list[dict[str, Any]]
    """Its events as they were published, oldest first."""
