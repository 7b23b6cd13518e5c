"""Proof that a request comes from Khớp and when: one HMAC over the time and the body."""

from __future__ import annotations

import hashlib
import hmac
from datetime import datetime

VERSION = "v1"
AGE_MAX_S = 300
"""A receiver refuses what is older: a recorded request cannot be played again later."""


def signed_headers(secret: str, body: bytes, *, now: datetime) -> dict[str, str]:
    """The two headers that prove a body at a moment."""
    timestamp = str(int(now.timestamp()))
    return {"khop-timestamp": timestamp, "khop-signature": f"{VERSION}={_digest(secret, timestamp, body)}"}


def verify(secret: str, body: bytes, *, timestamp: str, signature: str, now: datetime) -> bool:
    """Whether a request is ours and fresh, compared in constant time: what every receiver does first."""
    if not timestamp.isascii() or not timestamp.isdigit() or abs(now.timestamp() - int(timestamp)) > AGE_MAX_S:
        return False
    expected = f"{VERSION}={_digest(secret, timestamp, body)}"
    return hmac.compare_digest(expected.encode(), signature.encode())


def _digest(secret: str, timestamp: str, body: bytes) -> str:
    return hmac.new(secret.encode(), timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()
