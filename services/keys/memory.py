"""Keys in memory, for tests."""

from __future__ import annotations

from builtins import list as List  # noqa: N812 - the port's method is called `list` too
from dataclasses import replace
from datetime import datetime

from services.keys.port import ApiKey


class MemoryKeys:
    """A table in a dictionary."""

    def __init__(self) -> None:
        self._keys: dict[str, ApiKey] = {}

    async def add(self, key: ApiKey) -> None:
        self._keys[key.id] = key

    async def find(self, key_id: str) -> ApiKey | None:
        return self._keys.get(key_id)

    async def list(self, tenant: str | None = None) -> List[ApiKey]:
        return sorted(
            (key for key in self._keys.values() if tenant in (None, key.tenant)), key=lambda key: key.created_at
        )

    async def revoke(self, key_id: str, *, at: datetime) -> bool:
        key = self._keys.get(key_id)
        if key is None or key.revoked_at is not None:
            return False
        self._keys[key_id] = replace(key, revoked_at=at)
        return True
