"""Takes files as one reading of one source: every part in order, what differs published, and then seen in the log."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any, Final

from contracts.claims import ACTS, Retracted
from contracts.dossier_events import type_of
from contracts.observations import Observation
from services.event_store.port import EventStore
from services.messaging.port import Publisher
from services.parking.port import Quarantine
from services.runtime.clock import Clock
from services.sources.bytes import FileBroken
from services.sources.connected import connected
from services.sources.file import Part, load_join
from services.sources.intake import Intake, Taken
from services.sources.mapping import SourceMapping
from services.sources.port import ContentMemory
from services.sources.reading import Statements, Take, Tally, read_through
from services.sources.row import Said

LOOK_EVERY_S: Final = 0.2


class NotRecorded(Exception):
    """What was published is safe on the topic, but the log did not grow for as long as we were to wait."""


async def check_files(work: Sequence[Part], *, observed_at: datetime, told: Callable[[Part, int], None]) -> Tally:
    """Read everything and publish nothing."""
    tally = Tally()
    take = _comparing()
    for part in work:
        joined = _joined(part, work, tally)
        if joined is not None:
            await read_through(part, joined, tally=tally, observed_at=observed_at, take=take, told=partial(told, part))
    return tally


async def import_files(
    mapping: SourceMapping,
    work: Sequence[Part],
    *,
    source: str,
    publisher: Publisher,
    memory: ContentMemory,
    quarantine: Quarantine,
    observed_at: datetime,
    told: Callable[[Part, int], None],
) -> Tally:
    """Publish what differs from what was seen before; doing it again, or going on after a stop, is harmless.

    `source` names the mapping, so that what is set aside can be mapped again. Raises what the ports raise.
    """
    tally = Tally()

    intake = Intake(
        tenant=mapping.tenant,
        system=mapping.system,
        source=source,
        manner="file",
        publisher=publisher,
        memory=memory,
        quarantine=quarantine,
    )
    tally.add(await intake.take([connected(mapping, observed_at=observed_at)], observed_at=observed_at))
    for part in work:
        joined = _joined(part, work, tally)
        if joined is None:
            continue
        await read_through(
            part,
            joined,
            tally=tally,
            observed_at=observed_at,
            take=partial(intake.take, observed_at=observed_at),
            told=partial(told, part),
        )
    return tally


async def wait_recorded(
    store: EventStore, last: Observation, *, clock: Clock, patience_s: float, grown: Callable[[int], None]
) -> None:
    """Wait until the log holds this observation, and with it all that were published before it.

    Raises NotRecorded when the tenant's log does not grow for `patience_s`.
    """
    head, since = -1, clock.now()
    while True:
        now_at = await store.head(last.tenant)
        if now_at != head:
            head, since = now_at, clock.now()
            grown(head)
            if await _holds(store, last):
                return
        elif (clock.now() - since).total_seconds() >= patience_s:
            raise NotRecorded(f"the log of {last.tenant} stands at position {head} and does not grow")
        await clock.sleep(LOOK_EVERY_S)


async def _holds(store: EventStore, last: Observation) -> bool:
    about = last.data.act if isinstance(last.data, Retracted) else last.act
    if ACTS[about][1] == "tenant":
        events = await store.tenant_events(last.tenant, types=[type_of(last.act)])
        return any(event.id == last.id for event in events)
    entry = await store.find(last.tenant, last.system, last.code)
    if entry is None:
        return False
    return any(event.id == last.id for event in await store.events_of(last.tenant, entry.lineage))


def _comparing() -> Take:
    """What an intake would find contradictory in these files, and nothing else of what it does."""
    seen: dict[bytes, tuple[bytes, ...]] = {}

    async def take(statements: Statements) -> Taken:
        contradictions: list[Said] = []
        for one in statements:
            if not isinstance(one, Said):
                continue
            contents = seen.setdefault(one.key, (one.content,))
            if one.content not in contents:
                seen[one.key] = (*contents, one.content)
                contradictions.append(one)
        return Taken(published=(), unchanged=0, contradictions=tuple(contradictions), refused=())

    return take


def _joined(part: Part, work: Sequence[Part], tally: Tally) -> dict[str, Mapping[str, Any]] | None:
    try:
        return load_join(part, work)
    except FileBroken as error:
        tally.note_broken(str(error))
        return None
