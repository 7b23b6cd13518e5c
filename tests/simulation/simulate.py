"""One seed, one run, one verdict: how bad the world is comes from the seed as well."""

from __future__ import annotations

import logging
import random
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from unittest.mock import patch

import structlog

from services.runtime.backoff import Backoff
from tests.simulation.faults import Rates
from tests.simulation.stories import Teller
from tests.simulation.verdict import findings
from tests.simulation.virtual_time import run
from tests.simulation.world import Trouble, World

TENANTS = ("lang-son", "bac-giang", "quang-nam")


@dataclass(frozen=True, slots=True)
class Verdict:
    """What came of a seed."""

    seed: int
    found: list[str]
    events: int
    kills: int


def simulate(seed: int, *, dossiers: int = 3) -> Verdict:
    """Run one seed to the end. Whatever a process of ours raises is a finding too."""
    rng = random.Random(seed)
    stories = [Teller(tenant, rng).tell(rng.randint(1, dossiers)) for tenant in TENANTS]
    trouble = Trouble(
        rates=Rates(
            kill=rng.choice((0.0, 0.002, 0.01, 0.03)),
            fail=rng.choice((0.0, 0.0, 0.01, 0.03)),
            delay=rng.choice((0.0, 0.3, 0.6)),
            stall=rng.choice((0.0, 0.0, 0.002)),
        ),
        line=rng.choice((0.0, 0.05, 0.2)),
        rebalance_every_s=rng.choice((5.0, 20.0, 1000.0)),
    )
    world = World(rng=rng, stories=stories, trouble=trouble)

    async def whole() -> list[str]:
        await world.run()
        return await findings(world)

    # What processes log of a bad world is not news here.
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    try:
        # The one die that processes throw on their own account.
        with patch("services.messaging.consume.Backoff", partial(Backoff, random=rng)):
            found = run(whole())
    except (AssertionError, Exception) as error:  # noqa: BLE001 - a run that breaks is a finding with its seed
        found = [f"{type(one).__name__}: {one}" for one in _single(error)]
    events = sum(len(log.events) for log in world.store._logs.values())
    return Verdict(seed, found, events, world.kills)


def _single(error: BaseException) -> Iterator[BaseException]:
    """What a group of errors is made of."""
    if not isinstance(error, BaseExceptionGroup):
        yield error
        return
    for one in error.exceptions:
        yield from _single(one)
