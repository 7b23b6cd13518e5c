"""What every keeper of checkpoints promises: they only rise, and one instance at a time does a reader's work."""

from __future__ import annotations

import pytest

from tests.contract.event_store.conftest import Adapter


async def test_a_checkpoint_only_rises(adapter: Adapter) -> None:
    kept = adapter.checkpoints
    assert await kept.get("relay", "lang-son") == 0
    for position, expected in [(5, 5), (3, 5), (5, 5), (9, 9)]:
        await kept.advance("relay", "lang-son", position)
        assert await adapter.twin_checkpoints.get("relay", "lang-son") == expected


async def test_checkpoints_are_per_reader_and_tenant(adapter: Adapter) -> None:
    kept = adapter.checkpoints
    await kept.advance("relay", "lang-son", 5)
    await kept.advance("relay", "ca-mau", 7)
    await kept.advance("projector", "lang-son", 2)
    assert await kept.all("relay") == {"lang-son": 5, "ca-mau": 7}
    assert await kept.all("projector") == {"lang-son": 2}
    assert await kept.all("nobody") == {}


async def test_a_reader_of_a_tenant_is_held_by_one_instance(adapter: Adapter) -> None:
    first, second = adapter.checkpoints, adapter.twin_checkpoints
    async with first.hold("relay", "lang-son") as held:
        assert held
        async with second.hold("relay", "lang-son") as also:
            assert not also
        async with first.hold("relay", "lang-son") as again:
            assert not again
        async with second.hold("relay", "ca-mau") as other_tenant, second.hold("projector", "lang-son") as other_reader:
            assert other_tenant
            assert other_reader
    async with second.hold("relay", "lang-son") as after:
        assert after


async def test_a_hold_ends_with_an_error(adapter: Adapter) -> None:
    async def fail() -> None:
        async with adapter.checkpoints.hold("relay", "lang-son"):
            raise RuntimeError("while held")

    with pytest.raises(RuntimeError, match="while held"):
        await fail()
    async with adapter.twin_checkpoints.hold("relay", "lang-son") as held:
        assert held
