"""Twelve kills under load on real servers: nothing lost, nothing out of order, everything equal."""

from pathlib import Path

from tests.chaos.drama import drama


async def test_twelve_kills_under_load(tmp_path: Path) -> None:
    said: list[str] = []
    killed, wrong = await drama(tmp_path, kills=12, every_s=2.0, seed=1, servers_too=False, tell=said.append)
    assert wrong == []
    assert len(killed) == 12
    assert len(said) >= 12
