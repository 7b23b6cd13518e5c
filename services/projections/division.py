"""Divides a tenant's dossiers among those who follow its log at the same time, so that who shares facts is together."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Final
from uuid import UUID
from zlib import crc32

from services.event_store.port import EventStore
from services.projections.port import ReadModels

_PAGE: Final = 5_000


def by_id(dossier: UUID, parts: int) -> int:
    """The part that a dossier's own id leads to: the same in every process and release."""
    return crc32(dossier.bytes) % parts


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One of `parts`, numbered from 0: some of a tenant's dossiers and their events at positions up to `up_to`."""

    number: int
    parts: int
    up_to: int
    wrong: Collection[bytes]
    """Ids that lead here though the dossier is in another part, and those that lead elsewhere though it is here."""

    def has(self, dossier: UUID) -> bool:
        """Whether it is followed here."""
        key = dossier.bytes
        return (crc32(key) % self.parts == self.number) != (key in self.wrong)


async def find_strays(store: EventStore, tenant: str, *, parts: int) -> Iterator[tuple[UUID, int]]:
    """The dossiers that are in another part than their own id leads to, and the part.

    All that are joined through their lineages are in one part, because each may bring facts about another's codes: that
    of the least of them. Lineages only grow, so this holds of every event that is in the log by now. While it is found
    about 100 bytes are kept of each dossier that was ever linked, merged or split.
    """
    leads: dict[int, int] = {}
    after: UUID | None = None
    while page := await store.linked_after(tenant, after, _PAGE):
        after = page[-1].dossier
        for entry in page:
            firsts = {_first(leads, one.int) for one in entry.lineage}
            least = min(firsts)
            leads.update(dict.fromkeys(firsts, least))
    return _strays(leads, parts)


def _first(leads: dict[int, int], one: int) -> int:
    """The least of its group so far."""
    while (less := leads.setdefault(one, one)) != one:
        leads[one] = leads[less]  # each look makes the way of the next one shorter
        one = less
    return one


def _strays(leads: dict[int, int], parts: int) -> Iterator[tuple[UUID, int]]:
    for one in leads:
        dossier = UUID(int=one)
        part = by_id(UUID(int=_first(leads, one)), parts)
        if part != by_id(dossier, parts):
            yield dossier, part


async def read_part(models: ReadModels, *, build: int, number: int, parts: int, up_to: int) -> Part:
    """A part as it was divided, whatever was linked since. Keeps about 100 bytes of each stray that bears on it."""
    wrong: set[bytes] = set()
    after: UUID | None = None
    while page := await models.strays_after(build, after, _PAGE):
        after = page[-1][0]
        wrong.update(one.bytes for one, part in page if number in {part, by_id(one, parts)})
    return Part(number=number, parts=parts, up_to=up_to, wrong=wrong)
