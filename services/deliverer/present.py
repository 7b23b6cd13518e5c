"""Where a subscriber that wants the present begins: one delivery per living dossier, its latest as of one position."""

from __future__ import annotations

from uuid import UUID

from services.deliverer.letters import read
from services.deliverer.owed import concerns, delivery_of
from services.deliveries.port import Owed, Subscriber
from services.event_store.port import EventStore
from services.messaging.port import Transient
from services.subscribers.port import PRESENT_AT


def starts_from_present(subscriber: Subscriber) -> int:
    """The position whose states it gets first, 0 if it does not start from the present."""
    return int(subscriber.settings.get(PRESENT_AT, "0")) if subscriber.start == "present" else 0


async def present_of(store: EventStore, subscriber: Subscriber, *, until: int, page: int) -> list[Owed]:
    """What is owed for the states as of `until`, in order of position: computed from the log alone, so the same again.

    A dossier of which nothing ever rested on another system than the subscriber's own is no news to it.
    """
    latest: dict[UUID, Owed] = {}
    news: set[UUID] = set()
    after = 0
    while after < until:
        stored_page = await store.read(subscriber.tenant, after=after, limit=min(page, until - after))
        if not stored_page:
            raise Transient(f"{subscriber.tenant}: the log ends at {after}, before the present asked for, {until}")
        for stored in stored_page:
            after = stored.position
            event = read(stored)
            if stored.dossier is None or event.state is None:
                continue
            if event.state.merged_into is not None:
                latest.pop(stored.dossier, None)
                if stored.dossier in news:
                    news.add(event.state.merged_into)
                continue
            if concerns(event, subscriber.name):
                news.add(stored.dossier)
            latest[stored.dossier] = delivery_of(event, subscriber)
    return sorted((owed for dossier, owed in latest.items() if dossier in news), key=lambda owed: owed.position)
