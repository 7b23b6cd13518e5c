"""Who shares facts is in one part, however the identity map tells it."""

from uuid import UUID

from services.domain.decision import Entry
from services.event_store.memory import MemoryEventStore
from services.event_store.port import IdentityChange
from services.projections.division import by_id, find_strays
from tests.contract.event_store.events import event

T = "lang-son"


def test_an_id_leads_to_the_same_part_for_ever() -> None:
    # python3 -c 'import uuid, zlib; print(zlib.crc32(uuid.UUID("600bd5fa-0699-5be3-b1e9-f4131139139b").bytes))'
    assert [by_id(UUID("600bd5fa-0699-5be3-b1e9-f4131139139b"), parts) for parts in (2, 3, 4)] == [
        3_828_799_792 % 2,
        3_828_799_792 % 3,
        3_828_799_792 % 4,
    ]


async def test_lineages_that_meet_only_in_a_third_are_one_group() -> None:
    def made(*members: int) -> Entry:
        return Entry(UUID(int=members[0]), tuple(UUID(int=one) for one in members), 1)

    # The first and the last know nothing of each other; 1 is the least of all of them.
    entries = [made(4, 3), made(6, 5), made(7, 6, 4), made(9, 1), made(10, 9, 5), made(20, 21)]
    store = MemoryEventStore()
    async with store.writer(T) as writer:
        await writer.append([event(1)], IdentityChange({}, entries))
    for parts in range(2, 9):
        strays = dict(await find_strays(store, T, parts=parts))
        found = {one: strays.get(UUID(int=one), by_id(UUID(int=one), parts)) for one in (1, 3, 4, 5, 6, 7, 9, 10)}
        assert found == dict.fromkeys(found, by_id(UUID(int=1), parts))
        assert strays.get(UUID(int=21), by_id(UUID(int=21), parts)) == by_id(UUID(int=20), parts)
        assert all(part != by_id(dossier, parts) for dossier, part in strays.items()), "only who goes astray is kept"
