"""Twelve kills under load on real servers: nothing lost, nothing out of order, everything equal."""

from pathlib import Path

from tests.chaos.drama import drama


async def test_twelve_kills_under_load(tmp_path: Path) -> None:
    said: list[str] = []
    killed, wrong = await drama(tmp_path, kills=12, every_s=2.0, seed=1, servers_too=False, tell=said.append)
    assert wrong == []
    assert len(killed) == len(set(killed)) == 12  # everybody once, and so whoever held a tenant or a lease
    assert len(said) >= 12
