"""Keeps one sender a subscriber running: woken by what was just planned, polling because a wake-up may be lost."""

from __future__ import annotations

import asyncio
import random
from collections import defaultdict
from collections.abc import Callable, Sequence

from services.deliverer.letters import Letters
from services.deliverer.links import Links
from services.deliverer.sender import Sender
from services.deliveries.port import Ledger, Subscriber
from services.messaging.port import Transient
from services.runtime.backoff import Backoff
from services.runtime.clock import Clock
from services.runtime.unavailable import DatabaseUnavailable
from services.subscribers.port import Answer, Portal

POLL_S = 0.25
WAITED_OUT = (Transient, DatabaseUnavailable)
LINGER_S = 0.03
"""After a round that was not full: a moment for more to come, so that a trickle is not sent one by one."""


class Dispatch:
    """All subscribers of all tenants; follows the list of subscribers as it changes."""

    def __init__(
        self,
        *,
        ledger: Ledger,
        letters: Letters,
        links: Links,
        portal_of: Callable[[Subscriber], Portal],
        clock: Clock,
        rng: random.Random,
        trouble: Callable[[str, str | None], None] = lambda _name, _reason: None,
        observe: Callable[[str, Sequence[Answer]], None] = lambda _name, _answers: None,
    ) -> None:
        self._ledger = ledger
        self._letters = letters
        self._links = links
        self._portal_of = portal_of
        self._clock = clock
        self._rng = rng
        self._trouble = trouble
        self._observe = observe
        self._woken: defaultdict[str, list[asyncio.Event]] = defaultdict(list)
        self._names: defaultdict[str, set[str]] = defaultdict(set)

    def wake(self, tenant: str) -> None:
        """Something is owed to a subscriber of this tenant."""
        for event in self._woken[tenant]:
            event.set()

    async def run(self, *, look_s: float = 1.0) -> None:
        """Serve for ever; being cancelled it takes nothing new and ends when what is in flight is settled."""
        running: dict[tuple[str, str], tuple[Subscriber, asyncio.Task[None]]] = {}
        try:
            while True:
                wanted = {(each.tenant, each.name): each for each in await self._ledger.subscribers()}
                for key, (known, task) in list(running.items()):
                    if task.done():
                        task.result()
                    if wanted.get(key) != known or task.done():
                        await _end(task)
                        del running[key]
                        self._names[key[0]].discard(key[1])
                for key, subscriber in wanted.items():
                    self._names[key[0]].add(key[1])
                    if key not in running and not subscriber.paused:
                        running[key] = subscriber, asyncio.create_task(self._serve(subscriber), name=f"send {key}")
                await self._clock.sleep(look_s)
        finally:
            await asyncio.gather(*(_end(task) for _, task in running.values()))

    async def _serve(self, subscriber: Subscriber) -> None:
        name = f"{subscriber.tenant}/{subscriber.name}"
        try:
            portal = self._portal_of(subscriber)
        except ValueError as error:
            # The others go on; this one waits for its settings to be changed.
            self._trouble(name, str(error))
            await asyncio.get_running_loop().create_future()
            return
        sender = Sender(
            subscriber=subscriber,
            portal=portal,
            ledger=self._ledger,
            letters=self._letters,
            links=self._links,
            neighbours=lambda: self._names[subscriber.tenant],
            clock=self._clock,
            rng=self._rng,
            observe=lambda answers: self._observe(name, answers),
        )
        woken = asyncio.Event()
        self._woken[subscriber.tenant].append(woken)
        backoff = Backoff(random=self._rng)
        try:
            while True:
                try:
                    await self._rounds(sender, woken, backoff, name)
                except WAITED_OUT as error:
                    self._trouble(name, str(error))
                    await self._clock.sleep(backoff.next_s())
        finally:
            self._woken[subscriber.tenant].remove(woken)

    async def _rounds(self, sender: Sender, woken: asyncio.Event, backoff: Backoff, name: str) -> None:
        flying: set[asyncio.Task[int]] = set()
        try:
            while True:
                if (pause_s := sender.pause_s()) > 0:
                    await self._clock.sleep(pause_s)
                if len(flying) >= (1 if sender.in_trouble else sender.rounds_max):
                    await asyncio.wait(flying, return_when=asyncio.FIRST_COMPLETED)
                for task in [task for task in flying if task.done()]:
                    flying.discard(task)
                    task.result()
                    backoff.reset()
                    self._trouble(name, None)
                if len(flying) >= (1 if sender.in_trouble else sender.rounds_max) or sender.pause_s() > 0:
                    continue
                woken.clear()
                leases = await sender.lease()
                if leases:
                    flying.add(asyncio.create_task(sender.serve(leases)))
                if len(leases) < sender.dossiers_max:
                    await self._clock.sleep(LINGER_S)
                if not leases:
                    await self._wait(woken)
        finally:
            # Not cancelled: a request on its way is answered and settled, or its outcome would be unknown to us.
            for outcome in await asyncio.gather(*flying, return_exceptions=True):
                # The world's faults leave a lease to run out, which is asked about; a defect must be seen.
                if isinstance(outcome, BaseException) and not isinstance(outcome, WAITED_OUT):
                    raise outcome

    async def _wait(self, woken: asyncio.Event) -> None:
        poll = asyncio.create_task(self._clock.sleep(POLL_S))
        wake = asyncio.create_task(woken.wait())
        try:
            await asyncio.wait((poll, wake), return_when=asyncio.FIRST_COMPLETED)
        finally:
            poll.cancel()
            wake.cancel()


async def _end(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.wait((task,))
    if not task.cancelled():
        task.result()
