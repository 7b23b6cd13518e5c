"""What a lease's attempts mean for its dossier's queue: when it is tried next, or why it is set aside."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from services.deliveries.port import Attempt


@dataclass(frozen=True, slots=True)
class Freed:
    """The queue after a lease."""

    next_at: datetime
    parked_reason: str | None


def after(attempts: Sequence[Attempt], *, now: datetime) -> Freed:
    """At once if everything tried was accepted, else when its last failure says; set aside if one asks for it."""
    failed = [attempt for attempt in attempts if attempt.outcome != "accepted"]
    parked = next((attempt.detail for attempt in failed if attempt.park), None)
    retries = [attempt.retry_at for attempt in failed if attempt.retry_at is not None]
    return Freed(next_at=max(retries, default=now), parked_reason=parked)
