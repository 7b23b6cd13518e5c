"""The one way by which what a source shows becomes observations: compare with what was last seen, publish, remember."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, Literal

from contracts.observations import Observation, encode_observation, make_observation, observation_id
from contracts.topics import OBSERVATIONS
from services.messaging.port import Publisher, Record
from services.parking.port import Quarantine, Quarantined
from services.sources.port import HASH_BYTES, ContentMemory, Seen
from services.sources.row import Refused, Said, Unsaid

_TAKEN_BACK: Final = b"\xff" * HASH_BYTES
_TICK: Final = timedelta(microseconds=1)


Manner = Literal["feed", "file", "late"]
"""How two contents of one act are meant: in a feed of changes the second one is what the source says now; in one
reading of a file they contradict each other; what comes late (out of quarantine) was seen before what is known now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What became of one batch."""

    published: tuple[Observation, ...]
    unchanged: int
    contradictions: tuple[Said, ...]
    """The same act with other content in one reading: both were published, and which one holds is judged later."""
    refused: tuple[Refused, ...]


@dataclass(slots=True, kw_only=True)
class _Plan:
    observations: list[Observation] = field(default_factory=list)
    changed: dict[bytes, Seen] = field(default_factory=dict)
    contradictions: list[Said] = field(default_factory=list)
    unchanged: int = 0


class Intake:
    """Takes what one system of one tenant says."""

    def __init__(
        self,
        *,
        tenant: str,
        system: str,
        source: str,
        manner: Manner,
        publisher: Publisher,
        memory: ContentMemory,
        quarantine: Quarantine,
    ) -> None:
        self._tenant = tenant
        self._system = system
        self._source = source
        self._manner = manner
        self._publisher = publisher
        self._memory = memory
        self._quarantine = quarantine

    async def take(self, statements: Sequence[Said | Unsaid | Refused], *, observed_at: datetime) -> Taken:
        """Publish what differs and set aside what cannot be understood.

        What is remembered is written last: whoever is stopped half-way says it again, under the same ids.
        Raises what the publisher and the stores raise when they are away.
        """
        refused = tuple(one for one in statements if isinstance(one, Refused))
        said = [one for one in statements if not isinstance(one, Refused)]
        known = await self._memory.recall(self._tenant, self._system, {one.key for one in said}) if said else {}
        plan = self._plan(said, known, observed_at)
        if plan.observations:
            await self._publisher.publish(OBSERVATIONS.name, [record_of(one) for one in plan.observations])
        if refused:
            await self._quarantine.put([self._set_aside(one, observed_at) for one in refused])
        if plan.changed:
            await self._memory.remember(self._tenant, self._system, plan.changed)
        return Taken(
            published=tuple(plan.observations),
            unchanged=plan.unchanged,
            contradictions=tuple(plan.contradictions),
            refused=refused,
        )

    def _plan(self, said: Sequence[Said | Unsaid], known: dict[bytes, Seen], observed_at: datetime) -> _Plan:
        plan = _Plan()
        for one in said:
            last = known.get(one.key)
            content = one.content if isinstance(one, Said) else _TAKEN_BACK
            if last is None and isinstance(one, Unsaid):
                continue
            if last is not None and (content == last.content or content in last.also):
                plan.unchanged += 1
                continue
            if last is not None and self._manner == "late" and observed_at < last.seen_at:
                # It was seen before what is known now: recorded, but neither marked as newer nor remembered.
                plan.observations += [one.observation] if isinstance(one, Said) else []
                continue
            if last is not None and self._manner == "file" and last.seen_at == observed_at and isinstance(one, Said):
                seen = Seen(last.content, observed_at, (*last.also, content))
                plan.observations.append(one.observation)
                plan.contradictions.append(one)
            else:
                # Later than what was seen before even if the clock was set back, so that the newer content holds.
                seen_at = observed_at if last is None else max(observed_at, last.seen_at + _TICK)
                seen = Seen(content, seen_at)
                plan.observations.append(self._changed(one, last, seen_at, observed_at))
            known[one.key] = plan.changed[one.key] = seen
        return plan

    def _changed(self, one: Said | Unsaid, last: Seen | None, seen_at: datetime, observed_at: datetime) -> Observation:
        if isinstance(one, Unsaid):
            return make_observation(
                tenant=self._tenant,
                system=self._system,
                code=one.code,
                act="retracted",
                act_id=f"{one.act}/{one.act_id}",
                occurred_at=seen_at,
                observed_at=observed_at,
                revision=seen_at,
                data={"act": one.act, "act_id": one.act_id},
            )
        if last is None or one.observation.revision is not None:
            return one.observation
        revised = one.observation.model_copy(update={"revision": seen_at})
        return revised.model_copy(update={"id": observation_id(revised)})

    def _set_aside(self, one: Refused, observed_at: datetime) -> Quarantined:
        return Quarantined(
            tenant=self._tenant,
            system=self._system,
            source=source_name(self._source, one.rows),
            locator=one.locator,
            field=one.field,
            value=one.value[:_VALUE_MAX],
            reason=one.reason,
            raw=one.raw,
            observed_at=observed_at,
        )


_VALUE_MAX: Final = 1000


def source_name(mapping_name: str, rows_name: str) -> str:
    """How quarantine names where a row came from: the mapping, and which of its rows."""
    return f"{mapping_name}#{rows_name}" if rows_name else mapping_name


def record_of(observation: Observation) -> Record:
    """The observation as it lies on the topic."""
    return Record(
        key=f"{observation.system}/{observation.code}".encode(),
        value=encode_observation(observation),
        tenant=observation.tenant,
    )
