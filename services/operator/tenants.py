"""The check every command makes first: is there such a tenant."""

from __future__ import annotations

from difflib import get_close_matches

from services.event_store.port import EventStore
from services.operator.errors import WrongUsage


async def require_tenant(store: EventStore, tenant: str) -> None:
    """Raise WrongUsage, naming the nearest ones, unless this tenant has a log."""
    known = sorted(await store.heads())
    if tenant in known:
        return
    near = get_close_matches(tenant, known, n=1)
    hint = f"did you mean {near[0]}?" if near else f"there are: {', '.join(known) or 'none yet'}"
    raise WrongUsage(f"nothing is recorded for tenant {tenant!r}; {hint}")


async def require_no_slip(store: EventStore, tenant: str) -> None:
    """Raise WrongUsage if this tenant has no log and its name is like that of one that has: one letter makes another
    province."""
    known = await store.heads()
    near = [] if tenant in known else get_close_matches(tenant, known, n=1)
    if near:
        raise WrongUsage(f"tenant {tenant!r} is new; did you mean {near[0]}? If not, say --begin")
