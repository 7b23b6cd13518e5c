"""Who is calling: a bearer token becomes a tenant, a system and what it may do, without a query for each request."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from services.keys.port import ApiKey, Keys, opens, parse_token
from services.runtime.clock import Clock
from services.runtime.unavailable import DatabaseUnavailable

FRESH: Final = timedelta(seconds=5)
"""How long a revoked key may still be let in."""
STALE_MAX: Final = timedelta(minutes=5)
"""While the database is away, a key that was good this recently is let in: what it says goes to Kafka alone."""
REMEMBERED_MAX: Final = 10_000


class Refused(Exception):
    """No such key, a revoked one, or no key at all."""


@dataclass(frozen=True, slots=True)
class _Remembered:
    key: ApiKey | None
    looked_at: datetime


class Callers:
    """Finds the key behind a token."""

    def __init__(self, keys: Keys, clock: Clock) -> None:
        self._keys = keys
        self._clock = clock
        self._remembered: dict[str, _Remembered] = {}

    async def identify(self, authorization: str | None) -> ApiKey:
        """The key of an `Authorization` header. Raises Refused; DatabaseUnavailable if nobody can say."""
        scheme, _, token = (authorization or "").partition(" ")
        parsed = parse_token(token.strip()) if scheme.lower() == "bearer" else None
        if parsed is None:
            raise Refused("give a key as `Authorization: Bearer khop_…`; an operator makes one with `khop keys create`")
        key_id, secret = parsed
        key = await self._find(key_id)
        if key is None or not opens(key, secret):
            raise Refused("this key is not known or was revoked; ask an operator for a new one")
        return key

    async def _find(self, key_id: str) -> ApiKey | None:
        now = self._clock.now()
        known = self._remembered.get(key_id)
        if known is not None and now - known.looked_at < FRESH:
            return known.key
        try:
            key = await self._keys.find(key_id)
        except DatabaseUnavailable:
            if known is not None and known.key is not None and now - known.looked_at < STALE_MAX:
                return known.key
            raise
        if len(self._remembered) >= REMEMBERED_MAX:
            # Made-up ids must not fill the memory; the few real keys are back with their next request.
            self._remembered.clear()
        self._remembered[key_id] = _Remembered(key, now)
        return key
