"""Says what reference files state through the front door, as an import says what a file of dossiers states."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from contracts.observations import Observation
from services.domain.identity import OPERATOR
from services.messaging.port import Publisher
from services.parking.port import Quarantine
from services.sources.intake import Intake
from services.sources.port import ContentMemory
from services.sources.reading import BATCH_ROWS
from services.sources.row import Said, Unsaid


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """What became of the statements."""

    published: int
    unchanged: int
    last: Observation | None
    """The last one published."""


async def load_reference(
    stated: Sequence[Said | Unsaid],
    *,
    tenant: str,
    publisher: Publisher,
    memory: ContentMemory,
    quarantine: Quarantine,
    observed_at: datetime,
) -> Loaded:
    """Publish what differs from what was said before; doing it again is harmless. Raises what the ports raise."""
    intake = Intake(
        tenant=tenant,
        system=OPERATOR,
        source="reference",
        # Two contents under one key never come here: the files were refused.
        manner="feed",
        publisher=publisher,
        memory=memory,
        quarantine=quarantine,
    )
    published, unchanged, last = 0, 0, None
    for start in range(0, len(stated), BATCH_ROWS):
        taken = await intake.take(stated[start : start + BATCH_ROWS], observed_at=observed_at)
        published += len(taken.published)
        unchanged += taken.unchanged
        last = taken.published[-1] if taken.published else last
    return Loaded(published=published, unchanged=unchanged, last=last)


def acts_of(stated: Sequence[Said | Unsaid]) -> Counter[str]:
    """How many statements there are of each act; what is taken back counts as `retracted`."""
    return Counter(one.observation.act if isinstance(one, Said) else "retracted" for one in stated)
