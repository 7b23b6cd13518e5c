"""Whether the broker listens: asked of its port, since a gateway that nobody calls learns nothing from its writes."""

from __future__ import annotations

import asyncio
from typing import Final

TIMEOUT_S: Final = 2.0


async def unreachable(bootstrap: str) -> str | None:
    """None when one of the addresses `host:port,…` takes a connection, else why none does."""
    reasons: list[str] = []
    for address in bootstrap.split(","):
        host, _, port = address.strip().rpartition(":")
        try:
            async with asyncio.timeout(TIMEOUT_S):
                _, writer = await asyncio.open_connection(host, int(port))
        except (OSError, TimeoutError, ValueError) as error:
            reasons.append(f"{address}: {type(error).__name__}")
        else:
            writer.close()
            return None
    return f"Kafka does not answer: {', '.join(reasons)}"
