"""Makes a projection again from the log beside the live one, and lets readers see it once it is level."""

from __future__ import annotations

from collections.abc import Callable

from services.event_store.port import EventStore
from services.projections.keep import FACTS_MAX, PROJECTIONS, Keeper
from services.projections.port import ReadModels

SWEEP_ROWS: int = 20_000


async def rebuild(
    store: EventStore,
    models: ReadModels,
    *,
    projection: str,
    tenant: str,
    afresh: bool = False,
    progress: Callable[[int], None] | None = None,
    facts_max: int = FACTS_MAX,
) -> int:
    """Rebuild one projection of one tenant; gives the position at which it was swapped in.

    A rebuild that was killed goes on where it stopped, unless `afresh`: do so after the projection's code changed.
    Raises BuildGone when another rebuild of the same projection was faster, and DatabaseUnavailable.
    """
    build = await models.open_build(projection, tenant, afresh=afresh)
    keeper = Keeper(
        store,
        models,
        projections={projection: PROJECTIONS[projection]},
        builds={projection: build.number},
        facts_max=facts_max,
    )
    while True:
        # The live one goes on meanwhile; each round leaves less to do, and the swap refuses to go back behind it.
        live = (await models.positions(tenant)).get(projection, 0)
        head = max(await store.head(tenant), live)
        await keeper.catch_up(tenant, up_to=head, progress=progress)
        if await models.swap(projection, tenant, build=build.number):
            return head


async def sweep(models: ReadModels, *, projection: str) -> int:
    """Delete the rows of builds that nobody sees any more, in bounded steps; gives how many there were."""
    total = 0
    while count := await models.sweep(projection, rows_max=SWEEP_ROWS):
        total += count
    return total
