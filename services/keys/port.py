"""Who may call the gateway: a key belongs to one system of one tenant and is kept only as a digest."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal, Protocol

Scope = Literal["write", "read", "configure"]
"""Write: say what happened. Read: see the tenant's events and states. Configure: say what holds for the
tenant: its systems, agencies, procedures, calendars."""

_TOKEN: Final = re.compile(r"khop_([0-9a-f]{16})_([A-Za-z0-9_-]{43})")


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiKey:
    """One key as it is kept. `id` is public and names it; the secret itself is nowhere."""

    id: str
    tenant: str
    system: str
    scope: Scope
    digest: bytes
    created_at: datetime
    revoked_at: datetime | None = None


class Keys(Protocol):
    """The table of keys. Every method raises DatabaseUnavailable."""

    async def add(self, key: ApiKey) -> None:
        """Keep a new key."""
        ...

    async def find(self, key_id: str) -> ApiKey | None:
        """The key of this public id, revoked or not."""
        ...

    async def list(self, tenant: str | None = None) -> list[ApiKey]:
        """All keys, oldest first."""
        ...

    async def revoke(self, key_id: str, *, at: datetime) -> bool:
        """Make a key useless from now on; False if there is none or it was revoked before."""
        ...


def new_key(*, tenant: str, system: str, scope: Scope, now: datetime) -> tuple[ApiKey, str]:
    """A key and its token, which is shown once. 256 random bits: a plain SHA-256 cannot be guessed backwards."""
    key_id, secret = secrets.token_hex(8), secrets.token_urlsafe(32)
    key = ApiKey(id=key_id, tenant=tenant, system=system, scope=scope, digest=_digest(secret), created_at=now)
    return key, f"khop_{key_id}_{secret}"


def parse_token(token: str) -> tuple[str, str] | None:
    """(id, secret) of a token, None if it is not shaped like one."""
    match = _TOKEN.fullmatch(token)
    return None if match is None else (match[1], match[2])


def opens(key: ApiKey, secret: str) -> bool:
    """Whether the secret is this key's and the key is in force; takes as long for a wrong one as for the right one."""
    return hmac.compare_digest(key.digest, _digest(secret)) and key.revoked_at is None


def _digest(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()
