"""A downstream system on a bad line: requests that never arrive, replies that never come back, refusals, silence."""

from __future__ import annotations

import asyncio
import random
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from contracts.dossier_events import DossierState
from contracts.upcasting import parse_event
from services.subscribers.port import Answer, NotAnswered, Parcel


@dataclass(slots=True)
class Memory:
    """What the system itself keeps; it outlives every process of ours."""

    taken: dict[str, int] = field(default_factory=dict)
    """Idempotency key → position, of what took effect, in the order in which it did."""
    order: defaultdict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    """Subject → positions in the order in which they first took effect; repairs left out."""
    shown: dict[str, tuple[int, DossierState]] = field(default_factory=dict)
    """Subject → the state with the highest position."""
    repairs: int = 0
    again: int = 0
    """Deliveries that came a second time under a key that had taken effect."""

    def take(self, key: str, body: bytes, repair: str | None) -> None:
        """Take a delivery; under a key that took effect before, nothing happens."""
        if key in self.taken:
            self.again += 1
            return
        event = parse_event(body)
        self.taken[key] = event.position
        if repair is None:
            self.order[event.subject].append(event.position)
        else:
            self.repairs += 1
        known = self.shown.get(event.subject)
        if event.state is not None and (known is None or event.position >= known[0]):
            self.shown[event.subject] = (event.position, event.state)


class BadLine:
    """Speaks for a system whose line loses what it wants to."""

    batch_max = 7
    requests_max = 2
    timeout_s = 10.0
    rejections_max = 5

    def __init__(self, memory: Memory, rng: random.Random, trouble: float) -> None:
        self.memory = memory
        self.trouble = trouble
        self._rng = rng

    async def deliver(self, parcels: Sequence[Parcel]) -> list[Answer]:
        """Each parcel may be refused; the whole request may be lost on its way there or back."""
        await asyncio.sleep(self._rng.random() * 0.2)
        if self._rng.random() < self.trouble:
            return [Answer(parcel.number, "postponed", "no connection", whole=True) for parcel in parcels]
        if self._rng.random() < self.trouble:
            return [Answer(parcel.number, "unknown", "lost on the way", whole=True) for parcel in parcels]
        answers = self._take(parcels)
        if self._rng.random() < self.trouble:
            await asyncio.sleep(self.timeout_s)
            return [Answer(parcel.number, "unknown", "no reply", whole=True) for parcel in parcels]
        return answers

    async def ask(self, parcel: Parcel) -> Answer | None:
        """Tells the truth when it answers."""
        await asyncio.sleep(self._rng.random() * 0.2)
        if self._rng.random() < self.trouble:
            return Answer(parcel.number, "unknown", "no reply", whole=True)
        return Answer(parcel.number, "accepted", "had it") if parcel.key in self.memory.taken else None

    async def states(self, asked: Sequence[tuple[UUID, Sequence[str]]]) -> dict[UUID, dict[str, Any] | None]:
        """What it shows."""
        if self._rng.random() < self.trouble:
            raise NotAnswered("no reply")
        found: dict[UUID, dict[str, Any] | None] = {}
        for dossier, _ in asked:
            kept = self.memory.shown.get(str(dossier))
            found[dossier] = None if kept is None else kept[1].model_dump(mode="json")
        return found

    def _take(self, parcels: Sequence[Parcel]) -> list[Answer]:
        answers: list[Answer] = []
        blocked: set[str] = set()
        for parcel in parcels:
            if parcel.subject in blocked:
                answers.append(Answer(parcel.number, "postponed", "skipped"))
            elif parcel.key not in self.memory.taken and self._rng.random() < self.trouble / 4:
                blocked.add(parcel.subject)
                answers.append(Answer(parcel.number, "rejected", "busy"))
            else:
                self.memory.take(parcel.key, parcel.body, parcel.repair)
                answers.append(Answer(parcel.number, "accepted", "taken"))
        return answers
