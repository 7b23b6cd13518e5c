"""What the reconciler, which took no part in a run, finds to do when all is quiet: nothing."""

from __future__ import annotations

import random
from collections.abc import Sequence
from uuid import UUID

from services.deliveries.port import Ledger
from services.event_store.memory import MemoryEventStore
from services.event_store.memory_checkpoints import MemoryCheckpoints
from services.event_store.port import EventStore
from services.messaging.port import Record
from services.reconciler.look import Reconciler
from services.runtime.clock import SystemClock
from tests.simulation.portal import BadLine, Memory


class _Unsent:
    async def publish(self, topic: str, records: Sequence[Record]) -> None:
        """What is found is told by the look itself."""


async def reconciled(
    tenant: str, store: EventStore, ledger: Ledger, portals: dict[tuple[str, str], Memory]
) -> list[str]:
    """Look once at all that every subscriber of a tenant shows; also wrong if nothing could be compared."""
    found: list[str] = []
    for subscriber in await ledger.subscribers(tenant):
        reconciler = Reconciler(
            subscriber=subscriber,
            portal=BadLine(portals[tenant, subscriber.name], random.Random(0), 0.0),
            store=store,
            ledger=ledger,
            checkpoints=MemoryCheckpoints(MemoryEventStore(generation=UUID(int=2))),
            publisher=_Unsent(),
            clock=SystemClock(),
        )
        compared, more = 0, True
        while more:
            looked = await reconciler.look()
            compared, more = compared + looked.compared, looked.more and not looked.findings
            found += [
                f"{subscriber.name} shows {each.differences} of {each.dossier} at {each.position}"
                for each in looked.findings
            ]
        if not compared and subscriber.start != "now":
            found.append(f"{tenant}: nothing of what {subscriber.name} shows could be compared")
    return found
