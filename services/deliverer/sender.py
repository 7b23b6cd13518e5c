"""Sends what is due to one subscriber: lease, ask about what is doubtful, send, settle; nothing is decided twice."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from services.deliverer.letters import Letter, Letters
from services.deliverer.links import Links
from services.deliverer.settling import attempts_of
from services.deliveries.port import Lease, Ledger, Owed, Subscriber
from services.messaging.port import Transient
from services.runtime.backoff import Backoff
from services.runtime.clock import Clock
from services.subscribers.port import Answer, Parcel, Portal

ASKED_AT_ONCE: Final = 16
HELD_BACK_S: Final = 0.2
MARGIN_S: Final = 2.0
"""Between the end of a lease's work and the end of the lease: time to write what came of it."""
PER_DOSSIER_MAX: Final = 5
"""Several rounds are under way, each with its events in memory: enough to go on with, not a dossier's whole history."""


class Sender:
    """One subscriber's sender. Several rounds run at once, each with dossiers of its own."""

    def __init__(
        self,
        *,
        subscriber: Subscriber,
        portal: Portal,
        ledger: Ledger,
        letters: Letters,
        links: Links,
        neighbours: Callable[[], Collection[str]],
        clock: Clock,
        rng: random.Random,
        observe: Callable[[Sequence[Answer]], None] = lambda _: None,
    ) -> None:
        self._subscriber = subscriber
        self._portal = portal
        self._ledger = ledger
        self._letters = letters
        self._links = links
        self._neighbours = neighbours
        self._clock = clock
        self._rng = rng
        self._observe = observe
        self._trouble = Backoff(first_s=0.25, most_s=15.0, random=rng)
        self._resume_at: datetime | None = None
        self.dossiers_max = max(portal.batch_max, portal.requests_max)
        self.rounds_max = max(1, portal.batch_max * portal.requests_max // self.dossiers_max)
        self._line = asyncio.Semaphore(portal.requests_max)
        self._asking = asyncio.Semaphore(ASKED_AT_ONCE)
        # Asking, then sending: two time-outs in a row, and the lease outlives them. No longer, because what a killed
        # process held waits for the end of its lease.
        self._work_s = 2 * portal.timeout_s
        self._lease_s = self._work_s + MARGIN_S

    @property
    def in_trouble(self) -> bool:
        """The last request as a whole failed: one small round at a time finds out when it is over."""
        return self._resume_at is not None

    def pause_s(self) -> float:
        """Seconds to wait before the next round because the other side is in trouble."""
        return 0.0 if self._resume_at is None else max(0.0, (self._resume_at - self._clock.now()).total_seconds())

    async def lease(self) -> list[Lease]:
        """Take what is due now, at most one round of it."""
        return await self._ledger.lease(
            now=self._clock.now(),
            lease_s=self._lease_s,
            dossiers_max=self._portal.requests_max if self.in_trouble else self.dossiers_max,
            owed_max=PER_DOSSIER_MAX,
            tenant=self._subscriber.tenant,
            subscriber=self._subscriber.name,
        )

    async def serve(self, leases: Sequence[Lease]) -> int:
        """Send what these leases hold and settle it; gives how many deliveries were accepted.

        Raises Transient and the ledger's own errors; what is then unsettled stays leased until the lease runs out.
        """
        tenant = self._subscriber.tenant
        letters = await self._letters.get(tenant, {owed.position for lease in leases for owed in lease.owed})
        answers: dict[int, Answer] = {}
        # What is begun by then ends within the lease by its own time-out. What is not begun is no doubt: it was not
        # tried, is due again at once, and must not have to be asked about one by one.
        begin_by = self._clock.now() + timedelta(seconds=self._work_s - self._portal.timeout_s)
        tried: set[int] = set()
        try:
            async with asyncio.timeout(self._work_s):
                held = await self._hold_back(leases, letters, answers)
                free = [lease for lease in leases if lease.dossier not in held]
                await asyncio.gather(
                    *(self._send(group, letters, answers, tried, begin_by) for group in self._requests(free))
                )
        except TimeoutError:
            for number in tried:
                answers.setdefault(number, Answer(number, "unknown", "no time left in the lease", whole=True))
        await self._publish_links(leases, letters, answers)
        now = self._clock.now()
        self._judge(answers, now)
        settled = [
            (lease, attempts_of(lease, answers, now=now, rejections_max=self._portal.rejections_max, rng=self._rng))
            for lease in leases
        ]
        await self._ledger.settle_many(settled, now=now)
        self._observe(list(answers.values()))
        return sum(attempt.outcome == "accepted" for _, attempts in settled for attempt in attempts)

    def _requests(self, leases: Sequence[Lease]) -> list[list[Lease]]:
        """Whole dossiers a request, as many as fit."""
        groups: list[list[Lease]] = []
        size = 0
        for lease in leases:
            if not groups or size + len(lease.owed) > self._portal.batch_max:
                groups.append([])
                size = 0
            groups[-1].append(lease)
            size += len(lease.owed)
        return groups

    async def _hold_back(
        self, leases: Sequence[Lease], letters: Mapping[int, Letter], answers: dict[int, Answer]
    ) -> set[object]:
        """What is known from one system alone may be what we are creating there now: wait, or it is made twice."""
        oldest: dict[str, int | None] = {}
        held: set[object] = set()
        for lease in leases:
            first = lease.owed[0]
            # One in doubt may be there already: it is asked about, and not sent again while it is.
            alone = _known_alone(letters[first.position]) if first.creates and not first.doubtful else None
            if alone is None or alone == self._subscriber.name or alone not in self._neighbours():
                continue
            if alone not in oldest:
                oldest[alone] = await self._ledger.open_creation(self._subscriber.tenant, alone)
            since = oldest[alone]
            if since is not None and since < first.position:
                held.add(lease.dossier)
                reason = f"waits: a creation at {alone} is open, which may be this very dossier"
                answers[first.number] = Answer(first.number, "postponed", reason, retry_after_s=HELD_BACK_S)
        return held

    async def _send(
        self,
        leases: Sequence[Lease],
        letters: Mapping[int, Letter],
        answers: dict[int, Answer],
        tried: set[int],
        begin_by: datetime,
    ) -> None:
        parcels = {
            owed.number: self._parcel(owed, letters[owed.position], lease) for lease in leases for owed in lease.owed
        }
        asked = await self._ask(leases, parcels, answers, begin_by)
        sent = [parcels[owed.number] for lease in leases for owed in _unanswered(lease, answers, asked)]
        if sent:
            async with self._line:
                if self._clock.now() <= begin_by:
                    tried.update(parcel.number for parcel in sent)
                    answers.update((answer.number, answer) for answer in await self._portal.deliver(sent))

    def _parcel(self, owed: Owed, letter: Letter, lease: Lease) -> Parcel:
        key = f"{self._subscriber.name}:{letter.subject}:{owed.position}"
        return Parcel(
            number=owed.number,
            key=key if owed.repair is None else f"{key}:{owed.repair}",
            subject=letter.subject,
            body=letter.body,
            repair=owed.repair,
            into=None if letter.subject == str(lease.dossier) else str(lease.dossier),
        )

    async def _ask(
        self, leases: Sequence[Lease], parcels: Mapping[int, Parcel], answers: dict[int, Answer], begin_by: datetime
    ) -> set[int]:
        """Ask about what is in doubt, as far as time allows; gives the numbers that were asked about."""
        asked: set[int] = set()

        async def ask(parcel: Parcel) -> None:
            async with self._asking:
                if self._clock.now() > begin_by:
                    return
                answer = await self._portal.ask(parcel)
            asked.add(parcel.number)
            if answer is not None:
                answers[parcel.number] = answer

        doubtful = [parcels[owed.number] for lease in leases for owed in lease.owed if owed.doubtful]
        await asyncio.gather(*(ask(parcel) for parcel in doubtful))
        return asked

    async def _publish_links(
        self, leases: Sequence[Lease], letters: Mapping[int, Letter], answers: dict[int, Answer]
    ) -> None:
        given = {
            owed.number: (letters[owed.position], answer.code)
            for lease in leases
            for owed in lease.owed
            if (answer := answers.get(owed.number)) is not None and answer.code is not None
        }
        try:
            await self._links.publish(self._subscriber.tenant, self._subscriber.name, list(given.values()))
        except Transient as error:
            # Settled now, the code would be lost: asked again later, the other side says it again.
            for number in given:
                answers[number] = Answer(number, "unknown", f"accepted, but its code could not be passed on: {error}")

    def _judge(self, answers: Mapping[int, Answer], now: datetime) -> None:
        if any(answer.whole for answer in answers.values()):
            told_s = max((answer.retry_after_s or 0.0 for answer in answers.values() if answer.whole), default=0.0)
            self._resume_at = now + timedelta(seconds=max(told_s, self._trouble.next_s()))
        elif answers:
            self._resume_at = None
            self._trouble.reset()


def _known_alone(letter: Letter) -> str | None:
    return next(iter(letter.codes)) if len(letter.codes) == 1 else None


def _unanswered(lease: Lease, answers: Mapping[int, Answer], asked: set[int]) -> list[Owed]:
    """What is still to be sent of a dossier: nothing behind one whose fate we do not know or that was refused."""
    rest: list[Owed] = []
    for owed in lease.owed:
        answer = answers.get(owed.number)
        if answer is None and owed.doubtful and owed.number not in asked:
            break
        if answer is None:
            rest.append(owed)
        elif answer.outcome != "accepted":
            break
    return rest
